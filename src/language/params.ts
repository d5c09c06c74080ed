import type { Module } from '../model/module.ts';
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import { translateIssue } from './issues.ts';
import { placesOf, rememberOrigin, spanOf, valueSpan } from './origin.ts';
import { isPlain, placed, type Scope } from './scope.ts';
import { compileText } from './template.ts';
import type { Attempt } from './attempt.ts';
import { TextMistake } from './text-mistake.ts';

export interface Parameters {
  /** As rendered; what is not known yet is absent. */
  readonly rendered: ValueMap;
  /** As the module takes them; undefined where they do not fit its schema or are not all known. */
  readonly params: unknown;
}

type Path = readonly (string | number)[];

const validated = new WeakMap<ValueMap, Parameters>();

/** Renders the parameters of a task and checks them against the schema of its module. */
export function renderParameters(
  module: Module,
  written: ValueMap,
  scope: Scope,
  attempt: Attempt,
): Parameters {
  const known = validated.get(written);
  if (known) return known;
  const expressions = Object.entries(module.inputs ?? {}).flatMap(([name, kind]) =>
    kind === 'expression' ? [name] : [],
  );
  const holes: Path[] = [];
  const rendered: Record<string, Value> = {};
  for (const [name, value] of Object.entries(written)) {
    // An expression's braces and words are its own.
    const result = expressions.includes(name)
      ? value
      : renderLeaf(value, written, name, [name], scope, attempt, holes);
    if (result !== undefined) rendered[name] = result;
  }
  rememberOrigin(rendered, spanOf(written), placesOf(written));
  const params = check(module, written, rendered, holes, attempt);
  const result = { rendered, params };
  const isStatic = Object.entries(written).every(
    ([name, value]) => expressions.includes(name) || isPlain(value),
  );
  if (isStatic && params !== undefined) validated.set(written, result);
  return result;
}

/** Leaf by leaf at load time, so that one value that is not known yet does not hide the mistakes beside it. */
function renderLeaf(
  value: Value,
  container: object,
  key: string | number,
  path: Path,
  scope: Scope,
  attempt: Attempt,
  holes: Path[],
): Value | undefined {
  if (attempt.loading && isList(value) && !isPlain(value)) {
    const list = value.map(
      (item, index) => renderLeaf(item, value, index, [...path, index], scope, attempt, holes) ?? null,
    );
    rememberOrigin(list, spanOf(value), placesOf(value));
    return list;
  }
  if (attempt.loading && isMap(value) && !isPlain(value)) {
    const entries = Object.entries(value).map(
      ([name, item]) =>
        [name, renderLeaf(item, value, name, [...path, name], scope, attempt, holes) ?? null] as const,
    );
    const map: ValueMap = Object.fromEntries(entries);
    rememberOrigin(map, spanOf(value), placesOf(value));
    return map;
  }
  const rendered = attempt(() => scope.render(value, container, key), valueSpan(container, key));
  if (rendered !== undefined) return rendered;
  holes.push(path);
  if (typeof value === 'string') attempt(() => namesIn(value, container, key, attempt), undefined);
  return undefined;
}

function check(
  module: Module,
  written: ValueMap,
  rendered: ValueMap,
  holes: readonly Path[],
  attempt: Attempt,
): unknown {
  const result = module.params.safeParse(rendered);
  if (result.success) return holes.length > 0 ? undefined : result.data;
  const issues = result.error.issues.filter(
    (issue) => issue.code === 'unrecognized_keys' || !holes.some((hole) => overlaps(hole, issue.path)),
  );
  const context = {
    owner: `\`${module.name}\``,
    kind: 'parameter',
    written,
    input: rendered,
    schema: module.params,
    span: spanOf(written),
  } as const;
  for (const issue of issues)
    for (const { code, message, span, hint } of translateIssue(issue, context))
      attempt(() => {
        throw new TextMistake(code, message, { span, hint });
      }, span);
  return undefined;
}

/** True where one path leads to or through the other. */
function overlaps(hole: Path, path: readonly PropertyKey[]): boolean {
  return hole.slice(0, path.length).every((step, index) => step === path[index]);
}

/** The names of a text that cannot be rendered yet. */
function namesIn(text: string, container: object, key: string | number, attempt: Attempt): void {
  try {
    attempt.unknown?.(compileText(text).uses, (mistake) => placed(mistake, text, container, key));
  } catch (error) {
    throw placed(error, text, container, key);
  }
}
