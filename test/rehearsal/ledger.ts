import type { Check } from './checks.ts';
import type { Built } from './devices.ts';

/** What held at which stage of a house, and in how many seconds that was seen. */
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
    if (!this.stages.includes(stage)) this.stages.push(stage);
    const broken: string[] = [];
    for (const [name, check] of Object.entries(checks)) {
      const row = this.rows.get(name) ?? new Map<string, string>();
      this.rows.set(name, row);
      const began = Date.now();
      const note = (word: string): unknown =>
        row.set(stage, `${word} ${String(Math.round((Date.now() - began) / 1000)).padStart(3)} s`);
      try {
        await check(built);
        note('pass');
      } catch (error) {
        note('FAIL');
        broken.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return broken;
  }

  /** One row for each check, one column for each stage. */
  table(): string {
    const sorted = [...this.rows].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
    const lines = [
      [this.title, ...this.stages],
      ...sorted.map(([name, row]) => [name, ...this.stages.map((stage) => row.get(stage) ?? '')]),
    ];
    const widths = (lines[0] ?? []).map((_, column) =>
      Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
    );
    const drawn = lines.map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    );
    return ['', ...drawn, ''].join('\n');
  }
}
