import type { ValueMap } from '../model/value.ts';
import { inside, type Context } from './context.ts';
import { keySpan, valueSpan } from './origin.ts';
import type { Scope } from './scope.ts';
import { Step, type StepSource } from './step.ts';
import type { TaskSource } from './task-source.ts';
import { isTemplate } from './template.ts';
import { TextMistake } from './text-mistake.ts';

export type IncludeSource = Extract<StepSource, { kind: 'include' }>;

/** Told of mistakes that do not end the whole. Absent: they are thrown. */
export type OnMistake = (mistake: TextMistake) => void;

/**
 * Puts tasks into their context: blocks are taken apart, and files that are named without a template or loop are
 * taken in, so that the engine can look ahead over them. Tasks that the tags leave out are dropped.
 */
export function bind(
  sources: readonly TaskSource[],
  context: Context,
  onMistake?: OnMistake,
): readonly Step[] {
  return sources.flatMap((source): readonly Step[] => {
    const inner = inside(context, source.raw, source.keywords, passesArguments(source));
    if (source.kind === 'block') return bind(source.entries, inner, onMistake);
    if (source.kind === 'include') return bindOrKeep(source, inner, onMistake);
    const selected = inner.loading.selects(inner.tags);
    const { register } = source.keywords;
    if (register !== undefined) inner.noteRegister(register, source.where, selected);
    return selected ? [new Step(source, inner, nameOf(source, inner))] : [];
  });
}

/**
 * The same for handlers. One that includes a file under a name of its own answers to that name, and its tasks run
 * for it; without a name, the tasks of the file are handlers themselves.
 */
export function bindHandlers(
  sources: readonly TaskSource[],
  context: Context,
  onMistake?: OnMistake,
): readonly Step[] {
  return sources.flatMap((source): readonly Step[] => {
    const { name, listen } = source.keywords as { name?: string; listen?: unknown };
    if (source.kind !== 'include' || (name === undefined && listen === undefined)) {
      const steps = bind([source], context, onMistake);
      for (const step of steps) if (step.runOnce) onMistake?.(onceNotified(step));
      return steps;
    }
    const inner = inside(context, source.raw, source.keywords, passesArguments(source));
    return [new Step(source, inner, nameOf(source, inner))];
  });
}

/** As in Ansible: what `include_tasks` is given is stronger than `set_fact`; what `import_tasks` is given is not. */
function passesArguments(source: TaskSource): boolean {
  return source.kind === 'include' && source.key.endsWith('include_tasks');
}

/** Hosts are notified one by one, so nobody could say which of them does it for all. */
function onceNotified({ source: { raw, span } }: Step): TextMistake {
  return new TextMistake('not-supported', '`run_once` does nothing in `handlers`', {
    span: keySpan(raw, 'run_once') ?? span,
    hint: 'put it into a task at the end of the play, with `when`',
  });
}

function bindOrKeep(
  source: IncludeSource,
  inner: Context,
  onMistake: OnMistake | undefined,
): readonly Step[] {
  if (source.keywords.loop !== undefined || isTemplate(source.file))
    return [new Step(source, inner, nameOf(source, inner))];
  try {
    return bindFile(source, source.file, inner, undefined, onMistake);
  } catch (error) {
    if (!(error instanceof TextMistake) || !onMistake) throw error;
    onMistake(error);
    return [];
  }
}

/** The tasks of an included file whose name is a template, or of one turn of a loop. */
export function bindInclude(
  source: IncludeSource,
  context: Context,
  scope: Scope,
  turn: { readonly values: ValueMap; readonly index: number } | undefined,
  onMistake?: OnMistake,
): readonly Step[] {
  const holder = source.raw[source.key];
  const [container, key] =
    typeof holder === 'object' && holder !== null ? [holder, 'file'] : [source.raw, source.key];
  const name = scope.render(source.file, container, key);
  if (typeof name !== 'string')
    throw new TextMistake('invalid-parameter', `\`${source.key}\` must name a file`, {
      span: valueSpan(container, key),
    });
  return bindFile(source, name, context, turn, onMistake);
}

function bindFile(
  source: IncludeSource,
  name: string,
  context: Context,
  turn: { readonly values: ValueMap; readonly index: number } | undefined,
  onMistake: OnMistake | undefined,
): readonly Step[] {
  const span = valueSpan(source.raw, source.key) ?? source.span;
  try {
    const { path, tasks } = context.loading.taskFile(name, source.folder, context.folders);
    if (context.includes.includes(path))
      throw new TextMistake(
        'include-loop',
        `the file includes itself: ${[...context.includes.slice(context.includes.indexOf(path)), path].join(' → ')}`,
        { span },
      );
    const inner: Context = {
      ...context,
      arguments: turn ? [...context.arguments, { values: turn.values, data: true }] : context.arguments,
      idPrefix: `${context.idPrefix}${source.span.file.path}:${source.span.start}${turn ? `[${turn.index}]` : ''} > `,
      includes: [...context.includes, path],
    };
    return bind(tasks, inner, onMistake);
  } catch (error) {
    if (error instanceof TextMistake && !error.span)
      throw new TextMistake(error.code, error.message, { hint: error.hint, span });
    throw error;
  }
}

/** A task's own name; without one, its module and what it is about. */
function nameOf(source: StepSource, context: Context): string {
  const { name } = source.keywords;
  if (name !== undefined)
    return isTemplate(name) ? (context.loading.renderName(name, source.raw, context) ?? name) : name;
  if (source.kind === 'meta') return `meta: ${source.action}`;
  if (source.kind === 'include') return `${source.key}: ${source.file}`;
  const subject = ['name', 'path', 'dest', 'cmd', 'msg']
    .map((key) => source.parameters[key])
    .find((value) => typeof value === 'string');
  return typeof subject === 'string'
    ? `${source.module.name}: ${subject.split('\n')[0]}`
    : source.module.name;
}
