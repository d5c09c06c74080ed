import type { Runtime, RuntimeValue } from '../model/playbook.ts';
import { nearest } from '../model/suggest.ts';
import { factMistake } from './facts.ts';
import { hostvarsMistake } from './hostvars.ts';
import type { Scope } from './scope.ts';
import { namesSetBy, type Step } from './step.ts';
import { TextMistake, type Use } from './text-mistake.ts';

/** What every result has, whatever its module gives besides. */
const OF_RESULTS = [
  'changed',
  'failed',
  'skipped',
  'rc',
  'stdout',
  'stderr',
  'stdout_lines',
  'stderr_lines',
  'results',
  'attempts',
  'msg',
];

/** What one host will know at one point of a run, as far as that can be told before it. */
export class Known {
  readonly runtime = new Map<string, RuntimeValue>([['facts', { kind: 'pending' }]]);
  readonly #fields = new Map<string, readonly string[] | undefined>();
  readonly #inventory: readonly string[];
  #earlier: ReadonlyMap<string, Runtime> = new Map();

  /** `inventory`: the names of all hosts. */
  constructor(inventory: readonly string[] = []) {
    this.#inventory = inventory;
  }

  /** What other hosts may read of this one in later plays. */
  given(): Runtime {
    return new Map([...this.runtime].filter(([name]) => name !== 'facts' && name !== 'hostvars'));
  }

  /** A play begins; `earlier` is what those before it will have given. */
  enter(earlier: ReadonlyMap<string, Runtime>): void {
    this.#earlier = earlier;
    this.runtime.set('hostvars', { kind: 'hosts', hosts: earlier });
  }

  /** A task will have run. */
  add(step: Step): void {
    for (const name of namesSetBy(step)) {
      this.runtime.set(name, { kind: 'pending' });
      this.#fields.set(name, undefined);
    }
    if (step.register !== undefined) this.#fields.set(step.register, fieldsOf(step));
  }

  /** Inside `changed_when` and its like a task sees its own result. */
  during<T>(step: Step, work: () => T): T {
    const { register } = step;
    if (register === undefined) return work();
    const value = this.runtime.get(register);
    const fields = this.#fields.get(register);
    this.runtime.set(register, { kind: 'pending' });
    this.#fields.set(register, fieldsOf(step));
    try {
      return work();
    } finally {
      if (value) this.runtime.set(register, value);
      else this.runtime.delete(register);
      this.#fields.set(register, fields);
    }
  }

  /** Names and fields that cannot be there, whatever the hosts say. */
  mistakesIn(uses: readonly Use[], scope: Scope): readonly TextMistake[] {
    const guarded = new Set(uses.filter((use) => use.lenient).map((use) => use.name));
    return uses.flatMap((use) => {
      const { name, rest, start, end, file, lenient } = use;
      const problem = this.#problem(name, rest, lenient, lenient || guarded.has(name), scope);
      return problem
        ? [new TextMistake('undefined-variable', problem.message, { start, end, file, hint: problem.hint })]
        : [];
    });
  }

  #problem(
    name: string,
    rest: readonly string[],
    lenient: boolean,
    guarded: boolean,
    scope: Scope,
  ): { message: string; hint: string | undefined } | undefined {
    if (name === 'facts') return factMistake(rest);
    if (name === 'hostvars')
      return guarded ? undefined : hostvarsMistake(rest, this.#earlier, this.#inventory);
    const [field] = rest;
    const fields = scope.outranks(name) ? undefined : this.#fields.get(name);
    if (fields && field !== undefined && !lenient && !fields.includes(field)) {
      const near = nearest(field, fields);
      const hint = near === undefined ? `it has ${fields.join(', ')}` : `did you mean \`${near}\`?`;
      return { message: `\`${name}\` has no \`${field}\``, hint };
    }
    if (guarded || scope.has(name)) return undefined;
    const ofResult = OF_RESULTS.includes(name)
      ? `give the result a name with \`register: NAME\`, and write NAME.${name}`
      : undefined;
    return { message: `\`${name}\` is not defined`, hint: scope.hint(name) ?? ofResult };
  }
}

function fieldsOf({ source }: Step): readonly string[] | undefined {
  if (source.kind !== 'task') return OF_RESULTS;
  return [...new Set([...Object.keys(source.module.returns ?? {}), ...OF_RESULTS])];
}
