import type { Outcome, ShownScript, TaskFinished, TaskReference } from '../model/event.ts';
import type { Change, Failure, Output } from '../model/module.ts';
import type { TaskResult, WorkItem } from '../model/playbook.ts';
import type { Script } from '../model/script.ts';
import { secretsIn, type ValueMap } from '../model/value.ts';
import type { HostContext } from './context.ts';
import type { Entry, Unit } from './entry.ts';
import { handlerDone, notify } from './handlers.ts';

/** The result of a turn that did nothing. */
export const NOTHING: TaskResult = { changed: false, failed: false, skipped: false };

/** What happened to one turn of a task. */
export interface Happened {
  readonly outcome: Outcome;
  readonly result: TaskResult;
  readonly changes?: readonly Change[];
  readonly failure?: Failure;
  readonly message?: string;
  readonly milliseconds?: number;
  readonly scripts?: readonly ShownScript[];
  /** The turn of the loop, where it is left out and so has no unit. */
  readonly item?: WorkItem;
}

/** Tells the world, notifies handlers, sets variables, and moves the queue on. */
export function finish(
  context: HostContext,
  queue: Entry[],
  entry: Entry,
  unit: Unit | undefined,
  happened: Happened,
): void {
  for (const secret of secretsIn(happened.result)) context.settings.redactor.add(secret);
  report(context, entry, unit, happened);
  if (happened.outcome === 'changed' && unit) notify(context, entry, unit.item.notify);
  if (unit && happened.outcome !== 'failed' && unit.item.module.facts)
    setFacts(context, unit.item.module.facts(unit.item.params));
  const hasTurns = entry.prepared?.kind !== 'work' || entry.prepared.items.length > 0;
  if (hasTurns) entry.results.push(withItem(happened.result, unit?.item ?? happened.item));
  entry.unknown ||= happened.outcome === 'unknown';
  entry.attempts = 0;
  entry.earlier = [];
  entry.next++;
  const prepared = entry.prepared;
  const turns = prepared?.kind === 'work' ? prepared.items.length : 0;
  if (happened.outcome === 'failed') context.status = 'failed';
  if (entry.next < turns && happened.outcome !== 'failed') return;
  if (queue[0] === entry) queue.shift();
  if (happened.outcome !== 'failed') handlerDone(context, entry);
  register(context, entry, happened);
  if (!entry.isMine) return;
  if (happened.outcome === 'failed') context.once.failed(entry.task);
  else context.once.finished(context, entry);
}

/** In `results` each says which item it is of. */
function withItem(result: TaskResult, item: WorkItem | undefined): TaskResult {
  return item?.item === undefined ? result : { ...result, item: item.item };
}

export function referenceOf(entry: Entry): TaskReference {
  const { name, module, where } = entry.task;
  return { name, module, where, ...(entry.isHandler ? { handler: true } : {}) };
}

/** The values that every result has, and the module's own. */
export function resultOf(
  unit: Unit,
  state: unknown,
  outputs: readonly Output[],
  changed: boolean,
): TaskResult {
  const { module, params, inputs } = unit.item;
  const own: ValueMap = module.result?.(state, params, outputs, inputs) ?? {};
  return { changed, skipped: false, ...own, failed: own['failed'] === true };
}

export function shownScript(purpose: 'probe' | 'action', script: Script, output: Output): ShownScript {
  return { purpose, text: script.text, code: output.code, stdout: output.stdout, stderr: output.stderr };
}

/** The line of a program's complaints that says most: its last. */
export function failureOf(output: Output | undefined, fallback: string): Failure {
  const lines = `${output?.stdout ?? ''}\n${output?.stderr ?? ''}`.split('\n').map((line) => line.trim());
  const last = lines.filter((line) => line !== '').at(-1);
  const code = output ? `exit code ${output.code}` : fallback;
  return { failed: last === undefined ? code : `${last} (${code})` };
}

function report(context: HostContext, entry: Entry, unit: Unit | undefined, happened: Happened): void {
  const { outcome, failure, message } = happened;
  const { settings, host, counts } = context;
  counts[outcome]++;
  const hidden = entry.task.noLog;
  const item = unit?.item ?? happened.item;
  const label = item?.label;
  const showScripts = !hidden && (settings.verbose || outcome === 'failed' || outcome === 'ignored');
  const event: TaskFinished = {
    kind: 'task-finished',
    host: host.name,
    task: referenceOf(entry),
    outcome,
    changes: (happened.changes ?? [])
      .filter((change) => change.harmless !== true)
      .map((change) => shown(change, hidden, item?.diff)),
    ...(item?.diff === true && !hidden ? { diff: true } : {}),
    seconds: (happened.milliseconds ?? 0) / 1000,
    scripts: showScripts ? (happened.scripts ?? []) : [],
    ...(label === undefined ? {} : { item: hidden ? '(hidden by no_log)' : label }),
    ...(failure ? { failure: hidden ? { failed: 'failed; details are hidden by no_log' } : failure } : {}),
    ...(message === undefined || hidden ? {} : { message }),
  };
  settings.emit(event);
  if (!settings.check && (outcome === 'changed' || outcome === 'failed')) {
    const changes = event.changes.map((change) => change.summary);
    settings.journal.note(
      settings.redactor.redactAll({
        host: host.name,
        task: entry.task.name,
        where: entry.task.where,
        outcome,
        changes,
      }),
    );
  }
}

function shown(change: Change, hidden: boolean, diff?: boolean): TaskFinished['changes'][number] {
  if (hidden) return { summary: 'changed; details are hidden by no_log' };
  const { summary, before, after, subject } = change;
  // Nobody gets what differs, programs that read the events neither.
  if (diff === false) return { summary };
  return {
    summary,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(subject === undefined ? {} : { subject }),
  };
}

function setFacts(context: HostContext, facts: ValueMap): void {
  for (const [name, value] of Object.entries(facts)) context.runtime.set(name, { kind: 'known', value });
}

function register(context: HostContext, entry: Entry, happened: Happened): void {
  const name = entry.task.register;
  if (name === undefined) return;
  if (entry.unknown) {
    context.runtime.set(name, { kind: 'unknown', until: entry.task.name });
    return;
  }
  const looped = entry.prepared?.kind === 'work' && entry.prepared.looped;
  const value = looped ? summaryOf(entry.results) : happened.result;
  // What a host repeats of a secret is one still, wherever it goes from here.
  context.runtime.set(name, { kind: 'known', value: context.settings.redactor.taint<ValueMap>(value) });
}

function summaryOf(results: readonly TaskResult[]): TaskResult {
  return {
    changed: results.some((result) => result.changed),
    failed: results.some((result) => result.failed),
    skipped: results.every((result) => result.skipped),
    results,
  };
}
