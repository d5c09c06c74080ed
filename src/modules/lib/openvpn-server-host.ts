import { type Action, type Output, run } from '../../model/module.ts';
import { joinScripts, raw, type Script, sh } from '../../model/script.ts';
import { Answers } from './answers.ts';
import type { OpenvpnServerParams } from './openvpn-server-params.ts';
import { serverFiles } from './openvpn-server-config.ts';
import { pathWord } from './path.ts';
import { type OpenvpnRefusal, readOpenvpnUnit } from './openvpn-unit.ts';
import { rootPath } from './sections.ts';
import { type Unit, unitScript } from './systemctl.ts';

export type OpenvpnServerState =
  | OpenvpnRefusal
  | {
      readonly kind: 'answered';
      readonly unit: Unit;
      /** Files of certificates that are not there. */
      readonly lacking: readonly string[];
      readonly tlsCrypt: boolean;
      readonly isPending: boolean;
      /** Content of the files in the clients' folder, by name. */
      readonly clients: ReadonlyMap<string, string>;
      /** Whether others may read the configuration. */
      readonly isPrivate: boolean;
      readonly config?: string;
    };

export function openvpnServerProbe({ name, ca, certificate }: OpenvpnServerParams): Script {
  const { config, tlsCrypt, clients, pending, unit } = serverFiles(name);
  return joinScripts([
    rootPath,
    raw('command -v openvpn >/dev/null 2>&1 || { echo missing=yes; exit 0; }'),
    unitScript(unit),
    sh`config=${config} key=${tlsCrypt} clients=${clients} pending=${pending} ca=${pathWord(ca)} certificate=${certificate}`,
    raw(`[ "$(id -u)" -eq 0 ] || { echo denied=yes; exit 0; }
for file in ca.crt crl.pem "$certificate.crt" "$certificate.key"; do [ -s "$ca/$file" ] || echo "lacking=$ca/$file"; done
[ ! -s "$key" ] || echo key=yes
[ ! -e "$pending" ] || echo pending=yes
for file in "$clients"/*; do [ ! -f "$file" ] || printf 'client=%s=%s\\n' "\${file##*/}" "$(tr '\\n' ';' <"$file")"; done
[ -f "$config" ] || exit 0
echo config=yes
[ "$(ls -ld "$config" | cut -c5-10)" != ------ ] || echo private=yes
echo ---
cat "$config"`),
  ]);
}

export function readOpenvpnServer(output: Output): OpenvpnServerState {
  const answers = new Answers(output);
  const end = readOpenvpnUnit(answers);
  if (end.kind !== 'unit') return end;
  return {
    kind: 'answered',
    unit: end.unit,
    lacking: answers.all('lacking'),
    tlsCrypt: answers.has('key'),
    isPending: answers.has('pending'),
    clients: new Map(answers.all('client').map((line) => pair(line))),
    isPrivate: answers.has('private'),
    ...(answers.has('config') ? { config: answers.rest.stdout } : {}),
  };
}

function pair(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1).replaceAll(';', '\n')];
}

/** Notes that a restart is due, and keeps the configuration that worked. */
export function beginChange(name: string): Action {
  const { config, pending } = serverFiles(name);
  return run(sh`config=${config} pending=${pending}
[ ! -d "$pending" ] || exit 0
umask 077
mkdir "$pending" || exit
[ ! -f "$config" ] || cp -p "$config" "$pending/old"`);
}

/** Makes the key that hides the handshake from those who do not have it. */
export function makeTlsCrypt(name: string): Action {
  return run(sh`${rootPath}
umask 077
file=${serverFiles(name).tlsCrypt}
openvpn --genkey secret "$file.new" >/dev/null && mv -f "$file.new" "$file"`);
}

/** Restarts; where that fails with a new configuration, the old one is put back and started. */
export function restartServer(name: string): Action {
  const { config, pending, unit } = serverFiles(name);
  return run(sh`${rootPath}
config=${config} pending=${pending} unit=${unit}
if systemctl restart -- "$unit" >/dev/null 2>&1 </dev/null; then rm -rf "$pending"; exit 0; fi
log=$(journalctl -u "$unit" -n 25 -o cat --no-pager 2>/dev/null)
printf '%s\n' "$log" >&2
reason=$(printf '%s\n' "$log" | grep -iE 'options error|error:|error |cannot |failed|in use' | grep -v "^$unit: Failed\\|Failed to start" | tail -n 1)
after=
if [ -f "$pending/old" ]; then
  mv -f "$pending/old" "$config"
  if systemctl restart -- "$unit" >/dev/null 2>&1 </dev/null; then after='; the old configuration was put back, and it runs with that'
  else after='; the old configuration was put back'; fi
fi
rm -rf "$pending"
printf '%s did not start: %s%s\n' "$unit" "\${reason:-see journalctl -u $unit}" "$after" >&2
exit 1`);
}

export function removeServer(name: string): Action {
  const { config, tlsCrypt, clients, pending, unit } = serverFiles(name);
  return run(
    sh`systemctl disable --quiet --now -- ${unit} </dev/null && rm -rf ${[config, tlsCrypt, clients, pending]}`,
  );
}
