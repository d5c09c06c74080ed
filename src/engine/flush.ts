import type { HostContext } from './context.ts';
import { handlerEntry, type Entry } from './entry.ts';
import { finish, NOTHING } from './finish.ts';
import { takeNotified } from './handlers.ts';

/** The notified handlers as tasks to do now. Handlers that notify each other for ever fail the host instead. */
export function flush(context: HostContext): Entry[] {
  const [first, ...others] = context.handlers.filter((handler) => context.notified.has(handler));
  // A chain without a circle has come to its end after as many rounds as there are handlers.
  if (!first || context.rounds < context.handlers.length + 1) return takeNotified(context);
  const names = [first, ...others].map((handler) => handler.name).join(', ');
  const failed = `these handlers are notified by each other, again and again: ${names}`;
  finish(context, [], handlerEntry(first), undefined, {
    outcome: 'failed',
    result: { ...NOTHING, failed: true, msg: failed },
    failure: { failed, hint: 'take one `notify` out, or use `changed_when` to say when nothing changed' },
  });
  return [];
}
