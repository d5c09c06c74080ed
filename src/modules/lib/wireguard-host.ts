import { type Action, type Output, run } from '../../model/module.ts';
import { joinScripts, raw, type Script, sh } from '../../model/script.ts';
import { Answers } from './answers.ts';
import { rootPath } from './sections.ts';
import { readUnit, type Unit, unitScript } from './systemctl.ts';
import { explainSilence } from './wireguard-silence.ts';
import { wireguardFiles, type WireguardParams } from './wireguard-params.ts';

export interface WireguardState {
  readonly trouble?: string;
  readonly unit?: Unit | undefined;
  /** `SHA256 MODE OWNER` of the files; empty where there is none. */
  readonly key: string;
  readonly isPending: boolean;
  /** The interface is there. */
  readonly isUp: boolean;
  /** Public keys of peers that have to answer, and have not done so lately. */
  readonly silent: readonly string[];
  /** Seconds since the service became active. */
  readonly age: number;
  readonly config: string;
}

/** Peers that we come to, and that have to answer. Without signs of life a tunnel may well have been quiet for days. */
export function awaitedPeers({ peers, timeout }: WireguardParams): WireguardParams['peers'] {
  return timeout === 0
    ? []
    : peers.filter(({ endpoint, keepalive }) => endpoint !== undefined && keepalive !== undefined);
}

export function wireguardProbe(asked: WireguardParams): Script {
  const { config, key, unit, pending } = wireguardFiles(asked.name);
  return joinScripts([
    rootPath,
    raw('command -v wg-quick >/dev/null 2>&1 || { echo trouble=missing; exit 0; }'),
    raw('[ "$(id -u)" -eq 0 ] || { echo trouble=denied; exit 0; }'),
    unitScript(unit),
    sh`config=${config} key=${key} pending=${pending} unit=${unit}`,
    silent(asked),
    raw(`sum() { [ ! -s "$2" ] || printf '%s=%s %s\\n' "$1" "$(sha256sum <"$2" | cut -d ' ' -f 1)" "$(ls -ln "$2" | awk '{ print substr($1, 1, 10), $3 }')"; }
sum key "$key"
sum config "$config"
[ ! -e "$pending" ] || echo pending=yes
! ip link show dev "$device" >/dev/null 2>&1 || echo up=yes
echo "silent=$(silent | tr '\\n' ' ')"
read -r seconds _ </proc/uptime
began=$(systemctl show -p ActiveEnterTimestampMonotonic --value -- "$unit" 2>/dev/null)
echo "age=$((\${seconds%.*} - \${began:-0} / 1000000))"`),
  ]);
}

export function readWireguard(output: Output): WireguardState {
  const answers = new Answers(output);
  return {
    ...(answers.has('trouble') ? { trouble: answers.get('trouble') } : {}),
    unit: readUnit(answers),
    key: answers.get('key'),
    isPending: answers.has('pending'),
    isUp: answers.has('up'),
    silent: answers.get('silent').split(' ').filter(Boolean),
    age: Number(answers.get('age')),
    config: answers.get('config'),
  };
}

/** Waits for an answer that is on its way: the host, or the service, has just been started. */
export function awaitPeers(asked: WireguardParams): Action {
  return run(waiting(asked, raw('cursor=')), { timeout: asked.timeout + 60 });
}

/** Starts it anew and waits. `systemctl start` itself would wait for ever for a name that does not resolve. */
export function startTunnel(asked: WireguardParams): Action {
  const start = raw(`systemctl stop -- "$unit" </dev/null
systemctl reset-failed -- "$unit" 2>/dev/null
cursor=$(journalctl -n 0 --show-cursor --no-pager 2>/dev/null | sed -n 's/^-- cursor: //p')
systemctl start --no-block -- "$unit" </dev/null || exit`);
  return run(waiting(asked, start), { timeout: limitOf(asked) + 60 });
}

function waiting(asked: WireguardParams, start: Script): Script {
  const { unit, pending } = wireguardFiles(asked.name);
  return joinScripts([
    rootPath,
    sh`unit=${unit} pending=${pending} limit=${limitOf(asked)}`,
    silent(asked),
    start,
    raw(`now() { read -r up _ </proc/uptime; up=\${up%.*}; }
stands() { [ "$(systemctl is-active -- "$unit")" = active ] && ip link show dev "$device" >/dev/null 2>&1; }
now; start=$up ended=
until stands && [ -z "$(silent)" ]; do
  # A start that still waits for its turn, for the network say, has a job.
  case $(systemctl show -p Job --value -- "$unit") in
  '' | 0) case $(systemctl is-active -- "$unit") in failed | inactive) ended=yes; break ;; esac ;;
  esac
  now
  [ $((up - start)) -lt "$limit" ] || break
  sleep 1
done
if stands; then
  # What is left to do is the other end's: the interface itself has been started with what was written.
  rm -f "$pending"
  [ -n "$(silent)" ] || exit 0
fi`),
    explainSilence,
  ]);
}

/** The start of the interface has a limit, too, where nobody has to answer. */
function limitOf({ timeout }: WireguardParams): number {
  return timeout === 0 ? 60 : Math.ceil(timeout);
}

/**
 * A handshake is made anew after two minutes, by the first sign of life after them, and counts for three. One in the
 * future was made before the clock was put right.
 */
function silent(asked: WireguardParams): Script {
  const peers = awaitedPeers(asked).map((peer) => `${peer.public_key}:${195 + (peer.keepalive ?? 0)}`);
  return joinScripts([
    sh`device=${asked.name} peers=${peers.join(' ')}`,
    raw(`silent() {
  now=$(date +%s)
  for peer in $peers; do
    seen=$(wg show "$device" latest-handshakes 2>/dev/null | awk -v key="\${peer%:*}" '$1 == key { print $2 }')
    [ "\${seen:-0}" -gt 0 ] && [ $((now - seen)) -lt "\${peer##*:}" ] || printf '%s\\n' "\${peer%:*}"
  done
}`),
  ]);
}
