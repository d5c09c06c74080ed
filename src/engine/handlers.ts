import type { Task } from '../model/playbook.ts';
import type { HostContext } from './context.ts';
import { handlerEntry, type Entry, type Unit } from './entry.ts';

/** Marks the handlers that listen to these names; they run once, at the end of the play or at a flush. */
export function notify(context: HostContext, entry: Entry, names: readonly string[]): void {
  if (!entry.isHandler) context.rounds = 0;
  for (const handler of handlersFor(context, names)) {
    // One that still waits for its turn comes after this change anyway.
    if (context.notified.has(handler) || context.flushing.has(handler)) continue;
    context.notified.add(handler);
    // Where no action announced it: `changed_when` called it a change.
    if (!context.settings.check)
      context.settings.journal.owe(context.host.name, context.playId, handler.name);
    context.settings.emit({
      kind: 'handler-notified',
      host: context.host.name,
      handler: handler.name,
      by: entry.task.name,
    });
  }
}

/** Writes down what this unit's change will notify, before its actions are sent. */
export function promise(context: HostContext, unit: Unit): void {
  if (context.settings.check) return;
  for (const handler of handlersFor(context, unit.item.notify))
    context.settings.journal.owe(context.host.name, context.playId, handler.name);
}

/** The change was not made after all. A handler that something else had notified stays owed. */
export function takeBack(context: HostContext, unit: Unit): void {
  if (context.settings.check) return;
  for (const handler of handlersFor(context, unit.item.notify)) {
    if (!context.notified.has(handler) && !context.flushing.has(handler))
      context.settings.journal.settle(context.host.name, context.playId, handler.name);
  }
}

/** Notified handlers as tasks to do now, in the order in which the play lists them. */
export function takeNotified(context: HostContext): Entry[] {
  const taken = context.handlers.filter((handler) => context.notified.has(handler));
  for (const handler of taken) context.flushing.add(handler);
  context.notified.clear();
  context.rounds++;
  return taken.map(handlerEntry);
}

/** To be called when an entry is finished. Where it was a handler, that is owed no longer. */
export function handlerDone(context: HostContext, { settles: handler }: Entry): void {
  if (!handler) return;
  context.flushing.delete(handler);
  if (!context.settings.check)
    context.settings.journal.settle(context.host.name, context.playId, handler.name);
}

/** The first of these names that no handler answers to: one that was made by a template, or the load had found it. */
export function missingHandler(context: HostContext, names: readonly string[]): string | undefined {
  return names.find((name) => handlersFor(context, [name]).length === 0);
}

/** Handlers that an earlier run owed this host and never ran. Known by name: whoever mends a playbook moves its lines. */
export function recover(context: HostContext): void {
  const owed = new Set(context.settings.journal.owed(context.host.name, context.playId));
  for (const handler of context.handlers) {
    if (!owed.has(handler.name)) continue;
    context.notified.add(handler);
    context.settings.emit({ kind: 'handler-recovered', host: context.host.name, handler: handler.name });
  }
}

function handlersFor(context: HostContext, names: readonly string[]): Task[] {
  return context.handlers.filter((handler) => handler.topics.some((topic) => names.includes(topic)));
}
