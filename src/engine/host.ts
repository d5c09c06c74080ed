import type { Task } from '../model/playbook.ts';
import { concludeActing } from './act.ts';
import { consume } from './consume.ts';
import type { HostContext } from './context.ts';
import { createEntry, type Acting, type Entry } from './entry.ts';
import { exchange } from './exchange.ts';
import { referenceOf } from './finish.ts';
import { flush } from './flush.ts';
import { handlerDone, promise, takeBack } from './handlers.ts';
import { buildWindow, type Slot } from './window.ts';

/** Turns looked ahead after a change; doubled while nothing changes. */
const FLOOR = 8;

/** Where this many turns in a row needed a change, the next one mostly does, too, and what was asked behind it is asked again. */
const STREAK = 3;

/** Turns looked ahead in such a row: where it ends, one exchange more finds out. */
const STREAK_REACH = 2;

/** Turns looked ahead at most: one write of about a megabyte. */
const CEILING = 512;

/**
 * Takes one host through a list of tasks. Each round sends at most one turn's actions with read-only probes for
 * what follows behind them, then uses the answers in order up to the first turn that needs a change. There is no
 * cache: an answer is used only if nothing of ours ran on the host since it was asked.
 */
export async function perform(context: HostContext, tasks: readonly Task[]): Promise<void> {
  await performEntries(
    context,
    tasks.map((task) => createEntry(task)),
  );
  passed(context);
}

/** Runs the handlers that are notified by now, and those that they notify. */
export async function flushHandlers(context: HostContext): Promise<void> {
  while (isGoing(context) && context.notified.size > 0) await performEntries(context, flush(context));
  passed(context);
}

/** Whoever waits for this host to come to a task need not any longer. */
function passed(context: HostContext): void {
  context.stage++;
  context.once.tell();
}

function isGoing(context: HostContext): boolean {
  return context.status === 'fine' && context.settings.signal?.aborted !== true && !context.halted();
}

async function performEntries(context: HostContext, queue: Entry[]): Promise<void> {
  const started = context.settings.clock();
  let acting: Acting | undefined;
  let reach = CEILING;
  let streak = 0;
  /** The task whose actions were sent last. */
  let begun: Entry | undefined;
  while (queue.length > 0 && isGoing(context)) {
    if (!(await isNext(context, queue))) continue;
    // Nothing is looked at behind a file that is on its way here: what follows may read it on this machine.
    const window = acting?.saves ? [] : buildWindow(context, queue, reach, acting?.unit);
    announce(context, acting, window);
    if (acting) promise(context, acting.unit);
    const before = acting;
    begun = before?.unit.entry ?? begun;
    try {
      acting = await context.settings.throttled(acting?.unit, () => round(context, queue, before, window));
    } finally {
      before?.saves?.discard();
    }
    streak = acting ? streak + 1 : 0;
    reach = acting ? reachAfter(streak) : Math.min(CEILING, (before ? FLOOR : reach) * 2);
  }
  if (context.status !== 'fine') leaveUndone(context, queue[0], begun);
  context.milliseconds += context.settings.clock() - started;
}

/** What broke in the middle of what one host does for all is not done again by another; nobody knows how far it came. */
function leaveUndone(context: HostContext, entry: Entry | undefined, begun: Entry | undefined): void {
  // A host that was never reached has begun nothing.
  if (context.settings.signal?.aborted || !context.connected) return;
  if (entry?.isMine && (entry === begun || entry.next > 0)) context.once.failed(entry.task);
}

/** False where another host has done the next task for this one, too. */
async function isNext(context: HostContext, queue: Entry[]): Promise<boolean> {
  const [entry] = queue;
  if (!entry?.task.runOnce || entry.isMine) return true;
  const turn = await context.once.settle(context, entry.task, () => isGoing(context));
  if (turn === 'mine') entry.isMine = true;
  if (turn === 'done') handlerDone(context, entry);
  if (turn === 'done') queue.shift();
  return turn === 'mine';
}

/** Sends, and uses what comes back. Gives the next turn that needs a change. */
async function round(
  context: HostContext,
  queue: Entry[],
  acting: Acting | undefined,
  window: readonly Slot[],
): Promise<Acting | undefined> {
  if (!isGoing(context)) {
    // The play ended for everybody while this host waited for its turn.
    if (acting) takeBack(context, acting.unit);
    return undefined;
  }
  const sent = context.settings.clock();
  const answers = await exchange(context, acting, window);
  const usable = acting
    ? await concludeActing(context, queue, acting, answers, context.settings.clock() - sent)
    : true;
  return usable ? consume(context, queue, window, answers) : undefined;
}

/** A slow processor feels it: on a fresh card each probe would be asked eight times, and each starts programs. */
function reachAfter(streak: number): number {
  return streak < STREAK ? FLOOR : STREAK_REACH;
}

/** For whoever watches: the task whose actions are sent, else the first that is looked at. */
function announce(context: HostContext, acting: Acting | undefined, window: readonly Slot[]): void {
  const first = window.find((slot) => slot.kind === 'unit');
  const unit = acting?.unit ?? (first?.kind === 'unit' ? first.unit : undefined);
  // One start for each turn, however often it is tried: whoever watches counts the time from there.
  if (!unit || unit.entry.announced === unit.entry.next) return;
  unit.entry.announced = unit.entry.next;
  const item = unit.item.label === undefined || unit.entry.task.noLog ? {} : { item: unit.item.label };
  context.settings.emit({
    kind: 'task-started',
    host: context.host.name,
    task: referenceOf(unit.entry),
    ...item,
  });
}
