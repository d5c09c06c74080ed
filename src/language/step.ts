import type { Host } from '../model/inventory.ts';
import type { Prepared, Runtime, Task, WorkItem } from '../model/playbook.ts';
import { atOnce } from './attempt.ts';
import { bindInclude } from './bind.ts';
import { testAll } from './conditions.ts';
import type { ValueMap } from '../model/value.ts';
import { scopeOf, type Context } from './context.ts';
import { toDiagnostic, toFailure } from './diagnose.ts';
import { loopOf, mentionsLoop, turnsOf } from './loop.ts';
import type { Scope } from './scope.ts';
import type { TaskSource } from './task-source.ts';
import { NotYet, TextMistake } from './text-mistake.ts';
import { skippedItem, workItem } from './work.ts';

export type StepSource = Exclude<TaskSource, { kind: 'block' }>;

/** A task in its place: inside its play, blocks and includes. */
export class Step implements Task {
  readonly id: string;
  readonly name: string;
  readonly module: string;
  readonly where: string;
  readonly register?: string;
  readonly topics: readonly string[];
  readonly noLog: boolean;
  readonly runOnce: boolean;
  readonly source: StepSource;
  readonly context: Context;

  constructor(source: StepSource, context: Context, name: string) {
    const { keywords, where, span } = source;
    this.source = source;
    this.context = context;
    this.module = source.kind === 'task' ? source.module.name : source.kind === 'meta' ? 'meta' : source.key;
    this.name = name;
    this.where = where;
    // Two tasks may stand on one line, so the line alone would not do.
    this.id = `${context.idPrefix}${span.file.path}:${span.start}`;
    if (keywords.register !== undefined) this.register = keywords.register;
    this.topics = [name, ...(keywords.listen ?? [])];
    this.noLog = context.settings.noLog ?? false;
    // The tasks of a file are each done once.
    this.runOnce = source.kind === 'task' && context.settings.runOnce === true;
  }

  prepare(host: Host, runtime: Runtime): Prepared {
    try {
      return this.#prepare(host, runtime);
    } catch (error) {
      if (error instanceof NotYet)
        return error.until === undefined
          ? { kind: 'waiting', for: error.variable }
          : { kind: 'unknown', until: error.until };
      if (!(error instanceof TextMistake)) throw error;
      const failure = toFailure(toDiagnostic(error, this.source.span));
      return { kind: 'failed', failure, ignoreErrors: this.context.settings.ignoreErrors === true };
    }
  }

  #prepare(host: Host, runtime: Runtime): Prepared {
    const { source, context } = this;
    const scope = scopeOf(context, host, runtime);
    const looped = source.keywords.loop !== undefined;
    const before = testAll(
      context.conditions,
      scope,
      looped ? (uses) => !mentionsLoop(source, uses) : undefined,
    );
    if (!before.holds) return { kind: 'skipped', reason: because(before.text) };
    if (source.kind === 'meta') return { kind: 'meta', action: source.action };
    if (source.kind === 'include')
      return { kind: 'include', tasks: this.#included(source, scope, host, runtime) };
    if (!looped) {
      const item = workItem({ source, context, host, runtime }, scope, atOnce);
      return { kind: 'work', items: [item], looped: false };
    }
    let known = runtime;
    const items = turnsOf(source, loopOf(source, scope)).map((loop): WorkItem => {
      const own = scopeOf(context, host, known, [loop.values]);
      const turn = { source, context, host, runtime: known, loop };
      const verdict = testAll(context.conditions, own);
      if (!verdict.holds) return skippedItem(turn, because(verdict.text));
      const item = workItem(turn, own, atOnce);
      // What one turn of `set_fact` sets, the next one sees: that is how lists are put together.
      if (item.module.facts) known = withFacts(known, item.module.facts(item.params));
      return item;
    });
    return { kind: 'work', items, looped: true };
  }

  #included(
    source: Extract<StepSource, { kind: 'include' }>,
    scope: Scope,
    host: Host,
    runtime: Runtime,
  ): readonly Task[] {
    const { context } = this;
    if (source.keywords.loop === undefined) return bindInclude(source, context, scope, undefined);
    return turnsOf(source, loopOf(source, scope)).flatMap(({ values }, index) => {
      const own = scopeOf(context, host, runtime, [values]);
      return testAll(context.conditions, own).holds
        ? bindInclude(source, context, own, { values, index })
        : [];
    });
  }
}

function withFacts(runtime: Runtime, facts: ValueMap): Runtime {
  const values = Object.entries(facts).map(
    ([name, value]) => [name, { kind: 'known' as const, value }] as const,
  );
  return new Map([...runtime, ...values]);
}

function because(condition: string): string {
  return `${condition} is not true`;
}

/** Names that a task will have set once it has run. */
export function namesSetBy(step: Step): readonly string[] {
  const { source } = step;
  const facts = source.kind === 'task' && source.module.facts ? Object.keys(source.parameters) : [];
  return step.register === undefined ? facts : [...facts, step.register];
}
