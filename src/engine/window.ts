import type { MetaAction, Prepared, RuntimeValue, WorkItem } from '../model/playbook.ts';
import type { HostContext } from './context.ts';
import { sameUser } from './exchange.ts';
import { includedEntries, namesSetBy, unitOf, type Entry, type Unit } from './entry.ts';
import { handlerDone } from './handlers.ts';

/** What is looked at next, in the order of the playbook. */
export type Slot =
  | { readonly kind: 'unit'; readonly unit: Unit }
  /** A turn of a loop that its `when` leaves out. */
  | { readonly kind: 'left-out'; readonly entry: Entry; readonly item: WorkItem; readonly reason: string }
  /** A task that needs no host: skipped, failed while preparing, or unknown in check mode. */
  | { readonly kind: 'settled'; readonly entry: Entry; readonly prepared: Settled }
  | { readonly kind: 'meta'; readonly entry: Entry; readonly action: MetaAction }
  | { readonly kind: 'facts' };

export type Settled = Extract<Prepared, { kind: 'skipped' | 'failed' | 'unknown' }>;

/**
 * Looks ahead as far as possible: up to `reach` turns, and no further than the first task that reads a value which
 * is not known yet. Behind the actions of a turn, no further than the first turn of another become-user: its probe,
 * sent over another shell, could overtake them.
 */
export function buildWindow(context: HostContext, queue: Entry[], reach: number, acting?: Unit): Slot[] {
  const view = new Map<string, RuntimeValue>(context.runtime);
  for (const name of acting ? namesSetBy(acting.entry, acting.item) : []) view.set(name, { kind: 'pending' });
  const slots: Slot[] = [];
  let units = 0;
  for (let index = 0; index < queue.length && units < reach;) {
    const entry = queue[index];
    if (entry === undefined) break;
    if (entry.task.runOnce && !entry.isMine) {
      if (!context.once.isFor(context, entry.task)) break;
      entry.isMine = true;
    }
    const prepared = entry.prepared ?? entry.task.prepare(context.host, view);
    if (prepared.kind === 'waiting') {
      if (prepared.for === 'facts' && view.get('facts')?.kind === 'pending') slots.push({ kind: 'facts' });
      else if (slots.length === 0 && !acting)
        throw new Error(`'${entry.task.name}' waits for '${prepared.for}', which nothing gives`);
      break;
    }
    // What is taken in here may depend on what handlers give, and cannot be put back.
    if (prepared.kind === 'include' && slots.some((slot) => slot.kind === 'meta')) break;
    entry.prepared = prepared;
    if (prepared.kind === 'include') {
      if (prepared.tasks.length === 0) handlerDone(context, entry);
      queue.splice(index, 1, ...includedEntries(entry, prepared.tasks));
      continue;
    }
    index++;
    if (prepared.kind === 'meta') {
      slots.push({ kind: 'meta', entry, action: prepared.action });
      if (endsWindow(prepared.action, context)) break;
      continue;
    }
    if (prepared.kind !== 'work') {
      slots.push({ kind: 'settled', entry, prepared });
      if (entry.task.register !== undefined) view.set(entry.task.register, { kind: 'pending' });
      if (prepared.kind === 'failed' && !prepared.ignoreErrors) break;
      continue;
    }
    // Also where no turn of a loop needs the host.
    if (entry.task.register !== undefined) view.set(entry.task.register, { kind: 'pending' });
    for (const item of prepared.items.slice(entry === acting?.entry ? entry.next + 1 : entry.next)) {
      if (item.skipped !== undefined) {
        slots.push({ kind: 'left-out', entry, item, reason: item.skipped });
      } else {
        // Known before anything of it is shown.
        for (const secret of item.secrets ?? []) context.settings.redactor.add(secret);
        const unit = unitOf(entry, item);
        if (acting && !sameUser(unit.item.become, acting.item.become)) return slots;
        slots.push({ kind: 'unit', unit });
        units++;
        for (const name of namesSetBy(entry, item)) view.set(name, { kind: 'pending' });
      }
      if (units >= reach) return slots;
    }
    if (prepared.items.length === 0)
      slots.push({ kind: 'settled', entry, prepared: { kind: 'skipped', reason: 'the loop has no items' } });
  }
  return slots;
}

/** What comes after a flush depends on the handlers only if some are already notified: a change on the way drops the window anyway. */
function endsWindow(action: MetaAction, context: HostContext): boolean {
  return action === 'flush_handlers' ? context.notified.size > 0 : action !== 'noop';
}
