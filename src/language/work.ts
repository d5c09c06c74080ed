import type { Host } from '../model/inventory.ts';
import type { Failure } from '../model/module.ts';
import type { Runtime, TaskResult, WorkItem } from '../model/playbook.ts';
import { Secret } from '../model/secret.ts';
import { isList, isMap, secretsIn, typeName, type Value, type ValueMap } from '../model/value.ts';
import type { Attempt } from './attempt.ts';
import { becomeOf, flagOf } from './become.ts';
import { conditionAt, testAll } from './conditions.ts';
import { scopeOf, type Context } from './context.ts';
import { toDiagnostic, toFailure } from './diagnose.ts';
import { prepareInputs } from './inputs.ts';
import { numberOf } from './numbers.ts';
import { keySpan, valueSpan } from './origin.ts';
import { renderParameters } from './params.ts';
import type { Scope } from './scope.ts';
import type { TaskSource } from './task-source.ts';
import { NotYet, TextMistake } from './text-mistake.ts';

type ModuleSource = Extract<TaskSource, { kind: 'task' }>;

export interface Turn {
  readonly source: ModuleSource;
  readonly context: Context;
  readonly host: Host;
  readonly runtime: Runtime;
  /** The variables of this turn of the loop; absent without a loop. */
  readonly loop?: { readonly values: ValueMap; readonly item: Value };
}

/** One run of a module, ready for the engine. */
export function workItem(turn: Turn, scope: Scope, attempt: Attempt): WorkItem {
  const { source, context, host, loop } = turn;
  const { raw, module, parameters: written, folder, keywords } = source;
  const { rendered, params } = renderParameters(module, written, scope, attempt);
  const inputs = prepareInputs({ module, context, folder, written, rendered, params, host }, scope, attempt);
  const become = attempt(() => becomeOf(context, host, scope, raw), valueSpan(raw, 'become_user'));
  const environment = attempt(() => environmentOf(context, scope), valueSpan(raw, 'environment')) ?? {};
  const notify = context.notify.flatMap(
    (each) => attempt(() => notified(each.raw, scope), valueSpan(each.raw, 'notify')) ?? [],
  );
  const { settings } = context;
  const ignoreErrors =
    attempt(
      () => flagOf(settings.ignoreErrors ?? false, scope, raw, 'ignore_errors'),
      valueSpan(raw, 'ignore_errors'),
    ) ?? false;
  const timeout =
    settings.timeout === undefined
      ? undefined
      : attempt(() => numberOf(settings.timeout ?? 0, scope, raw, 'timeout'), valueSpan(raw, 'timeout'));
  const retry = attempt(() => retryOf(turn, scope), valueSpan(raw, 'retries'));
  const label =
    loop &&
    attempt(
      () => labelOf(keywords.loop_control?.label, loop.item, scope, raw),
      valueSpan(raw, 'loop_control'),
    );
  const secrets = [
    ...scope.printed,
    ...secretsIn(rendered),
    ...Object.values(environment).filter((value) => value instanceof Secret),
  ];
  return {
    ...(loop && { label: label ?? '', item: loop.item }),
    module,
    params,
    inputs,
    ...(become && { become }),
    environment,
    notify,
    ignoreErrors,
    ...(settings.checkMode !== undefined && { checkMode: settings.checkMode }),
    ...(settings.diff !== undefined && { diff: settings.diff }),
    ...(settings.throttle !== undefined && { throttle: settings.throttle }),
    // As in Ansible, 0 is no limit, whatever is said around the task.
    ...(timeout !== undefined && timeout > 0 && { timeout }),
    ...(retry && { retry }),
    secrets,
    conclude: (result) => conclude(turn, result),
  };
}

/** A turn of a loop that `when` leaves out. */
export function skippedItem(turn: Turn, reason: string): WorkItem {
  const { source, loop, context } = turn;
  return {
    ...(loop && { label: shortLabel(loop.item), item: loop.item }),
    skipped: reason,
    module: source.module,
    params: undefined,
    inputs: {},
    environment: {},
    notify: [],
    ignoreErrors: context.settings.ignoreErrors === true,
    conclude: ({ changed, failed }) => ({ changed, failed }),
  };
}

function environmentOf(context: Context, scope: Scope): Readonly<Record<string, string | Secret>> {
  const entries = context.environment.flatMap((map) =>
    Object.entries(map).map(([name, value]) => {
      if (!/^[A-Za-z_]\w*$/.test(name))
        throw new TextMistake(
          'invalid-parameter',
          `\`${name}\` cannot be the name of an environment variable`,
          { span: keySpan(map, name), hint: 'a name has letters, digits and underscores' },
        );
      const rendered = scope.render(value, map, name);
      if (rendered instanceof Secret) return [name, rendered] as const;
      if (typeof rendered === 'object')
        throw new TextMistake(
          'wrong-type',
          `\`${name}\` of \`environment\` must be text; got ${typeName(rendered)}`,
          { span: valueSpan(map, name) },
        );
      return [name, String(rendered)] as const;
    }),
  );
  return Object.fromEntries(entries);
}

function notified(raw: ValueMap, scope: Scope): readonly string[] {
  const written = raw['notify'];
  const list = isList(written) ? written : [written ?? ''];
  return list.flatMap((name, index) => {
    const rendered = isList(written) ? scope.render(name, written, index) : scope.render(name, raw, 'notify');
    return (isList(rendered) ? rendered : [rendered]).map(String);
  });
}

function retryOf(turn: Turn, scope: Scope): WorkItem['retry'] {
  const { raw, keywords } = turn.source;
  const { until, retries, delay } = keywords;
  if (until === undefined && retries === undefined) return undefined;
  const condition = conditionAt(raw, 'until');
  return {
    times: numberOf(retries ?? 3, scope, raw, 'retries'),
    delay: numberOf(delay ?? 5, scope, raw, 'delay'),
    until: (result) =>
      judged(() =>
        condition ? testAll([condition], afterwards(turn, result)).holds : result['failed'] !== true,
      ),
  };
}

function conclude(
  turn: Turn,
  result: TaskResult,
): { readonly changed: boolean; readonly failed: boolean } | Failure {
  const { raw } = turn.source;
  const changedWhen = conditionAt(raw, 'changed_when');
  const failedWhen = conditionAt(raw, 'failed_when');
  if (!changedWhen && !failedWhen) return { changed: result.changed, failed: result.failed };
  return judged(() => {
    const scope = afterwards(turn, result);
    return {
      changed: changedWhen ? testAll([changedWhen], scope).holds : result.changed,
      failed: failedWhen ? testAll([failedWhen], scope).holds : result.failed,
    };
  });
}

/** The variables once the task has run: its own result is there under the name it registers. */
function afterwards({ source, context, host, runtime, loop }: Turn, result: ValueMap): Scope {
  const { register } = source.keywords;
  return scopeOf(context, host, runtime, [
    loop?.values ?? {},
    register === undefined ? {} : { [register]: result },
  ]);
}

function judged<T>(work: () => T): T | Failure {
  try {
    return work();
  } catch (error) {
    if (error instanceof TextMistake || error instanceof NotYet)
      return toFailure(toDiagnostic(error, undefined));
    throw error;
  }
}

function labelOf(label: string | undefined, item: Value, scope: Scope, raw: ValueMap): string {
  if (label === undefined) return shortLabel(item);
  const control = raw['loop_control'];
  return shortLabel(scope.render(label, isMap(control) ? control : raw, 'label'));
}

/** An item on one short line: of a map, what names it. */
function shortLabel(item: Value): string {
  if (isMap(item)) {
    const naming = ['name', 'path', 'dest', 'key', 'src']
      .map((key) => item[key])
      .find((value) => typeof value === 'string');
    if (typeof naming === 'string') return naming;
  }
  const text = isMap(item) || isList(item) ? JSON.stringify(item) : String(item);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
