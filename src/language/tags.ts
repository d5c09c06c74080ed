import type { Diagnostic } from '../model/diagnostic.ts';
import { nearest } from '../model/suggest.ts';

/** Which tasks `--tags` and `--skip-tags` leave in. `always` and `never` are tags with a meaning of their own. */
export class Tags {
  readonly #wanted: readonly string[];
  readonly #skipped: readonly string[];
  readonly #seen = new Set<string>();

  constructor(wanted: readonly string[] | undefined, skipped: readonly string[] | undefined) {
    this.#wanted = wanted && wanted.length > 0 ? wanted : ['all'];
    this.#skipped = skipped ?? [];
  }

  selects(tags: readonly string[]): boolean {
    for (const tag of tags) this.#seen.add(tag);
    const has = (tag: string) =>
      tags.includes(tag) ||
      (tag === 'tagged' && tags.length > 0) ||
      (tag === 'untagged' && tags.length === 0);
    if (this.#skipped.some((tag) => tag === 'all' || has(tag))) return false;
    const isNever = tags.includes('never');
    // `tagged` asks for no task by its name.
    if (this.#wanted.some((tag) => has(tag) && !(isNever && tag === 'tagged'))) return true;
    if (isNever) return false;
    return tags.includes('always') || this.#wanted.includes('all');
  }

  /** Tags that were asked for and that no task has. */
  unknown(): readonly Diagnostic[] {
    const known = ['all', 'tagged', 'untagged', 'always', 'never', ...this.#seen];
    return [...this.#wanted, ...this.#skipped]
      .filter((tag) => !known.includes(tag))
      .map((tag) => {
        const near = nearest(tag, this.#seen);
        const all =
          this.#seen.size === 0
            ? 'no task of this playbook has a tag'
            : `there are ${[...this.#seen].sort().join(', ')}`;
        return {
          code: 'unknown-tag',
          message: `no task has the tag \`${tag}\``,
          hint: near === undefined ? all : `did you mean \`${near}\`?`,
        };
      });
  }
}
