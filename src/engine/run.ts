import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { HostRecap, RunEvent } from '../model/event.ts';
import type { Host } from '../model/inventory.ts';
import type { Probe } from '../model/module.ts';
import type { Play, Playbook } from '../model/playbook.ts';
import type { Redactor } from '../model/secret.ts';
import type { ValueMap } from '../model/value.ts';
import type { Transport } from '../transport/transport.ts';
import { createContext, givenBy, recapOf, type HostContext, type Settings } from './context.ts';
import { recover } from './handlers.ts';
import { flushHandlers, perform } from './host.ts';
import type { Journal } from './journal.ts';
import { Once } from './once.ts';
import type { Saver } from './save.ts';
import { createThrottled } from './throttle.ts';

/** Milliseconds for the farewell to all hosts after an interruption. */
const PATIENCE = 1000;

export interface RunOptions {
  readonly playbook: Playbook;
  /** Opens nothing yet: the first session connects. */
  connect(host: Host): Transport;
  readonly facts: Probe<ValueMap>;
  readonly journal: Journal;
  readonly redactor: Redactor;
  /** Writes on the controller what is fetched. */
  readonly saver: Saver;
  emit(event: RunEvent): void;
  /** Milliseconds of a clock that only goes forward. */
  readonly clock: () => number;
  /** ISO time for the first event. */
  readonly time: string;
  /** Hosts at work at the same time. */
  readonly forks: number;
  readonly check: boolean;
  readonly diff: boolean;
  readonly verbose: boolean;
  readonly signal?: AbortSignal;
}

/** Runs a playbook to its end. Failures of hosts are events and recap, never exceptions. */
export async function runPlaybook(options: RunOptions): Promise<readonly HostRecap[]> {
  const { playbook, check, diff, verbose, facts, journal, redactor, saver, clock, signal } = options;
  const emit = (event: RunEvent): void => options.emit(redactor.redactAll(event));
  const connect = (host: Host): Transport => options.connect(host);
  const settings: Settings = {
    check,
    verbose,
    facts,
    journal,
    redactor,
    saver,
    clock,
    signal,
    throttled: createThrottled(),
    emit,
    connect,
  };
  const started = clock();
  const contexts = new Map<string, HostContext>();
  const hosts = [...new Set(playbook.plays.flatMap((play) => play.hosts))];
  for (const host of hosts) contexts.set(host.name, createContext(host, settings));
  emit({
    kind: 'run-started',
    playbook: playbook.path,
    hosts: hosts.map((host) => host.name),
    check,
    diff,
    time: options.time,
  });
  try {
    for (const play of playbook.plays) {
      if (signal?.aborted) break;
      if ((await runPlay(play, contexts, settings, options.forks)) === 'stop') break;
    }
  } finally {
    await closeAll([...contexts.values()], signal);
  }
  const recap = [...contexts.values()].map(recapOf);
  const interrupted = signal?.aborted === true;
  emit({ kind: 'run-finished', recap, seconds: (clock() - started) / 1000, interrupted });
  return recap;
}

/** Whoever interrupts a run does not wait for hosts that do not answer. */
async function closeAll(contexts: readonly HostContext[], signal: AbortSignal | undefined): Promise<void> {
  const all = Promise.all(contexts.map((context) => context.transport.close()));
  await (signal?.aborted ? Promise.race([all, sleep(PATIENCE, undefined, { ref: false })]) : all);
}

async function runPlay(
  play: Play,
  contexts: ReadonlyMap<string, HostContext>,
  settings: Settings,
  forks: number,
): Promise<'go-on' | 'stop'> {
  const members = play.hosts
    .flatMap((host) => contexts.get(host.name) ?? [])
    .filter((context) => context.status === 'fine');
  // Left out by a limit, or nobody is left who could play it: nothing to tell.
  if (members.length === 0) return 'go-on';
  const hosts = new Map([...contexts].map(([name, context]) => [name, givenBy(context)]));
  for (const context of members) context.runtime.set('hostvars', { kind: 'hosts', hosts });
  settings.emit({
    kind: 'play-started',
    play: play.name,
    where: play.where,
    hosts: members.map((context) => context.host.name),
  });
  const batches = batchesOf(members, play.serial);
  let stopped: string | undefined;
  for (const [index, batch] of batches.entries()) {
    if (settings.signal?.aborted) break;
    const once = new Once(batch);
    const over = (): string | undefined => once.failure ?? tooManyFailed(play, batch);
    for (const context of batch) {
      context.once = once;
      context.stage = 0;
      context.handlers = play.handlers;
      context.playId = play.id;
      context.notified.clear();
      context.flushing.clear();
      context.rounds = 0;
      context.halted = () => over() !== undefined;
      recover(context);
    }
    if (play.strategy === 'linear') await runInStep(play, batch, forks, over);
    else await runFreely(play, batch, forks);
    stopped = over() ?? (index < batches.length - 1 ? allFailed(batch) : undefined);
    if (stopped !== undefined) break;
  }
  for (const context of members)
    if (context.status === 'play-ended' || context.status === 'host-ended') context.status = 'fine';
  settings.emit({ kind: 'play-finished', play: play.name, ...(stopped === undefined ? {} : { stopped }) });
  return stopped === undefined ? 'go-on' : 'stop';
}

async function runFreely(play: Play, batch: readonly HostContext[], forks: number): Promise<void> {
  const limit = pLimit(forks);
  await Promise.all(
    batch.map((context) =>
      limit(async () => {
        await perform(context, play.tasks);
        await flushHandlers(context);
      }),
    ),
  );
}

async function runInStep(
  play: Play,
  batch: readonly HostContext[],
  forks: number,
  over: () => string | undefined,
): Promise<void> {
  const limit = pLimit(forks);
  const together = (work: (context: HostContext) => Promise<void>): Promise<unknown> =>
    Promise.all(
      batch.filter((context) => context.status === 'fine').map((context) => limit(() => work(context))),
    );
  for (const task of play.tasks) {
    await together((context) => perform(context, [task]));
    if (over() !== undefined) return;
  }
  await together(flushHandlers);
}

/** `serial: [1, 5]` takes one host, then five, then five at a time. */
function batchesOf(members: readonly HostContext[], serial: readonly number[] | undefined): HostContext[][] {
  if (!serial || serial.length === 0) return [[...members]];
  const batches: HostContext[][] = [];
  for (let at = 0; at < members.length;) {
    const size = Math.max(1, serial[Math.min(batches.length, serial.length - 1)] ?? 1);
    batches.push(members.slice(at, at + size));
    at += size;
  }
  return batches;
}

/** Why the play ends for everybody, as its author asked; undefined where it goes on. */
function tooManyFailed(play: Play, batch: readonly HostContext[]): string | undefined {
  const { maxFailPercentage: most } = play;
  const lost = lostOf(batch);
  if (most === undefined || lost === 0 || (lost / batch.length) * 100 <= most) return undefined;
  const allowed = most === 0 ? 'the play allows none' : `the play allows ${most} %`;
  return `${lost} of ${batch.length} hosts failed, and ${allowed}`;
}

/** The hosts that would come next in line would fail as well. */
function allFailed(batch: readonly HostContext[]): string | undefined {
  const all = batch.length === 1 ? 'the host' : `all ${batch.length} hosts`;
  return batch.length > 0 && lostOf(batch) === batch.length
    ? `${all} of this batch failed, so the next ones do not begin`
    : undefined;
}

function lostOf(batch: readonly HostContext[]): number {
  return batch.filter((context) => context.status === 'failed' || context.status === 'unreachable').length;
}
