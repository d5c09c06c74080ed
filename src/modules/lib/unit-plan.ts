import { type Change, type Failure, run } from '../../model/module.ts';
import { raw, sh } from '../../model/script.ts';
import { type Unit, isEnabled, isStarted, isStopped, unitCommand } from './systemctl.ts';

/** What a unit shall be. */
export interface UnitWish {
  readonly name: string;
  readonly enabled?: boolean | undefined;
  readonly masked?: boolean | undefined;
  readonly state?: 'started' | 'stopped' | 'restarted' | 'reloaded' | undefined;
  readonly noBlock?: boolean;
}

/** The changes that bring a unit there, in an order in which each can work. */
export function planUnit(unit: Unit, wish: UnitWish): readonly Change[] | Failure {
  const missing = unit.load === 'not-found' && unit.enabled === 'not-found';
  if (missing && (wish.enabled === true || (wish.state !== undefined && wish.state !== 'stopped')))
    return {
      failed: `there is no unit ${wish.name}`,
      hint: 'is the package that brings it installed? is the name right?',
    };
  const masking = planMask(unit, wish);
  const masked = (unit.load === 'masked' || unit.enabled.startsWith('masked')) && wish.masked !== false;
  if (masked && (wish.enabled === true || (wish.state !== undefined && wish.state !== 'stopped')))
    return {
      failed: `${unit.id} is masked: it can neither start nor be enabled`,
      hint: 'add `masked: false`',
    };
  if (wish.state === 'reloaded' && isStarted(unit) && !unit.done && !unit.canReload)
    return { failed: `${unit.id} has no way to reload`, hint: 'use `state: restarted`' };
  const enabling = planEnabled(unit, wish);
  if ('failed' in enabling) return enabling;
  return [...masking, ...enabling, ...planState(unit, wish)];
}

function planMask(unit: Unit, { name, masked }: UnitWish): readonly Change[] {
  const is = unit.load === 'masked' || unit.enabled.startsWith('masked');
  if (masked === undefined || masked === is) return [];
  const verb = masked ? 'mask' : 'unmask';
  return [
    change(`${verb} ${name}`, is ? 'masked' : 'not masked', masked ? 'masked' : 'not masked', verb, name),
  ];
}

/** Also called by `systemd_unit`, for files that are about to change. */
export function planEnabled(unit: Unit, { name, enabled }: UnitWish): readonly Change[] | Failure {
  if (enabled === undefined) return [];
  const is = isEnabled(unit);
  if (is === undefined) {
    if (!enabled) return [];
    const failed = `${unit.id} has no [Install] section (${unit.enabled}): it cannot be enabled, others start it`;
    return {
      failed,
      hint: 'leave `enabled` out, or give it an [Install] section with `systemd_unit` and `dropin`',
    };
  }
  if (!enabled && unit.enabled === 'generated')
    return {
      failed: `${unit.id} is generated at every start: it cannot be disabled`,
      hint: 'use `masked: true`',
    };
  // `indirect` says that the unit itself is not enabled, but one that it names is.
  if (is === enabled || (!enabled && ['indirect', 'not-found'].includes(unit.enabled))) return [];
  if (!enabled && unit.enabled.startsWith('masked')) return [];
  const target = unit.load === 'not-found' || unit.id === '' ? name : unit.id;
  const verb = enabled ? 'enable' : 'disable';
  return [change(`${verb} ${name}`, unit.enabled, enabled ? 'enabled' : 'disabled', verb, target)];
}

function planState(unit: Unit, { name, state, noBlock }: UnitWish): readonly Change[] | [] {
  const doing = (verb: string, after: string): readonly Change[] => {
    const actions = [
      // systemd would start what it read before the file changed.
      ...(unit.outdated && verb !== 'stop' ? [run(raw('systemctl daemon-reload'))] : []),
      run(unitCommand(verb, name, noBlock)),
    ];
    return [{ summary: `${verb} ${name}`, before: `${unit.active} (${unit.sub})`, after, actions }];
  };
  if (state === 'started') return isStarted(unit) ? [] : doing('start', 'active');
  if (state === 'stopped')
    return isStopped(unit) || unit.load === 'not-found' ? [] : doing('stop', 'inactive');
  if (state === 'restarted') return doing('restart', 'active, restarted');
  if (state === 'reloaded')
    return isStarted(unit) && !unit.done ? doing('reload', 'active, reloaded') : doing('start', 'active');
  return [];
}

function change(summary: string, before: string, after: string, verb: string, name: string): Change {
  return { summary, before, after, actions: [run(sh`systemctl ${[verb, '--', name]}`)] };
}
