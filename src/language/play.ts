import { dirname } from 'node:path';
import type { Host } from '../model/inventory.ts';
import type { Play, Prompt } from '../model/playbook.ts';
import { positionAt } from '../model/source.ts';
import { isList, type Value, type ValueMap } from '../model/value.ts';
import { bind, bindHandlers } from './bind.ts';
import { scopeOf, type Context, type Loading } from './context.ts';
import { toDiagnostic } from './diagnose.ts';
import { findFile, foldersOf, type Folders } from './files.ts';
import type { Mistakes } from './mistakes.ts';
import { valueSpan } from './origin.ts';
import { findHosts } from './pattern.ts';
import type { PlaySource } from './plays.ts';
import { answerLayer, promptsOf } from './prompts.ts';
import { Registers } from './registers.ts';
import { Scope, type Layer } from './scope.ts';
import type { Step } from './step.ts';
import { readTasks, type TaskSource } from './task-source.ts';
import { textOf } from './text-of.ts';
import { NotYet, TextMistake } from './text-mistake.ts';
import { readVariables } from './variables-file.ts';

/** A play with its tasks bound, not yet checked for its hosts. */
export interface BoundPlay {
  readonly play: Play;
  readonly steps: readonly Step[];
  readonly handlers: readonly Step[];
  readonly prompts: readonly Prompt[];
  /** Which of its tasks gives which name. */
  readonly registers: Registers;
}

export function bindPlay(
  source: PlaySource,
  id: string,
  loading: Loading,
  limit: ReadonlySet<string> | undefined,
  mistakes: Mistakes,
): BoundPlay {
  const { keywords, raw, span } = source;
  const folders = foldersOf(source.path);
  const all = hostsOf(source, loading, mistakes);
  const isNeeded = isNeededBy(source, loading, limit, mistakes);
  const hosts = limit && !isNeeded ? all.filter((host) => limit.has(host.name)) : all;
  const registers = new Registers();
  const prompts = promptsOf(source, loading.extra, mistakes);
  const asked = answerLayer(prompts, loading.answers);
  const context = contextOf(source, loading, folders, hosts, registers, asked, mistakes);
  const reading = { modules: loading.modules, mistakes, folder: dirname(source.path) };
  const read = (list: readonly Value[] | undefined, areHandlers = false): readonly TaskSource[] =>
    readTasks(list ?? [], { ...reading, areHandlers });
  const tasks = [...read(keywords.pre_tasks), ...read(keywords.tasks), ...read(keywords.post_tasks)];
  const onMistake = (mistake: TextMistake): void => mistakes.add(toDiagnostic(mistake, span));
  const steps = bind(tasks, context, onMistake);
  // Handlers run because they are notified, whatever tags were asked for.
  const everything = { ...loading, selects: () => true };
  const handlers = bindHandlers(
    read(keywords.handlers, true),
    { ...context, loading: everything, tags: [] },
    onMistake,
  );
  registers.take(steps);
  const { line } = positionAt(span.file, span.start);
  const play: Play = {
    id,
    name: playName(keywords),
    where: `${span.file.path}:${line}`,
    hosts,
    tasks: steps,
    handlers,
    strategy: keywords.strategy ?? 'free',
    ...serialOf(raw['serial'], hosts.length),
    ...shareOf(keywords),
  };
  return { play, steps, handlers, prompts, registers };
}

/** A play without a name is called after its hosts. */
export function playName({ name, hosts }: PlaySource['keywords']): string {
  return name ?? hosts.join(', ');
}

function hostsOf({ raw, keywords }: PlaySource, loading: Loading, mistakes: Mistakes): readonly Host[] {
  const span = valueSpan(raw, 'hosts');
  try {
    const scope = new Scope({ layers: [{ values: loading.extra }] });
    const written = scope.render(keywords.hosts, raw, 'hosts');
    const found = findHosts((isList(written) ? written : [written]).map(textOf).join(','), loading.inventory);
    for (const mistake of found.mistakes) mistakes.add({ ...mistake, ...(span && { span }) });
    // What stands in the play is checked all the same, for whomever it may be meant.
    return found.mistakes.length > 0 ? loading.inventory.hosts : found.hosts;
  } catch (error) {
    if (!(error instanceof TextMistake)) throw error;
    mistakes.add(toDiagnostic(error, span));
    return [];
  }
}

/** Whether hosts within the limit need what this play gives on hosts outside of it. */
function isNeededBy(
  { raw, keywords }: PlaySource,
  { inventory }: Loading,
  limit: ReadonlySet<string> | undefined,
  mistakes: Mistakes,
): boolean {
  if (keywords.needed_by === undefined) return false;
  const span = valueSpan(raw, 'needed_by');
  const found = findHosts(keywords.needed_by.join(','), inventory);
  for (const mistake of found.mistakes) mistakes.add({ ...mistake, ...(span && { span }) });
  return found.hosts.some((host) => limit?.has(host.name));
}

function contextOf(
  { keywords, raw, vars, tags }: PlaySource,
  loading: Loading,
  folders: Folders,
  hosts: readonly Host[],
  registers: Registers,
  asked: Layer,
  mistakes: Mistakes,
): Context {
  const { become, become_user: user, become_method: method, environment } = keywords;
  const base: readonly Layer[] = [
    ...(keywords.vars ? [{ values: keywords.vars }] : []),
    ...vars.map((values) => ({ values })),
    asked,
  ];
  const files = variableFiles(keywords.vars_files ?? [], hosts.length, raw, loading, folders, base, mistakes);
  for (const host of hosts) files(host);
  return {
    loading,
    folders,
    hosts,
    playLayers: (host) => [...base, ...files(host)],
    layers: [],
    arguments: [],
    conditions: [],
    become: {
      ...(become !== undefined && { enabled: become }),
      ...(user !== undefined && { user }),
      ...(method !== undefined && { method }),
    },
    environment: environment ? [environment] : [],
    tags,
    notify: [],
    settings: {
      ...(keywords.ignore_errors !== undefined && { ignoreErrors: keywords.ignore_errors }),
      ...(keywords.no_log !== undefined && { noLog: keywords.no_log }),
      ...(keywords.check_mode !== undefined && { checkMode: keywords.check_mode }),
      ...(keywords.diff !== undefined && { diff: keywords.diff }),
      ...(keywords.timeout !== undefined && { timeout: keywords.timeout }),
      ...(keywords.throttle !== undefined && { throttle: keywords.throttle }),
    },
    idPrefix: '',
    includes: [],
    explain: (name) => registers.explain(name),
    noteRegister: (name, where, selected) => registers.note(name, where, selected),
  };
}

/** The `vars_files:` of one host; names may be templates, so each host may have others. Each file is read once. */
function variableFiles(
  names: readonly string[],
  among: number,
  raw: ValueMap,
  loading: Loading,
  folders: Folders,
  base: readonly Layer[],
  mistakes: Mistakes,
): (host: Host) => readonly Layer[] {
  const byPath = new Map<string, ValueMap>();
  const byHost = new Map<string, readonly Layer[]>();
  const written = raw['vars_files'];
  return (host) => {
    const known = byHost.get(host.name);
    if (known) return known;
    const layers = names.flatMap((name, index) => {
      const [container, key] = isList(written) ? [written, index] : [raw, 'vars_files'];
      const span = valueSpan(container, key);
      try {
        const scope = scopeOf(
          { loading, folders, playLayers: () => base, layers: [], arguments: [], explain: () => undefined },
          host,
          new Map(),
        );
        const path = findFile(textOf(scope.render(name, container, key)), 'vars', folders.playbook, folders);
        const values = byPath.get(path) ?? readVariables(path, mistakes, { secrets: loading.secrets });
        byPath.set(path, values);
        return [{ values }];
      } catch (error) {
        if (!(error instanceof TextMistake) && !(error instanceof NotYet)) throw error;
        mistakes.add(toDiagnostic(error, span), { host: host.name, among });
        return [];
      }
    });
    byHost.set(host.name, layers);
    return layers;
  };
}

function serialOf(serial: Value | undefined, hosts: number): { serial?: readonly number[] } {
  if (serial === undefined) return {};
  const sizes = (isList(serial) ? serial : [serial]).map((size) =>
    typeof size === 'number'
      ? size
      : Math.max(1, Math.floor((hosts * Number.parseInt(textOf(size), 10)) / 100)),
  );
  return { serial: sizes };
}

function shareOf(keywords: PlaySource['keywords']): { maxFailPercentage?: number } {
  if (keywords.any_errors_fatal) return { maxFailPercentage: 0 };
  return keywords.max_fail_percentage === undefined
    ? {}
    : { maxFailPercentage: keywords.max_fail_percentage };
}
