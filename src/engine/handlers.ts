import type { Task } from '../model/playbook.ts';
import type { HostContext } from './context.ts';
import { createEntry, type Entry, type Unit } from './entry.ts';

/** Marks the handlers that listen to these names; they run once, at the end of the play or at a flush. */
export function notify(context: HostContext, entry: Entry, names: readonly string[]): void {
  for (const handler of handlersFor(context, names)) {
    if (context.notified.has(handler)) continue;
    context.notified.add(handler);
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
    if (!context.notified.has(handler))
      context.settings.journal.settle(context.host.name, context.playId, handler.name);
  }
}

/** Notified handlers as tasks to do now, in the order in which the play lists them. */
export function takeNotified(context: HostContext): Entry[] {
  const taken = context.handlers.filter((handler) => context.notified.has(handler));
  context.notified.clear();
  return taken.map((handler) => createEntry(handler, true));
}

export function handlerDone(context: HostContext, handler: Task): void {
  // It was notified again while it waited for its turn: then it is owed again.
  if (context.settings.check || context.notified.has(handler)) return;
  context.settings.journal.settle(context.host.name, context.playId, handler.name);
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
