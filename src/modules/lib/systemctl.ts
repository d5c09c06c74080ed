import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import type { Answers } from './answers.ts';

/** A unit as systemd sees it. */
export interface Unit {
  /** The name that counts: `ssh.service` for the alias `sshd.service`. */
  readonly id: string;
  /** `loaded`, `not-found`, `masked`, `bad-setting`, `error`. */
  readonly load: string;
  /** `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating`. */
  readonly active: string;
  readonly sub: string;
  /** What `systemctl is-enabled` says: `enabled`, `disabled`, `static`, `alias`, `masked`, `generated`… */
  readonly enabled: string;
  /** A unit file has changed since systemd read it. */
  readonly outdated: boolean;
  /** It did its work and ended well since the host started: what "started" means for a oneshot service. */
  readonly done: boolean;
  readonly canReload: boolean;
}

const PROPERTIES = [
  'Id',
  'LoadState',
  'ActiveState',
  'SubState',
  'NeedDaemonReload',
  'Type',
  'RemainAfterExit',
  'Result',
  'CanReload',
  'ExecMainExitTimestampMonotonic',
];

/** `nginx` → `nginx.service`; names with a known suffix stay. */
export function unitName(name: string): string {
  const suffix = /\.(?:service|socket|target|timer|path|mount|automount|swap|slice|scope|device)$/;
  return suffix.test(name) ? name : `${name}.service`;
}

/** Prints `systemd=yes` where systemd runs the host, and the properties of the unit where one is named. */
export function unitScript(name: string | undefined): Script {
  const running = raw('[ -d /run/systemd/system ] && command -v systemctl >/dev/null && echo systemd=yes');
  if (name === undefined) return running;
  // `show` gives the canonical name first, since `is-enabled` of an alias says no more than "alias".
  return joinScripts([
    running,
    sh`if [ -d /run/systemd/system ]; then
  shown=$(LC_ALL=C systemctl show -p ${PROPERTIES.join(',')} -- ${name}); printf '%s\n' "$shown"
  printf '%s\n' "$shown" | sed -n 's/^Id=//p' | while IFS= read -r id; do
    echo "enabled=$(LC_ALL=C systemctl is-enabled -- "$id" 2>/dev/null)"
  done
fi`,
  ]);
}

/** Reads what `unitScript` printed; undefined where systemd does not run the host. */
export function readUnit(answers: Answers): Unit | undefined {
  if (!answers.has('systemd')) return undefined;
  const oneshot = answers.get('Type') === 'oneshot' && answers.get('RemainAfterExit') === 'no';
  const ended = Number(answers.get('ExecMainExitTimestampMonotonic')) > 0;
  return {
    id: answers.get('Id'),
    load: answers.get('LoadState'),
    active: answers.get('ActiveState'),
    sub: answers.get('SubState'),
    enabled: answers.get('enabled') || 'not-found',
    outdated: answers.get('NeedDaemonReload') === 'yes',
    done:
      oneshot && ended && answers.get('Result') === 'success' && answers.get('ActiveState') === 'inactive',
    canReload: answers.get('CanReload') === 'yes',
  };
}

/** Runs, or did what it has to do. A unit that waits for its next try after a crash does not. */
export function isStarted(unit: Unit): boolean {
  if (unit.sub === 'auto-restart') return false;
  return ['active', 'reloading', 'activating'].includes(unit.active) || unit.done;
}

export function isStopped(unit: Unit): boolean {
  return ['inactive', 'failed'].includes(unit.active);
}

/** Whether it starts with the host. `undefined`: it has no say in that (`static`): others pull it in. */
export function isEnabled(unit: Unit): boolean | undefined {
  if (['static', 'transient'].includes(unit.enabled)) return undefined;
  return ['enabled', 'alias', 'indirect', 'generated'].includes(unit.enabled);
}

/**
 * `systemctl VERB UNIT`, which waits for the result. A service that ends right after its start is a failure too,
 * although systemctl does not say so. A failure carries the last lines of the unit's journal.
 */
export function unitCommand(verb: string, name: string, noBlock = false): Script {
  const block = noBlock ? ['--no-block'] : [];
  const call = sh`systemctl ${[...block, verb, '--', name]} </dev/null || explain ${name} ${`${verb} of ${name} failed`}`;
  const starts = ['start', 'restart', 'reload-or-restart'].includes(verb) && !noBlock;
  return joinScripts([raw(EXPLAIN), call, ...(starts ? [sh`still_up ${name}`] : [])]);
}

const EXPLAIN = `explain() {
  { journalctl -u "$1" -n 10 --no-pager -o cat; systemctl show -p Result --value -- "$1" | sed 's/^/result: /'; echo "$2"; } >&2
  exit 1
}
# A simple service counts as started as soon as its process exists, whatever becomes of it then.
still_up() {
  case $(systemctl show -p Type --value -- "$1") in simple | exec | idle | forking) sleep 1 ;; esac
  case $(systemctl show -p ActiveState,SubState --value -- "$1" | tr '\\n' ' ') in
  failed* | *auto-restart*) explain "$1" "$1 started, but did not stay up" ;;
  esac
}`;
