import type { Failure } from '../model/module.ts';
import type { TransportError } from '../transport/transport.ts';
import type { HostContext } from './context.ts';
import type { Entry, Unit } from './entry.ts';
import { endsHost } from './exchange.ts';
import { finish, referenceOf } from './finish.ts';
import { takeBack } from './handlers.ts';

/** A turn got no answer: either the task failed alone, or the host is lost for this run. */
export function settleError(
  context: HostContext,
  queue: Entry[],
  entry: Entry | undefined,
  unit: Unit | undefined,
  error: TransportError | undefined,
  acted = false,
  milliseconds = 0,
): void {
  if (!error) throw new Error(`a request to ${context.host.name} was not answered, and nobody said why`);
  const failure: Failure = {
    failed: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
  if (entry && !endsHost(error)) {
    // Where its actions were cut short, nobody knows how far they came: what they notify stays owed.
    if (unit && !acted) takeBack(context, unit);
    const outcome = unit?.item.ignoreErrors === true ? 'ignored' : 'failed';
    const result = { changed: false, failed: true, skipped: false, msg: error.message };
    finish(context, queue, entry, unit, { outcome, result, failure, milliseconds });
    return;
  }
  context.status = error.kind === 'aborted' ? 'failed' : 'unreachable';
  // What the lost task would have notified stays owed in the journal: nobody knows how far it came.
  const task = entry && context.connected ? { task: referenceOf(entry) } : {};
  const interrupted = error.kind === 'aborted' ? { interrupted: true as const } : {};
  context.settings.emit({
    kind: 'host-unreachable',
    host: context.host.name,
    failure,
    ...task,
    ...interrupted,
  });
}
