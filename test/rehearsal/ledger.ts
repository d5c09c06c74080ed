import type { Check } from './checks.ts';
import type { Built } from './devices.ts';

/** What held at which stage of a house. */
export class Ledger {
  readonly title: string;
  readonly stages: string[] = [];
  readonly rows = new Map<string, Map<string, string>>();

  constructor(title: string) {
    this.title = title;
  }

  /** Runs every check, notes which hold, and gives what is wrong with the others. */
  async record(
    stage: string,
    built: Built,
    checks: Readonly<Record<string, Check>>,
  ): Promise<readonly string[]> {
    this.stages.push(stage);
    const broken: string[] = [];
    for (const [name, check] of Object.entries(checks)) {
      const row = this.rows.get(name) ?? new Map<string, string>();
      this.rows.set(name, row);
      try {
        await check(built);
        row.set(stage, 'pass');
      } catch (error) {
        row.set(stage, 'FAIL');
        broken.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return broken;
  }

  /** One row for each check, one column for each stage. */
  table(): string {
    const width = Math.max(...[...this.rows.keys()].map(({ length }) => length), this.title.length);
    const line = (head: string, cells: readonly string[]): string =>
      [head.padEnd(width), ...cells.map((cell, index) => cell.padEnd(this.stages[index]?.length ?? 0))]
        .join('   ')
        .trimEnd();
    const sorted = [...this.rows].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
    return [
      '',
      line(this.title, this.stages),
      ...sorted.map(([name, row]) =>
        line(
          name,
          this.stages.map((stage) => row.get(stage) ?? ''),
        ),
      ),
      '',
    ].join('\n');
  }
}
