import type { MetaAction } from '../model/playbook.ts';
import type { Module } from '../model/module.ts';
import { positionAt, type Span } from '../model/source.ts';
import { nearest } from '../model/suggest.ts';
import { isMap, typeName, type Value, type ValueMap } from '../model/value.ts';
import { reportIdle, reportIncludeKeys } from './idle.ts';
import { blockSchema, taskSchema, type BlockKeywords, type TaskKeywords } from './keywords.ts';
import { pick } from './merge.ts';
import type { Mistakes } from './mistakes.ts';
import { badName, checkNames } from './names.ts';
import { keySpan, spanOf, valueSpan } from './origin.ts';
import { readParameters } from './parameters.ts';
import { moduleHint } from './unsupported-words.ts';
import { reportUnsupported } from './unsupported.ts';
import { validateKeywords } from './validate.ts';

interface Written {
  /** The task as it was written; it knows where. */
  readonly raw: ValueMap;
  readonly span: Span;
  /** `playbooks/router.yaml:12`. */
  readonly where: string;
  /** The folder of the file it stands in. */
  readonly folder: string;
}

/** One entry of a list of tasks, before it is known for whom and inside of what it runs. */
export type TaskSource =
  | (Written & {
      readonly kind: 'task';
      readonly keywords: TaskKeywords;
      readonly module: Module;
      readonly parameters: ValueMap;
    })
  | (Written & { readonly kind: 'meta'; readonly keywords: TaskKeywords; readonly action: MetaAction })
  | (Written & {
      readonly kind: 'include';
      readonly keywords: TaskKeywords;
      readonly key: string;
      readonly file: string;
    })
  | (Written & {
      readonly kind: 'block';
      readonly keywords: BlockKeywords;
      readonly entries: readonly TaskSource[];
    });

export interface Reading {
  readonly modules: ReadonlyMap<string, Module>;
  readonly mistakes: Mistakes;
  readonly folder: string;
  /** Whether the list stands under `handlers`; absent for a file, which may be included here and there. */
  readonly areHandlers?: boolean;
}

const META = ['flush_handlers', 'end_host', 'end_play', 'noop', 'reset_connection', 'clear_facts'] as const;
const KEYWORDS = Object.keys(taskSchema.shape);

/** Reads a list of tasks; what has a mistake is reported and left out. */
export function readTasks(list: readonly Value[], reading: Reading): readonly TaskSource[] {
  return list.flatMap((raw, index) => readTask(raw, valueSpan(list, index), reading) ?? []);
}

function readTask(raw: Value, at: Span | undefined, reading: Reading): TaskSource | undefined {
  const span = spanOf(raw) ?? at;
  if (!span) throw new Error('a task knows where it was written');
  if (!isMap(raw)) {
    reading.mistakes.add({ code: 'wrong-type', message: `a task must be a map; got ${typeName(raw)}`, span });
    return undefined;
  }
  const { line } = positionAt(span.file, span.start);
  const written = { raw, span, where: `${span.file.path}:${line}`, folder: reading.folder };
  return Object.hasOwn(raw, 'block') ? readBlock(written, reading) : readOne(written, reading);
}

function readBlock(written: Written, reading: Reading): TaskSource | undefined {
  const { raw, span } = written;
  const refused = reportUnsupported(raw, 'block', reading.mistakes);
  const rest = pick(
    raw,
    Object.keys(raw).filter((key) => !refused.includes(key)),
  );
  const keywords = validateKeywords(
    blockSchema,
    rest,
    reading.mistakes,
    { owner: 'this block', span },
    { block: [] },
  );
  if (!keywords) return undefined;
  checkNames(keywords.vars ?? {}, reading.mistakes);
  return { ...written, kind: 'block', keywords, entries: readTasks(keywords.block, reading) };
}

function readOne(written: Written, reading: Reading): TaskSource | undefined {
  const { raw, span } = written;
  const { mistakes } = reading;
  const refused = reportUnsupported(raw, 'task', mistakes);
  const own = Object.keys(raw).filter((key) => !refused.includes(key));
  const action = own.filter((key) => !KEYWORDS.includes(key));
  const keywords = validateKeywords(
    taskSchema,
    pick(
      raw,
      own.filter((key) => !action.includes(key)),
    ),
    mistakes,
    {
      owner: 'this task',
      span,
    },
  );
  if (keywords) checkKeywords(keywords, raw, mistakes);
  const key = chooseAction(action, refused.length > 0, written, reading);
  if (key === undefined) return undefined;
  const name = shortName(key);
  const kind = name === 'meta' ? 'meta' : /^(?:include|import)_tasks$/.test(name) ? 'include' : 'task';
  if (keywords) reportIdle(kind, keywords, raw, mistakes, reading.areHandlers);
  const value = raw[key] ?? null;
  // Without keywords the parameters are checked all the same, so that all mistakes come at once.
  if (kind === 'meta') return keywords && readMeta(value, key, { ...written, keywords }, mistakes);
  if (kind === 'include') return keywords && readInclude(value, key, { ...written, keywords }, mistakes);
  const module = reading.modules.get(name);
  const parameters = module && readParameters(module, raw, key, span, mistakes);
  if (module?.facts && parameters) checkNames(parameters, mistakes);
  return module && keywords && parameters
    ? { ...written, kind: 'task', keywords, module, parameters }
    : undefined;
}

function checkKeywords(keywords: TaskKeywords, raw: ValueMap, mistakes: Mistakes): void {
  checkNames(keywords.vars ?? {}, mistakes);
  for (const [key, holder] of [
    ['register', raw],
    ['loop_var', raw['loop_control']],
    ['index_var', raw['loop_control']],
  ] as const) {
    const name = isMap(holder) ? holder[key] : undefined;
    const bad = typeof name === 'string' ? badName(name) : undefined;
    if (bad && name !== 'item' && name !== 'index') {
      const span = valueSpan(holder, key);
      mistakes.add({ ...bad, ...(span && { span }) });
    }
  }
  const { loop_var: item = 'item', index_var: index = 'index' } = keywords.loop_control ?? {};
  if (item !== index) return;
  const span = valueSpan(
    raw['loop_control'],
    keywords.loop_control?.loop_var === undefined ? 'index_var' : 'loop_var',
  );
  const message = `the item and its number cannot both be called \`${item}\``;
  mistakes.add({ code: 'reserved-name', message, ...(span && { span }), hint: 'choose another name' });
}

/** The one key of a task that is no keyword: its module. */
function chooseAction(
  keys: readonly string[],
  excused: boolean,
  { raw, span }: Written,
  reading: Reading,
): string | undefined {
  const known = [...reading.modules.keys(), 'meta', 'include_tasks', 'import_tasks'];
  const actions = keys.filter((key) => known.includes(shortName(key)));
  const [first, second] = actions;
  for (const key of keys)
    if (!actions.includes(key)) reportUnknown(key, first !== undefined, known, raw, reading.mistakes);
  if (second !== undefined) {
    const at = keySpan(raw, second);
    reading.mistakes.add({
      code: 'unknown-key',
      message: `a task has one module; this one has \`${first}\` and \`${second}\``,
      ...(at && { span: at }),
      hint: 'make two tasks of it',
    });
    return undefined;
  }
  if (keys.length === 0 && !excused)
    reading.mistakes.add({
      code: 'missing-key',
      message: 'this task has no module',
      span: firstLine(span),
      hint: 'a task names what to do: `apt:`, `copy:`, `command:`, `include_tasks:`…',
    });
  return first;
}

function reportUnknown(
  key: string,
  hasModule: boolean,
  known: readonly string[],
  raw: ValueMap,
  mistakes: Mistakes,
): void {
  const keyword = nearest(key, KEYWORDS);
  const module = nearest(shortName(key), known);
  const span = keySpan(raw, key);
  const instead = hasModule ? undefined : moduleHint(shortName(key));
  if (instead !== undefined) {
    const message = `there is no module \`${key}\``;
    mistakes.add({ code: 'unknown-module', message, ...(span && { span }), hint: instead });
    return;
  }
  const isKeyword = hasModule || (module === undefined && keyword !== undefined);
  const near = isKeyword ? keyword : module;
  mistakes.add({
    code: isKeyword ? 'unknown-key' : 'unknown-module',
    message: isKeyword ? `unknown key \`${key}\` in this task` : `there is no module \`${key}\``,
    ...(span && { span }),
    ...(near !== undefined
      ? { hint: `did you mean \`${near}\`?` }
      : !isKeyword && { hint: 'homerun doc lists all modules' }),
  });
}

function readMeta(
  value: Value,
  key: string,
  written: Written & { keywords: TaskKeywords },
  mistakes: Mistakes,
): TaskSource | undefined {
  const action = META.find((candidate) => candidate === value);
  if (action) return { ...written, kind: 'meta', action };
  const span = valueSpan(written.raw, key);
  const near = typeof value === 'string' ? nearest(value, META) : undefined;
  mistakes.add({
    code: 'invalid-parameter',
    message: `\`meta\` must be one of ${META.join(', ')}`,
    ...(span && { span }),
    ...(near !== undefined && { hint: `did you mean \`${near}\`?` }),
  });
  return undefined;
}

function readInclude(
  value: Value,
  key: string,
  written: Written & { keywords: TaskKeywords },
  mistakes: Mistakes,
): TaskSource | undefined {
  reportIncludeKeys(value, key, mistakes);
  const file = isMap(value) ? value['file'] : value;
  if (typeof file === 'string' && file !== '') return { ...written, kind: 'include', key, file };
  const span = valueSpan(written.raw, key);
  mistakes.add({ code: 'invalid-parameter', message: `\`${key}\` must name a file`, ...(span && { span }) });
  return undefined;
}

/** `ansible.builtin.copy` is `copy`. */
function shortName(key: string): string {
  return /^(?:ansible|community)\.\w+\.(\w+)$/.exec(key)?.[1] ?? key;
}

function firstLine(span: Span): Span {
  const end = span.file.text.indexOf('\n', span.start);
  return { ...span, end: end === -1 ? span.end : Math.min(span.end, end) };
}
