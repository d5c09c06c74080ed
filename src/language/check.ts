import type { Host } from '../model/inventory.ts';
import type { Span } from '../model/source.ts';
import { nearest } from '../model/suggest.ts';
import { isList, type ValueMap } from '../model/value.ts';
import type { WorkItem } from '../model/playbook.ts';
import { collecting, type Attempt } from './attempt.ts';
import { bindInclude } from './bind.ts';
import { checkConditions, conditionAt, testAll, type CheckedExpression } from './conditions.ts';
import { scopeOf } from './context.ts';
import { toDiagnostic } from './diagnose.ts';
import type { Known } from './known.ts';
import { loopOf, mentionsLoop, turnsOf, unknownTurn } from './loop.ts';
import type { Mistakes } from './mistakes.ts';
import { valueSpan } from './origin.ts';
import { placed, type Scope } from './scope.ts';
import type { Step } from './step.ts';
import { isTemplate } from './template.ts';
import { NotYet, TextMistake } from './text-mistake.ts';
import { workItem } from './work.ts';

/** Looks at the tasks of a play as one host will meet them, as far as values are known before a run. */
export class Check {
  readonly #host: Host;
  readonly #known: Known;
  readonly #topics: ReadonlySet<string>;
  readonly #mistakes: Mistakes;
  readonly #among: number;

  constructor(host: Host, among: number, known: Known, topics: ReadonlySet<string>, mistakes: Mistakes) {
    this.#host = host;
    this.#among = among;
    this.#known = known;
    this.#topics = topics;
    this.#mistakes = mistakes;
  }

  steps(steps: readonly Step[]): void {
    for (const step of steps) {
      this.#step(step);
      this.#known.add(step);
    }
  }

  #step(step: Step): void {
    const { source, context } = step;
    const scope = scopeOf(context, this.#host, this.#known.runtime);
    const attempt = this.#attempt(step, scope);
    const looped = source.keywords.loop !== undefined;
    const conditions = checkConditions(context.conditions, (mistake) => this.#report(step, mistake));
    const decided = this.#decided(step, scope, attempt, looped);
    // A task that `when` leaves out on this host for sure may well name what this host does not have.
    if (decided === false) return;
    this.#notified(step, scope, attempt);
    if (!looped) return this.#turn(step, undefined, conditions, decided === undefined);
    const list = attempt(() => loopOf(source, scope), valueSpan(source.raw, 'loop'));
    if (list) for (const turn of turnsOf(source, list)) this.#turn(step, turn, conditions, false);
    else this.#turn(step, undefined, conditions, true);
  }

  /** Whether the conditions are true or false for sure. Undefined: it depends, or they hold a mistake. */
  #decided(step: Step, scope: Scope, attempt: Attempt, looped: boolean): boolean | undefined {
    const { source, context } = step;
    const only = looped ? (uses: CheckedExpression['uses']) => !mentionsLoop(source, uses) : undefined;
    return attempt(() => testAll(context.conditions, scope, only).holds, source.span);
  }

  #turn(
    step: Step,
    turn: ReturnType<typeof turnsOf>[number] | undefined,
    conditions: readonly CheckedExpression[],
    unsure: boolean,
  ): void {
    const { source, context } = step;
    const { runtime } = this.#known;
    const own = turn?.values ?? (source.keywords.loop === undefined ? undefined : unknownTurn(source));
    const scope = scopeOf(context, this.#host, runtime, own ? [own] : []);
    const attempt = this.#attempt(step, scope);
    if (unsure || turn) this.#conditionNames(step, conditions, scope);
    if (turn && attempt(() => testAll(context.conditions, scope).holds, source.span) === false) return;
    if (source.kind === 'include') return this.#included(step, scope, own, attempt);
    if (source.kind === 'meta') return;
    const loop = own && { values: own, item: turn?.item ?? null };
    const item = workItem(
      { source, context, host: this.#host, runtime, ...(loop && { loop }) },
      scope,
      attempt,
    );
    this.#arrival(step, item, unsure);
    this.#afterwards(step, own);
  }

  /** Conditions that cannot be decided yet may still name what cannot be there. */
  #conditionNames(step: Step, conditions: readonly CheckedExpression[], scope: Scope): void {
    for (const { uses, text, container, key } of conditions)
      for (const mistake of this.#known.mistakesIn(uses, scope))
        this.#report(step, placed(mistake, text, container, key));
  }

  /** `changed_when` and its like, which see the result. */
  #afterwards(step: Step, own: ValueMap | undefined): void {
    const { raw } = step.source;
    const written = ['changed_when', 'failed_when', 'until'].flatMap((key) => conditionAt(raw, key) ?? []);
    if (written.length === 0) return;
    const conditions = checkConditions(written, (mistake) => this.#report(step, mistake));
    this.#known.during(step, () => {
      const scope = scopeOf(step.context, this.#host, this.#known.runtime, own ? [own] : []);
      this.#conditionNames(step, conditions, scope);
    });
  }

  /** What it brings to this machine; from several hosts to one place, the last one would win. */
  #arrival(step: Step, { module, params }: WorkItem, unsure: boolean): void {
    const { loading, folders } = step.context;
    const { name: host } = this.#host;
    const destination = params === undefined ? undefined : module.destination?.(params, host);
    if (!destination) return;
    const by = { task: step.name, where: step.where, host };
    const other = loading.arrivals.note(destination, folders.playbook, by);
    if (other === undefined || unsure || step.runOnce) return;
    const message = `${other} and ${host} would write the same file on this machine`;
    const span = step.source.kind === 'task' ? valueSpan(step.source.parameters, 'dest') : undefined;
    const hint = 'put `{{inventory_hostname}}` into `dest`, or leave out `flat`';
    this.#mistakes.add(
      toDiagnostic(new TextMistake('invalid-parameter', message, { span, hint }), step.source.span),
    );
  }

  #included(step: Step, scope: Scope, own: ValueMap | undefined, attempt: Attempt): void {
    const { source, context } = step;
    if (source.kind !== 'include') return;
    const place = own && { values: own, index: 0 };
    const bound = attempt(
      () => bindInclude(source, context, scope, place, (mistake) => this.#report(step, mistake)),
      valueSpan(source.raw, source.key),
    );
    if (bound) this.steps(bound);
  }

  #notified(step: Step, scope: Scope, attempt: Attempt): void {
    for (const { raw } of step.context.notify) {
      const written = raw['notify'] ?? null;
      const list = isList(written) ? written : [written];
      for (const [index, name] of list.entries()) {
        const [container, key] = isList(written) ? [written, index] : [raw, 'notify'];
        const span = valueSpan(container, key);
        if (typeof name === 'string' && isTemplate(name) && step.source.keywords.loop !== undefined) continue;
        const rendered = attempt(() => scope.render(name, container, key), span);
        if (typeof rendered === 'string' && !this.#topics.has(rendered))
          this.#report(step, this.#unknownHandler(rendered, span));
      }
    }
  }

  #unknownHandler(name: string, span: Span | undefined): TextMistake {
    const near = nearest(name, this.#topics);
    const none =
      this.#topics.size === 0 ? 'this play has no `handlers:`' : `there are ${[...this.#topics].join(', ')}`;
    const hint = near === undefined ? none : `did you mean \`${near}\`?`;
    return new TextMistake('unknown-handler', `there is no handler \`${name}\``, { span, hint });
  }

  #attempt(step: Step, scope: Scope): Attempt {
    return collecting(
      (mistake, span) => this.#report(step, mistake, span),
      (uses) => this.#known.mistakesIn(uses, scope),
    );
  }

  #report(step: Step, mistake: unknown, span?: Span): void {
    if (mistake instanceof NotYet) return;
    if (!(mistake instanceof TextMistake)) throw mistake;
    this.#mistakes.add(toDiagnostic(mistake, span ?? step.source.span), {
      host: this.#host.name,
      among: this.#among,
    });
  }
}
