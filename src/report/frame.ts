import { cellWidth, padEnd, padStart, truncate } from './cells.ts';
import { formatWholeSeconds } from './duration.ts';
import { SIGNS, type Row } from './rows.ts';
import type { Look, Style } from './style.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

interface CountColumn {
  readonly kind: 'changed' | 'failed' | 'ok';
  readonly look: Look;
  readonly word: string;
  readonly width: number;
}

/** Seconds after which a row says for how long its task has been running. */
const PATIENCE = 2;

/** The living part of the screen: a row for each host, or for the busiest of them. */
export class Frame {
  readonly #style: Style;
  readonly #changedWord: string;
  #slots: string[] = [];

  constructor(style: Style, check: boolean) {
    this.#style = style;
    this.#changedWord = check ? 'would change' : 'changed';
  }

  lines(rows: readonly Row[], now: number, size: Size): string[] {
    const room = Math.max(1, Math.min(Math.floor(size.rows / 2), size.rows - 4));
    const shown = rows.length <= room ? rows : this.#busiest(rows, room);
    const names = Math.min(24, Math.max(0, ...shown.map((row) => cellWidth(row.host))));
    const columns = this.#countColumns(rows, size.columns >= 60);
    const lines = shown.map((row) => this.#line(row, names, columns, now, size.columns - 1));
    if (shown.length < rows.length) lines.push(this.#others(rows, shown, size.columns - 1));
    return lines;
  }

  /** A busy host keeps its place for as long as it is busy: rows that jump cannot be read. */
  #busiest(rows: readonly Row[], room: number): readonly Row[] {
    const byHost = new Map(rows.map((row) => [row.host, row]));
    const slots = this.#slots.filter((host) => byHost.has(host)).slice(0, room);
    const waiting = rows
      .filter((row) => !slots.includes(row.host))
      .sort((a, b) => rank(a) - rank(b) || a.since - b.since);
    for (const [index, host] of slots.entries()) {
      const row = byHost.get(host);
      const next = waiting[0];
      if (!row || !next || rank(next) >= rank(row)) continue;
      slots[index] = next.host;
      waiting.shift();
    }
    while (slots.length < room && waiting[0]) slots.push(waiting.shift()?.host ?? '');
    this.#slots = slots;
    return slots.flatMap((host) => byHost.get(host) ?? []);
  }

  #line(row: Row, names: number, columns: readonly CountColumn[], now: number, width: number): string {
    const { sign, look } = SIGNS[row.state];
    const name = padEnd(truncate(row.host, names), names);
    const countsWidth = columns.reduce((sum, column) => sum + 2 + column.width, 0);
    const room = width - 2 - names - 2 - countsWidth;
    const seconds = (now - row.since) / 1000;
    const lasts = row.state === 'working' || row.state === 'connecting';
    const elapsed = lasts && seconds > PATIENCE ? ` · ${formatWholeSeconds(seconds)}` : '';
    const text = truncate(saying(row), room - elapsed.length);
    const gap = ' '.repeat(Math.max(0, room - cellWidth(text) - elapsed.length));
    const tail = columns.map((column) => this.#count(row, column)).join('');
    const said = row.state === 'working' ? text : this.#style[row.state === 'failed' ? 'red' : 'dim'](text);
    const head = `${this.#style[look](sign)} ${this.#style.bold(name)}  `;
    return width < names + 12
      ? truncate(`${sign} ${name}`, width)
      : (head + said + this.#style.dim(elapsed) + gap + tail).trimEnd();
  }

  #count(row: Row, column: CountColumn): string {
    const number = row[column.kind];
    if (number === 0) return ' '.repeat(column.width + 2);
    return `  ${this.#style[column.look](padStart(number + column.word, column.width))}`;
  }

  /** The counts stand in columns, and a column appears when somebody has something in it. */
  #countColumns(rows: readonly Row[], wide: boolean): readonly CountColumn[] {
    const kinds = [
      { kind: 'changed', look: 'yellow', word: wide ? ` ${this.#changedWord}` : '~' },
      { kind: 'failed', look: 'red', word: wide ? ' failed' : '✗' },
      { kind: 'ok', look: 'green', word: wide ? ' ok' : '✓' },
    ] as const;
    return kinds.flatMap((column) => {
      const most = Math.max(0, ...rows.map((row) => row[column.kind]));
      return most === 0 ? [] : [{ ...column, width: String(most).length + column.word.length }];
    });
  }

  #others(rows: readonly Row[], shown: readonly Row[], width: number): string {
    const hidden = rows.filter((row) => !shown.includes(row));
    const groups = [
      ['working', (row: Row) => row.state === 'working' || row.state === 'connecting'],
      ['waiting', (row: Row) => row.state === 'waiting'],
      ['done', (row: Row) => row.state === 'done'],
      ['failed', (row: Row) => row.state === 'failed' || row.state === 'unreachable'],
    ] as const;
    const parts = groups
      .map(([word, belongs]) => ({ word, number: hidden.filter(belongs).length }))
      .filter(({ number }) => number > 0)
      .map(({ word, number }) => `${number} ${word}`);
    return this.#style.dim(truncate(`  … and ${hidden.length} more: ${parts.join(', ')}`, width));
  }
}

function rank(row: Row): number {
  return ['working', 'connecting', 'failed', 'unreachable', 'interrupted', 'waiting', 'done'].indexOf(
    row.state,
  );
}

function saying(row: Row): string {
  switch (row.state) {
    case 'waiting':
      return 'waiting';
    case 'connecting':
      return 'connecting';
    case 'working':
      return row.task;
    case 'done':
      return 'done';
    case 'failed':
      return `failed: ${row.task}`;
    case 'unreachable':
    case 'interrupted':
      return row.state;
  }
}
