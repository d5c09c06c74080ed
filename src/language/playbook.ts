import { dirname, relative } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Module } from '../model/module.ts';
import type { Playbook, Task } from '../model/playbook.ts';
import type { SecretSource } from '../model/secret-source.ts';
import { nearest } from '../model/suggest.ts';
import { isList, type ValueMap } from '../model/value.ts';
import { Arrivals } from './arrivals.ts';
import { Check } from './check.ts';
import { scopeOf, type BecomeOptions, type Context, type Loading, type TaskFile } from './context.ts';
import { readDocument } from './document.ts';
import { findFile, TemplateFiles } from './files.ts';
import { Known } from './known.ts';
import { Mistakes } from './mistakes.ts';
import { matchHosts } from './pattern.ts';
import { bindPlay, playName, type BoundPlay } from './play.ts';
import { withClosedAnswers, type Answers } from './prompts.ts';
import { readPlays, type PlaySource } from './plays.ts';
import { shownPath } from './source-text.ts';
import { Tags } from './tags.ts';
import { readTasks } from './task-source.ts';
import { textOf } from './text-of.ts';
import { NotYet, TextMistake } from './text-mistake.ts';

export interface LoadOptions {
  readonly inventory: Inventory;
  readonly modules: readonly Module[];
  /** Pattern of the hosts to keep. */
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly extraVariables?: ValueMap;
  /** To what `prompts` of the playbook ask, by name; absent before anybody was asked. */
  readonly answers?: Answers;
  /** Where neither task nor play say as whom to run. */
  readonly become?: BecomeOptions;
  /** What the variable `check_mode` says. */
  readonly check?: boolean;
  /** What opens `!env`, `!secret` and their kin, and encrypted files. */
  readonly secrets?: SecretSource | undefined;
  /** Name of the first task to run. */
  readonly startAtTask?: string;
}

/** Reads a playbook and checks all that can be known before a host is touched. Throws a DiagnosticError with every mistake. */
export function loadPlaybook(path: string, options: LoadOptions): Playbook {
  const mistakes = new Mistakes();
  const tags = new Tags(options.tags, options.skipTags);
  const limit =
    options.limit === undefined
      ? undefined
      : new Set(matchHosts(options.limit, options.inventory).map((host) => host.name));
  const sources = readPlays(path, mistakes, { secrets: options.secrets, paths: [], vars: [], tags: [] });
  const extra = withClosedAnswers(options.extraVariables ?? {}, sources, options.secrets);
  const loading = loadingOf(options, extra, tags, mistakes);
  const ids = playIds(sources, options.inventory);
  const all = sources.map((source, index) => bindPlay(source, ids[index] ?? '', loading, limit, mistakes));
  const first = options.startAtTask;
  const bound = first === undefined ? all : startAt(first, all, mistakes);
  checkHosts(bound, options.inventory, mistakes);
  for (const mistake of tags.unknown()) mistakes.add(mistake);
  mistakes.throwIfAny();
  return {
    path: shownPath(path),
    plays: bound.map(({ play }) => play),
    prompts: bound.flatMap(({ play, prompts }) => (play.hosts.length > 0 ? prompts : [])),
  };
}

/** From the inventory, as the journal is its own: the folder that one happens to be in is none of its business. */
function playIds(sources: readonly PlaySource[], inventory: Inventory): readonly string[] {
  const seen = new Map<string, number>();
  return sources.map(({ path, keywords }) => {
    const id = `${relative(dirname(inventory.path), path)}/${playName(keywords)}`;
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return count === 1 ? id : `${id} (${count})`;
  });
}

function loadingOf(options: LoadOptions, extra: ValueMap, tags: Tags, mistakes: Mistakes): Loading {
  const modules = new Map(options.modules.map((module) => [module.name, module]));
  const taskFiles = new Map<string, TaskFile>();
  return {
    inventory: options.inventory,
    modules,
    extra,
    answers: options.answers ?? new Map(),
    become: options.become ?? {},
    check: options.check ?? false,
    secrets: options.secrets,
    templates: new TemplateFiles(),
    arrivals: new Arrivals(),
    selects: (names) => tags.selects(names),
    renderName,
    taskFile: (name, beside, folders) => {
      const path = findFile(name, 'tasks', beside, folders);
      const known = taskFiles.get(path);
      if (known) return known;
      const file = { path: shownPath(path), tasks: readTaskFile(path, options, modules, mistakes) };
      taskFiles.set(path, file);
      return file;
    },
  };
}

function readTaskFile(
  path: string,
  { secrets }: LoadOptions,
  modules: ReadonlyMap<string, Module>,
  mistakes: Mistakes,
): TaskFile['tasks'] {
  const source = readDocument(path, mistakes, { secrets });
  if (!source || source.value === null) return [];
  if (isList(source.value)) return readTasks(source.value, { modules, mistakes, folder: dirname(path) });
  mistakes.add({
    code: 'wrong-type',
    message: 'a file of tasks is a list of tasks',
    span: { file: source.file, start: 0, end: 1 },
    hint: 'begin with `- name: …`',
  });
  return [];
}

/** Names are shown once for all hosts, so a name that differs from host to host stays as it was written. */
function renderName(name: string, raw: ValueMap, context: Context): string | undefined {
  const [first, ...rest] = new Set(
    context.hosts.map((host) => {
      try {
        return textOf(scopeOf(context, host, new Map()).render(name, raw, 'name'));
      } catch (error) {
        if (error instanceof TextMistake || error instanceof NotYet) return undefined;
        throw error;
      }
    }),
  );
  return rest.length === 0 ? first : undefined;
}

/** Every host goes through all plays, as it will in a run: what an earlier play registers is there in a later one. */
function checkHosts(bound: readonly BoundPlay[], inventory: Inventory, mistakes: Mistakes): void {
  const names = inventory.hosts.map((host) => host.name);
  const known = new Map<string, Known>();
  for (const { play, steps, handlers } of bound) {
    const topics = new Set(handlers.flatMap((handler) => handler.topics));
    const earlier = new Map([...known].map(([name, values]) => [name, values.given()]));
    for (const host of play.hosts) {
      const own = known.get(host.name) ?? new Known(names);
      known.set(host.name, own);
      own.enter(earlier);
      const check = new Check(host, play.hosts.length, own, topics, mistakes);
      check.steps(steps);
      check.steps(handlers);
    }
  }
}

/** The plays from this task on. What comes before it is not done, so nothing of it is there. */
function startAt(name: string, bound: readonly BoundPlay[], mistakes: Mistakes): readonly BoundPlay[] {
  const at = bound.findIndex(({ steps }) => steps.some((step) => step.name === name));
  const first = bound[at];
  if (!first) {
    const tasks = bound.flatMap(({ steps }) => steps);
    mistakes.add(unknownTask(name, tasks));
    return bound;
  }
  const { play, steps, registers } = first;
  const index = steps.findIndex((step) => step.name === name);
  registers.pass(steps.slice(0, index));
  const rest = steps.slice(index);
  return [{ ...first, play: { ...play, tasks: rest }, steps: rest }, ...bound.slice(at + 1)];
}

function unknownTask(name: string, tasks: readonly Task[]): Diagnostic {
  const near = nearest(
    name,
    tasks.map((task) => task.name),
  );
  return {
    code: 'unknown-task',
    message: `there is no task \`${name}\``,
    ...(near !== undefined && { hint: `did you mean \`${near}\`?` }),
  };
}
