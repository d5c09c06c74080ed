import type { Action, Failure, Output } from '../../model/module.ts';
import { run } from '../../model/module.ts';
import { joinScripts, raw, type Script, sh } from '../../model/script.ts';
import { parseSections, rootPath, section } from './sections.ts';

export type DnsmasqState =
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | {
      readonly kind: 'answered';
      /** Whether dnsmasq reads /etc/dnsmasq.d at all. */
      readonly isRead: boolean;
      readonly isActive: boolean;
      readonly isEnabled: boolean;
      /** Written by an earlier run that did not see dnsmasq start with it. */
      readonly isPending: boolean;
      /** Whether systemd-resolved runs and listens on port 53. */
      readonly resolvedListens: boolean;
      /** Whether the host asks that listener for names. */
      readonly asksResolved: boolean;
      /** `INTERFACE ADDRESS/PREFIX`. */
      readonly live: readonly string[];
      readonly file?: string;
    };

const pending = '/run/homerun-dnsmasq';

export const resolvedDropIn = '/etc/systemd/resolved.conf.d/homerun-dnsmasq.conf';

export function dnsmasqProbe(name: string): Script {
  return joinScripts([
    rootPath,
    sh`file=${`/etc/dnsmasq.d/${name}`} pending=${pending}`,
    raw('command -v dnsmasq >/dev/null 2>&1 || { echo missing; exit 0; }'),
    section('flags'),
    raw(`said() { [ "$1" -ne 0 ] || echo "$2"; }
grep -qs '^CONFIG_DIR=["'\\'']*/etc/dnsmasq\\.d' /etc/default/dnsmasq || grep -qs '^conf-dir=/etc/dnsmasq\\.d' /etc/dnsmasq.conf; said $? read
[ -d /run/systemd/system ]; said $? systemd
grep -qsE '^DNSStubListener=(no|false|0)' /etc/systemd/resolved.conf /etc/systemd/resolved.conf.d/*.conf; said $? silent
grep -qs '^nameserver 127\\.0\\.0\\.53' /etc/resolv.conf; said $? asks
[ -e "$pending" ]; said $? pending`),
    section('units'),
    // One call for all: each costs some milliseconds.
    raw(`if [ -d /run/systemd/system ]; then systemctl show --property=Id,ActiveState,UnitFileState dnsmasq systemd-resolved
elif pidof dnsmasq >/dev/null; then printf 'Id=dnsmasq.service\\nActiveState=active\\n'; fi`),
    section('live'),
    raw(`ip -o -4 addr show | awk '{ print $2, $4 }'`),
    section('isfile'),
    raw('[ ! -f "$file" ] || echo yes'),
    section('file'),
    raw('[ ! -f "$file" ] || cat "$file"'),
  ]);
}

export function parseDnsmasq({ code, stdout, stderr }: Output): DnsmasqState {
  if (stdout.trim() === 'missing') return { kind: 'missing' };
  if (code !== 0)
    return {
      kind: 'failed',
      failure: {
        failed: `cannot look at the files of dnsmasq: ${stderr.trim().split('\n').at(-1)}`,
        hint: 'it needs root: say `become: true`',
      },
    };
  const parts = parseSections(stdout, ['flags', 'units', 'live', 'isfile', 'file'] as const);
  const flags = new Set(parts.flags.split('\n'));
  const units = parts.units.split('\n\n').map((unit) => unit.trim().split('\n'));
  const unit = (name: string) => units.find((lines) => lines.includes(`Id=${name}.service`));
  const [dnsmasq, resolved] = [unit('dnsmasq'), unit('systemd-resolved')];
  return {
    kind: 'answered',
    isRead: flags.has('read'),
    isActive: dnsmasq?.includes('ActiveState=active') === true,
    // Only systemd is asked.
    isEnabled: !flags.has('systemd') || dnsmasq?.includes('UnitFileState=enabled') === true,
    isPending: flags.has('pending'),
    resolvedListens: resolved?.includes('ActiveState=active') === true && !flags.has('silent'),
    asksResolved: flags.has('asks'),
    live: parts.live.split('\n').filter((line) => line !== ''),
    ...(parts.isfile.trim() === '' ? {} : { file: parts.file }),
  };
}

/** Tries the new file together with all others, as the service would read them; and notes that something is under way. */
export function tryConfig(name: string, content: string): Action {
  return run(sh`${rootPath}
name=${name} pending=${pending}
temp=$(mktemp -d) && trap 'rm -rf "$temp"' EXIT && mkdir "$temp/d" || exit
for file in /etc/dnsmasq.d/*; do [ ! -f "$file" ] || cp "$file" "$temp/d/" || exit; done
printf %s ${content} >"$temp/d/$name" || exit
[ ! -f /etc/dnsmasq.conf ] || grep -v '^conf-dir=/etc/dnsmasq\\.d' /etc/dnsmasq.conf >"$temp/conf"
: >>"$temp/conf"
if ! error=$(dnsmasq --test -C "$temp/conf" -7 "$temp/d,.dpkg-dist,.dpkg-old,.dpkg-new" 2>&1); then
  printf 'dnsmasq refuses the new configuration; nothing was changed\n%s\n' "$error" | sed "s|$temp/d|/etc/dnsmasq.d|; s|$temp/conf|/etc/dnsmasq.conf|" >&2
  exit 1
fi
rm -rf "$pending" && (umask 077 && mkdir "$pending") || exit
[ ! -f "/etc/dnsmasq.d/$name" ] || cp -p "/etc/dnsmasq.d/$name" "$pending/$name"`);
}

/** Removes the file, noting that a restart is due. */
export function removeConfig(name: string): Action {
  return run(sh`name=${name} pending=${pending}
rm -rf "$pending" && (umask 077 && mkdir "$pending") && cp -p "/etc/dnsmasq.d/$name" "$pending/$name" && rm -f "/etc/dnsmasq.d/$name"`);
}

/** Restarts; where dnsmasq does not come up with the new file, the old one is put back and it is started with that. */
export function restart(name: string): Action {
  return run(sh`${rootPath}
name=${name} pending=${pending}
restart() { if [ -d /run/systemd/system ]; then systemctl restart dnsmasq; else service dnsmasq restart; fi; }
if error=$(restart 2>&1); then rm -rf "$pending"; exit 0; fi
printf 'dnsmasq did not start: %s\n' "$error" >&2
[ ! -d /run/systemd/system ] || journalctl --unit=dnsmasq --lines=8 --no-pager --output=cat >&2
if [ -d "$pending" ]; then
  if [ -f "$pending/$name" ]; then mv -f "$pending/$name" "/etc/dnsmasq.d/$name"; else rm -f "/etc/dnsmasq.d/$name"; fi
  if restart >/dev/null 2>&1; then echo 'the old configuration was put back, and it runs with that' >&2
  else echo 'the old configuration was put back' >&2; fi
  rm -rf "$pending"
fi
exit 1`);
}

export function enable(): Action {
  return run(raw('systemctl enable --quiet dnsmasq'));
}

/** First the files, then the restart: at no time is the host without names. */
export function freePort(asksResolved: boolean): Action {
  return run(sh`umask 022
mkdir -p ${resolvedDropIn.slice(0, resolvedDropIn.lastIndexOf('/'))} || exit
printf '[Resolve]\nDNSStubListener=no\n' >${`${resolvedDropIn}.new`} && mv ${`${resolvedDropIn}.new`} ${resolvedDropIn} || exit
${raw(asksResolved ? 'ln -s /run/systemd/resolve/resolv.conf /etc/.resolv.conf.homerun && mv -f /etc/.resolv.conf.homerun /etc/resolv.conf || exit' : ':')}
systemctl restart systemd-resolved`);
}
