import pLimit, { type LimitFunction } from 'p-limit';
import type { Unit } from './entry.ts';

/** Does the work of a turn's changes when its turn has come: at once, unless the task says `throttle`. */
export type Throttled = <T>(unit: Unit | undefined, work: () => Promise<T>) => Promise<T>;

export function createThrottled(): Throttled {
  const limits = new Map<string, LimitFunction>();
  return (unit, work) => {
    const { throttle } = unit?.item ?? {};
    if (unit === undefined || throttle === undefined) return work();
    const { id } = unit.entry.task;
    const limit = limits.get(id) ?? pLimit(throttle);
    limits.set(id, limit);
    return limit(work);
  };
}
