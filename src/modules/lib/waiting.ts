import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { pathWord } from './path.ts';

/** What is waited for. */
export type Condition =
  | {
      readonly kind: 'port';
      readonly port: number;
      readonly host: string | undefined;
      readonly open: boolean;
    }
  | { readonly kind: 'drained'; readonly port: number }
  | { readonly kind: 'file'; readonly path: string; readonly exists: boolean }
  | { readonly kind: 'text'; readonly path: string; readonly pattern: string; readonly found: boolean };

export interface Waiting {
  readonly condition: Condition;
  /** Seconds, all of them. */
  readonly delay: number;
  readonly sleep: number;
  readonly timeout: number;
  readonly connectTimeout: number;
  /** What to say when the time is up. */
  readonly message: string;
}

/** Whether the condition can be looked at in no time, on the host itself. */
export function isLocal(condition: Condition): boolean {
  return condition.kind !== 'port' || condition.host === undefined;
}

/** Ends with 0 where the condition holds, with 1 where it does not. */
export function checkScript(condition: Condition): Script {
  return joinScripts([holds(condition, 5), raw('holds')]);
}

/** Loops on the host until the condition holds; prints the seconds that it took. */
export function waitScript(waiting: Waiting): Script {
  const { condition, delay, sleep, timeout, connectTimeout, message } = waiting;
  return joinScripts([
    holds(condition, connectTimeout),
    // Not the clock: it may be set while we wait, as on a Pi without one.
    raw('now() { read -r up _ </proc/uptime; up=${up%.*}; }'),
    sh`now; start=$up
sleep ${delay}
until holds; do
  now
  if [ $((up - start)) -ge ${Math.ceil(timeout)} ]; then printf '%s\\n' ${message} >&2; exit 1; fi
  sleep ${sleep}
done
now; echo $((up - start))`,
  ]);
}

function holds(condition: Condition, connectTimeout: number): Script {
  switch (condition.kind) {
    case 'file':
      return define(sh`[ -e ${pathWord(condition.path)} ]`, condition.exists);
    case 'text':
      return define(
        sh`grep -qE -e ${condition.pattern} -- ${pathWord(condition.path)} 2>/dev/null`,
        condition.found,
      );
    case 'drained':
      return define(connected(condition.port), false);
    case 'port':
      return condition.host === undefined
        ? define(listening(condition.port), condition.open)
        : joinScripts([
            reaching(condition.host, condition.port, connectTimeout),
            define(raw('reach'), condition.open),
          ]);
    default:
      return condition satisfies never;
  }
}

function define(test: Script, wanted: boolean): Script {
  return sh`holds() { ${raw(wanted ? '' : '! ')}${test}; }`;
}

/** The kernel's own table: no program needed, and no connection that the service would log. `0A` is "listens". */
function listening(port: number): Script {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const pattern = `^ *[0-9]+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `;
  return sh`cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -qE ${pattern}`;
}

/** Every state but `0A`, "listens", and `07`, "closed". */
function connected(port: number): Script {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const pattern = `^ *[0-9]+: [0-9A-F]+:${hex} [0-9A-F]+:[0-9A-F]+ 0[1-689B] `;
  return sh`cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -qE ${pattern}`;
}

/** With whatever the host has that can open a connection. */
function reaching(host: string, port: number, seconds: number): Script {
  const limit = Math.max(1, Math.ceil(seconds));
  return sh`host=${host} port=${port} limit=${limit}
if command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
  reach() { timeout $limit bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$host" $port 2>/dev/null; }
elif command -v nc >/dev/null 2>&1 && nc --help 2>&1 </dev/null | grep -q -e '-[A-Za-z]*z'; then
  reach() { nc -z -w $limit "$host" $port >/dev/null 2>&1 </dev/null; }
elif command -v nc >/dev/null 2>&1; then
  reach() { nc -w $limit "$host" $port >/dev/null 2>&1 </dev/null; }
elif command -v curl >/dev/null 2>&1; then
  reach() {
    curl -s --connect-timeout $limit -m $((limit + 1)) "telnet://$host:$port" >/dev/null 2>&1 </dev/null
    case $? in 0|28|49|56) return 0 ;; *) return 1 ;; esac
  }
else
  echo "waiting for another host needs bash, nc or curl on this one" >&2
  exit 1
fi`;
}
