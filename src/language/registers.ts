import { namesSetBy, type Step } from './step.ts';

/** Which task of a play gives which name, to say more of a name that is not there yet. */
export class Registers {
  readonly #found = new Map<string, { where: string; selected: boolean }>();
  readonly #passed = new Set<string>();

  note(name: string, where: string, selected: boolean): void {
    if (!this.#found.has(name)) this.#found.set(name, { where, selected });
  }

  take(steps: readonly Step[]): void {
    for (const step of steps) for (const name of namesSetBy(step)) this.note(name, step.where, true);
  }

  /** `--start-at-task` begins behind these. */
  pass(steps: readonly Step[]): void {
    for (const step of steps) for (const name of namesSetBy(step)) this.#passed.add(name);
  }

  explain(name: string): string | undefined {
    const found = this.#found.get(name);
    if (!found) return undefined;
    if (this.#passed.has(name)) return `it is set before the task to start at, at ${found.where}`;
    return found.selected
      ? `it is set by a later task, at ${found.where}; move that one up`
      : `it is set by a task that the tags leave out, at ${found.where}`;
  }
}
