import type { Output } from '../model/module.ts';
import type { Become } from '../model/playbook.ts';
import { TransportError, type Reply, type Request, type Session } from '../transport/transport.ts';
import type { HostContext } from './context.ts';
import type { Acting } from './entry.ts';
import { actionRequests, requestOptions } from './requests.ts';
import type { Slot } from './window.ts';

/** What came back from one exchange. */
export interface Answers {
  /** Replies to the requests of the acting unit, in order. */
  readonly actions: readonly Reply[];
  /** How many requests each of its actions had become. */
  readonly lengths: readonly number[];
  /** By slot; a slot that needs no host, or that was not reached, has none. */
  readonly probes: ReadonlyMap<Slot, Output>;
  /** Why a slot has none. */
  readonly errors: ReadonlyMap<Slot, TransportError>;
  /** Why not every action was answered. */
  readonly error?: TransportError;
}

/** One write and one wait: the actions of one unit, and behind them the probes of what comes after. */
export async function exchange(
  context: HostContext,
  acting: Acting | undefined,
  window: readonly Slot[],
): Promise<Answers> {
  const { requests: actions, lengths } = acting
    ? actionRequests(acting.unit.item, acting.plan, acting.saves)
    : { requests: [], lengths: [] };
  const batches = groupByUser(acting, actions, window, context);
  const replies: Reply[] = [];
  const probes = new Map<Slot, Output>();
  const errors = new Map<Slot, TransportError>();
  const outcomes = await Promise.all(batches.map((batch) => send(context, batch)));
  // A lost connection explains everything else that went wrong in the same moment.
  const lost = outcomes.find((outcome) => outcome.error && endsHost(outcome.error))?.error;
  for (const [index, batch] of batches.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined) continue;
    replies.push(...outcome.replies.slice(0, batch.actions));
    const error = lost ?? outcome.error;
    for (const [place, slot] of batch.slots.entries()) {
      const reply = outcome.replies[batch.actions + place];
      if (reply !== undefined) probes.set(slot, reply);
      else if (error) errors.set(slot, error);
    }
  }
  const error = lost ?? outcomes[0]?.error;
  return { actions: replies, lengths, probes, errors, ...(error ? { error } : {}) };
}

/** Not a script that ran too long, or a shell that died of it, or a wrong sudo: there the connection still stands. */
export function endsHost(error: TransportError): boolean {
  return !['timeout', 'overflow', 'shell-ended', 'become'].includes(error.kind);
}

/** Two users are the same where they share a shell. */
export function sameUser(left: Become | undefined, right: Become | undefined): boolean {
  return left?.user === right?.user && left?.method === right?.method;
}

interface Batch {
  readonly become: Become | undefined;
  readonly requests: Request[];
  /** How many of the requests are actions; they come first. */
  readonly actions: number;
  readonly slots: Slot[];
}

function groupByUser(
  acting: Acting | undefined,
  actions: readonly Request[],
  window: readonly Slot[],
  context: HostContext,
): Batch[] {
  const batches: Batch[] = [];
  if (acting)
    batches.push({
      become: acting.unit.item.become,
      requests: [...actions],
      actions: actions.length,
      slots: [],
    });
  const batchOf = (become: Become | undefined): Batch => {
    let batch = batches.find((candidate) => sameUser(candidate.become, become));
    if (!batch) batches.push((batch = { become, requests: [], actions: 0, slots: [] }));
    return batch;
  };
  for (const slot of window) {
    if (slot.kind === 'facts' && context.settings.facts.kind === 'ask') {
      // Whoever is asked first: facts do not depend on the user, and a shell of one's own would cost a round trip.
      const batch = batches[0] ?? batchOf(undefined);
      batch.requests.push({ script: context.settings.facts.script });
      batch.slots.push(slot);
    }
    if (slot.kind !== 'unit' || slot.unit.probe.kind !== 'ask') continue;
    const batch = batchOf(slot.unit.item.become);
    batch.requests.push({ script: slot.unit.probe.script, ...requestOptions(slot.unit.item) });
    batch.slots.push(slot);
  }
  return batches.filter((batch) => batch.requests.length > 0);
}

async function send(
  context: HostContext,
  batch: Batch,
): Promise<{ replies: readonly Reply[]; error?: TransportError }> {
  for (const { script, environment } of batch.requests) {
    for (const secret of script.secrets) context.settings.redactor.add(secret);
    for (const value of Object.values(environment ?? {}))
      if (typeof value !== 'string') context.settings.redactor.add(value);
  }
  try {
    const session = await open(context, batch.become);
    context.exchanges++;
    return {
      replies: await session.run(
        batch.requests,
        context.settings.signal ? { signal: context.settings.signal } : {},
      ),
    };
  } catch (error) {
    if (error instanceof TransportError) return { replies: error.replies, error };
    throw error;
  }
}

async function open(context: HostContext, become: Become | undefined): Promise<Session> {
  const { host, settings, transport } = context;
  if (become?.password) settings.redactor.add(become.password);
  if (!context.connected) settings.emit({ kind: 'host-connecting', host: host.name });
  const session = await unlessAborted(transport.session(become), host.name, settings.signal);
  if (!context.connected) settings.emit({ kind: 'host-connected', host: host.name });
  context.connected = true;
  return session;
}

/** Whoever presses Ctrl-C does not wait until a dead host is given up. */
async function unlessAborted<T>(work: Promise<T>, host: string, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await work;
  return await new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(new TransportError('aborted', `interrupted while connecting to ${host}`));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
