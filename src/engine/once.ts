import type { RuntimeValue, Task } from '../model/playbook.ts';
import type { HostContext } from './context.ts';
import { namesSetBy, type Entry } from './entry.ts';

/** What a task that was done once has left behind, for the hosts that did not do it. */
interface Done {
  readonly values: ReadonlyMap<string, RuntimeValue>;
  readonly leftOut: string | undefined;
}

/**
 * The tasks of a batch that one host does for all (`run_once`): the first that is still well. The others wait for it
 * where they come to the task, and take what it registered. A host waits only for hosts before it in the order of the
 * batch, so that no two wait for each other.
 */
export class Once {
  readonly #batch: readonly HostContext[];
  readonly #done = new Map<string, Done>();
  #waiting: (() => void)[] = [];
  #failure: string | undefined;

  constructor(batch: readonly HostContext[]) {
    this.#batch = batch;
  }

  /** Why the play is over for all: what was to be done once failed, and nobody knows how far it came. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether this host does the task, as far as can be told without waiting. */
  isFor(context: HostContext, { id }: Task): boolean {
    return !this.#done.has(id) && this.#chosen(context) === context;
  }

  /** Waits until it is known who does the task. Gives true for this host; otherwise it has what the other one left. */
  async settle(
    context: HostContext,
    { id }: Task,
    isGoing: () => boolean,
  ): Promise<'mine' | 'done' | 'over'> {
    for (;;) {
      const done = this.#done.get(id);
      if (done) {
        for (const [name, value] of done.values) context.runtime.set(name, value);
        context.leftOut ??= done.leftOut;
        return 'done';
      }
      if (!isGoing()) return 'over';
      if (this.#chosen(context) === context) return 'mine';
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The host that had to do it is through with it. */
  finished(context: HostContext, entry: Entry): void {
    const items = entry.prepared?.kind === 'work' ? entry.prepared.items : [];
    const facts = items.flatMap((item) => (item.skipped === undefined ? namesSetBy(entry, item) : []));
    const { register, id } = entry.task;
    const names = register === undefined ? facts : [...facts, register];
    const values = names.flatMap((name): [string, RuntimeValue][] => {
      const value = context.runtime.get(name);
      return value ? [[name, value]] : [];
    });
    this.#done.set(id, { values: new Map(values), leftOut: context.leftOut });
    this.tell();
  }

  failed({ name }: Task): void {
    this.#failure ??= `'${name}' failed, which one host does for all`;
    this.tell();
  }

  /** Something has changed that somebody may wait for. */
  tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** The first that may still come to where this host is. */
  #chosen({ stage }: HostContext): HostContext | undefined {
    return this.#batch.find((other) => other.status === 'fine' && other.stage <= stage);
  }
}
