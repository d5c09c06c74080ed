import type { Change, Output, Plan, Probe } from '../model/module.ts';
import type { Prepared, Task, TaskResult, WorkItem } from '../model/playbook.ts';
import type { Saves } from './save.ts';

/** A task in a host's queue. What it was prepared to is kept: values that it read cannot change before its turn. */
export interface Entry {
  readonly task: Task;
  readonly isHandler: boolean;
  /** The handler that is done with this entry: the task itself, or the one that included it last. */
  settles?: Task | undefined;
  prepared?: Exclude<Prepared, { kind: 'waiting' }> | undefined;
  /** Of a task that one host does for all: it is this one. */
  isMine?: boolean;
  /** Index of the next turn of its loop. */
  next: number;
  /** The turn whose start was told. */
  announced?: number;
  readonly results: TaskResult[];
  /** Tries of the turn at hand, for `until`. */
  attempts: number;
  /** What earlier tries of the turn at hand have changed. */
  earlier: readonly Change[];
  /** Check mode could not tell about one of its turns. */
  unknown: boolean;
}

/** One turn of one task: what is probed, planned and done together. */
export interface Unit {
  readonly entry: Entry;
  readonly item: WorkItem;
  readonly probe: Probe<unknown>;
}

/** A unit whose plan has work to do. */
export interface Acting {
  readonly unit: Unit;
  readonly state: unknown;
  readonly plan: Exclude<Plan, { failed: string }>;
  readonly answer: Output | undefined;
  /** Files that its actions bring to the controller. */
  readonly saves?: Saves;
}

export function createEntry(task: Task, isHandler = false): Entry {
  return { task, isHandler, next: 0, results: [], attempts: 0, earlier: [], unknown: false };
}

export function handlerEntry(handler: Task): Entry {
  return { ...createEntry(handler, true), settles: handler };
}

/** The tasks of an include in its place. A handler that includes tasks is done with the last of them. */
export function includedEntries(entry: Entry, tasks: readonly Task[]): Entry[] {
  const entries = tasks.map((task) => createEntry(task, entry.isHandler));
  const last = entries.at(-1);
  if (last) last.settles = entry.settles;
  return entries;
}

/** What these read when they were prepared may be another by now. One that has begun goes on as it began. */
export function forgetPrepared(queue: readonly Entry[]): void {
  for (const entry of queue) if (entry.next === 0) delete entry.prepared;
}

export function unitOf(entry: Entry, item: WorkItem): Unit {
  return { entry, item, probe: item.module.probe(item.params, item.inputs) };
}

/** Names of the variables that this turn will set, which nothing may read before it is done. */
export function namesSetBy(entry: Entry, item: WorkItem): readonly string[] {
  const facts = item.module.facts ? Object.keys(item.module.facts(item.params)) : [];
  return entry.task.register === undefined ? facts : [...facts, entry.task.register];
}
