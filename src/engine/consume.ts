import type { HostContext } from './context.ts';
import { forgetPrepared, type Acting, type Entry } from './entry.ts';
import type { Answers } from './exchange.ts';
import { judge } from './act.ts';
import { finish, NOTHING, type Happened } from './finish.ts';
import { flush } from './flush.ts';
import { handlerDone } from './handlers.ts';
import { settleError } from './lost.ts';
import type { Settled, Slot } from './window.ts';

/**
 * Uses the answers in order. Gives the first turn that needs a change, or nothing where all were as asked, or
 * where what follows must be looked at anew.
 */
export async function consume(
  context: HostContext,
  queue: Entry[],
  window: readonly Slot[],
  answers: Answers,
): Promise<Acting | undefined> {
  for (const slot of window) {
    if (context.status !== 'fine') return undefined;
    if (slot.kind === 'facts') {
      const reply = answers.probes.get(slot);
      const probe = context.settings.facts;
      if (probe.kind === 'ask' && reply === undefined) {
        settleError(context, queue, queue[0], undefined, answers.errors.get(slot));
        return undefined;
      }
      const value =
        probe.kind === 'ask' && reply ? probe.parse(reply) : probe.kind === 'known' ? probe.state : {};
      context.runtime.set('facts', { kind: 'known', value });
    } else if (slot.kind === 'settled') {
      finishSettled(context, queue, slot.entry, slot.prepared);
    } else if (slot.kind === 'left-out') {
      finish(context, queue, slot.entry, undefined, { ...skipped(slot.reason), item: slot.item });
    } else if (slot.kind === 'meta') {
      if (!(await obey(context, queue, slot))) return undefined;
    } else {
      const reply = answers.probes.get(slot);
      if (slot.unit.probe.kind === 'ask' && reply === undefined) {
        settleError(context, queue, slot.unit.entry, slot.unit, answers.errors.get(slot));
        return undefined;
      }
      const verdict = await judge(context, queue, slot.unit, reply);
      if (verdict === 'again') return undefined;
      if (verdict !== 'done') return verdict;
    }
  }
  return undefined;
}

function finishSettled(context: HostContext, queue: Entry[], entry: Entry, prepared: Settled): void {
  if (prepared.kind === 'skipped') finish(context, queue, entry, undefined, skipped(prepared.reason));
  if (prepared.kind === 'unknown') {
    finish(context, queue, entry, undefined, {
      outcome: 'unknown',
      result: NOTHING,
      message: `unknown until '${prepared.until}' has run`,
    });
  }
  if (prepared.kind !== 'failed') return;
  const { failure } = prepared;
  if (context.settings.check && context.leftOut !== undefined) {
    const message = `unknown until ${context.leftOut}: ${failure.failed}`;
    return finish(context, queue, entry, undefined, { outcome: 'unknown', result: NOTHING, message });
  }
  const result = { ...NOTHING, failed: true, msg: failure.failed };
  finish(context, queue, entry, undefined, {
    outcome: prepared.ignoreErrors ? 'ignored' : 'failed',
    result,
    failure,
  });
}

/** Gives false where what was looked at behind this task must be looked at anew. */
async function obey(
  context: HostContext,
  queue: Entry[],
  slot: Extract<Slot, { kind: 'meta' }>,
): Promise<boolean> {
  const { entry, action } = slot;
  if (queue[0] === entry) queue.shift();
  const flushes = action === 'flush_handlers' || action === 'end_host' || action === 'end_play';
  if (flushes && context.notified.size > 0) {
    // What the handlers notify is flushed here too, before anything else; and nothing ends with handlers owed.
    // Handlers may register what tasks behind them read.
    forgetPrepared(queue);
    queue.unshift(...flush(context), { ...entry });
    return false;
  }
  handlerDone(context, entry);
  switch (action) {
    case 'noop':
    case 'flush_handlers':
      return true;
    case 'clear_facts':
      context.runtime.set('facts', { kind: 'pending' });
      return false;
    case 'reset_connection':
      await context.transport.close();
      context.transport = context.settings.connect(context.host);
      context.connected = false;
      return false;
    case 'end_host':
      context.status = 'host-ended';
      return false;
    case 'end_play':
      context.status = 'play-ended';
      return false;
  }
}

function skipped(reason: string): Happened {
  return { outcome: 'skipped', result: { ...NOTHING, skipped: true }, message: reason };
}
