import type { Output } from '../../model/module.ts';

/** What a probe printed as `name=value` lines, by name; a name may come several times. */
export class Answers {
  readonly #values = new Map<string, string[]>();
  /** What came behind a line `---`, as an answer of its own: a whole file, or the state of files. */
  readonly rest: Output;

  constructor(answer: Output) {
    const { stdout } = answer;
    const cut = /^---\n/m.exec(stdout);
    const head = cut ? stdout.slice(0, cut.index) : stdout;
    const skipped = cut ? Buffer.byteLength(head) + cut[0].length : answer.bytes.length;
    this.rest = {
      ...answer,
      stdout: cut ? stdout.slice(head.length + cut[0].length) : '',
      bytes: answer.bytes.subarray(skipped),
    };
    for (const line of head.split('\n')) {
      const equals = line.indexOf('=');
      if (equals < 1) continue;
      const name = line.slice(0, equals);
      this.#values.set(name, [...(this.#values.get(name) ?? []), line.slice(equals + 1)]);
    }
  }

  /** The first value under a name; empty text where there is none. */
  get(name: string): string {
    return this.#values.get(name)?.[0] ?? '';
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Whether the probe said `name=` with anything behind it. */
  has(name: string): boolean {
    return this.get(name) !== '';
  }
}
