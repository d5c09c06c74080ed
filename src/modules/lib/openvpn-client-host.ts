import { type Action, type Output, run } from '../../model/module.ts';
import { joinScripts, raw, type Script, sh } from '../../model/script.ts';
import { Answers } from './answers.ts';
import { clientFilesOf } from './openvpn-client-config.ts';
import type { OpenvpnClientParams } from './openvpn-client-params.ts';
import { type OpenvpnRefusal, readOpenvpnUnit } from './openvpn-unit.ts';
import { rootPath } from './sections.ts';
import { type Unit, unitScript } from './systemctl.ts';

export type OpenvpnClientState =
  | OpenvpnRefusal
  | {
      readonly kind: 'answered';
      readonly unit: Unit;
      readonly isPending: boolean;
      /** The tunnel is up: OpenVPN says so, and its interface has an address. */
      readonly isUp: boolean;
      /** Seconds since the service became active. */
      readonly age: number;
      /** Of the tunnel, without prefix length. */
      readonly address: string;
      /** `SHA256 MODE OWNER`; absent where there is no such file. */
      readonly config?: string;
      readonly password?: string;
    };

/**
 * Whether the tunnel works. systemd keeps what OpenVPN said last about its start; that it lost its server since is
 * told by the journal alone.
 */
const ISUP = `isup() {
  address=$(ip -4 -o addr show dev "$device" 2>/dev/null | sed -n 's/.* inet \\([0-9.]*\\).*/\\1/p' | head -n 1)
  [ -n "$address" ] && [ "$(systemctl show -p StatusText --value -- "$unit")" = 'Initialization Sequence Completed' ] || return 1
  last=$(journalctl -u "$unit" -g 'Initialization Sequence Completed|SIGUSR1|SIGTERM|SIGHUP|process exiting' -n 1 -o cat --no-pager 2>/dev/null)
  case $last in '' | '-- No entries --' | *'Initialization Sequence Completed'*) return 0 ;; *) return 1 ;; esac
}`;

export function openvpnClientProbe({ name, interface: device }: OpenvpnClientParams): Script {
  const { config, password, unit, pending } = clientFilesOf(name);
  return joinScripts([
    rootPath,
    raw('command -v openvpn >/dev/null 2>&1 || { echo missing=yes; exit 0; }'),
    unitScript(unit),
    sh`config=${config} password=${password} unit=${unit} pending=${pending} device=${device}`,
    raw(ISUP),
    raw(`[ "$(id -u)" -eq 0 ] || { echo denied=yes; exit 0; }
state() { [ ! -f "$2" ] || printf '%s=%s %s\\n' "$1" "$(sha256sum <"$2" | cut -d ' ' -f 1)" "$(ls -ln "$2" | awk '{ print substr($1, 1, 10), $3 }')"; }
state config "$config"
state password "$password"
[ ! -e "$pending" ] || echo pending=yes
! isup || echo "up=$address"
read -r seconds _ </proc/uptime
began=$(systemctl show -p ActiveEnterTimestampMonotonic --value -- "$unit")
echo "age=$((\${seconds%.*} - \${began:-0} / 1000000))"`),
  ]);
}

export function readOpenvpnClient(output: Output): OpenvpnClientState {
  const answers = new Answers(output);
  const end = readOpenvpnUnit(answers);
  if (end.kind !== 'unit') return end;
  return {
    kind: 'answered',
    unit: end.unit,
    isPending: answers.has('pending'),
    isUp: answers.has('up'),
    age: Number(answers.get('age')),
    address: answers.get('up'),
    ...(answers.has('config') ? { config: answers.get('config') } : {}),
    ...(answers.has('password') ? { password: answers.get('password') } : {}),
  };
}

/** Notes that a restart is due. */
export function noteChange(name: string): Action {
  return run(sh`: >${clientFilesOf(name).pending}`);
}

/** Waits for a tunnel that is on its way: the host, or the service, has just been started. */
export function awaitTunnel(asked: OpenvpnClientParams): Action {
  return run(waiting(asked, raw('cursor=')), { timeout: asked.timeout + 60 });
}

/**
 * Starts it anew and waits for the tunnel. \`systemctl start\` itself would wait for ever where OpenVPN waits for a
 * password. What is wrong is in the log, so its reason is the failure.
 */
export function connect(asked: OpenvpnClientParams): Action {
  const start = raw(`systemctl stop -- "$unit" </dev/null
systemctl reset-failed -- "$unit" 2>/dev/null
cursor=$(journalctl -n 0 --show-cursor --no-pager 2>/dev/null | sed -n 's/^-- cursor: //p')
systemctl start --no-block -- "$unit" </dev/null || exit`);
  return run(waiting(asked, start), { timeout: asked.timeout + 60 });
}

function waiting({ name, interface: device, timeout }: OpenvpnClientParams, start: Script): Script {
  const { unit, pending } = clientFilesOf(name);
  return joinScripts([
    rootPath,
    sh`unit=${unit} device=${device} pending=${pending} limit=${Math.ceil(timeout)} name=${name}`,
    raw(ISUP),
    start,
    raw(`now() { read -r up _ </proc/uptime; up=\${up%.*}; }
now; start=$up ended=
until isup; do
  # A start that still waits for its turn, for the network say, has a job.
  case $(systemctl show -p Job --value -- "$unit") in
  '' | 0)
    case $(systemctl show -p ActiveState,SubState --value -- "$unit" | tr '\\n' ' ') in
    failed* | *auto-restart* | inactive*) ended=yes; break ;;
    esac ;;
  esac
  now
  [ $((up - start)) -lt "$limit" ] || break
  sleep 1
done
if isup; then rm -f "$pending"; exit 0; fi
log=$(journalctl -u "$unit" \${cursor:+--after-cursor="$cursor"} -n 60 -o cat --no-pager 2>/dev/null)
printf '%s\\n' "$log" >&2
has() { printf '%s\\n' "$log" | grep -qiE "$1"; }
hint='see journalctl -u '"$unit"
if has 'AUTH_FAILED|auth.*failed'; then hint='the server refused the login: is the certificate revoked, or the password another?'
elif has 'private key password|bad decrypt|askpass|Enter Private Key'; then hint='the password does not open the key of the profile'
elif has 'options error|unrecognized option'; then hint='the profile has a mistake'
elif has 'Cannot resolve host|RESOLVE:'; then hint='the name of the server cannot be resolved: is it right, and has this host DNS?'
elif has 'certificate is not yet valid|certificate has expired|CRL has expired'; then hint='a certificate has ended or not begun: what does the clock of this host say (date)?'
elif has 'VERIFY ERROR|verify failed'; then hint='the certificates do not belong together: take the profile from the server anew'
elif has 'Connection refused'; then hint='nothing listens on that port of the server: does openvpn-server@ run there, and is the port right?'
elif has 'Network is unreachable|No route to host'; then hint='this host has no way to the server'
elif has 'Cannot open TUN|Cannot allocate TUN|/dev/net/tun'; then hint='the kernel gives no tun device'
elif has 'TLS key negotiation failed|TLS handshake failed'; then hint='no answer from the server: is its address right, is the port open in its firewall, and does openvpn-server@ run there?'
elif has 'UDPv4 link remote|link remote'; then hint='no answer from the server yet: is its address right, is the port open in its firewall, and does openvpn-server@ run there?'
fi
reason=$(printf '%s\\n' "$log" | grep -iE 'error|fail|cannot|refused|unreachable|no route|expired|not yet valid' | grep -v 'systemd\\|^openvpn-client@\\|^Failed to start\\|^Exiting due\\|--help' | tail -n 1)
when="in $limit seconds"; [ -z "$ended" ] || when='as OpenVPN ended'
printf 'the tunnel %s did not come up %s: %s\\n' "$name" "$when" "\${reason:+$reason; }$hint" >&2
exit 1`),
  ]);
}

export function removeClient(name: string): Action {
  const { config, password, pending, unit } = clientFilesOf(name);
  return run(
    sh`systemctl disable --quiet --now -- ${unit} </dev/null && rm -f ${[config, password, pending]}`,
  );
}
