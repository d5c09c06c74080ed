import { stripVTControlCharacters } from 'node:util';
import { cellWidth } from './cells.ts';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const ERASE_TO_LINE_END = '\x1b[K';
const ERASE_BELOW = '\x1b[J';
// Terminals that know it show everything between the two at once; the others ignore it.
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';

/** Keeps a block of lines at the bottom of a terminal, under text that scrolls away. One write for each change. */
export class Painter {
  readonly #write: (text: string) => void;
  readonly #columns: () => number;
  #shown: readonly string[] = [];
  #hidden = false;

  constructor(write: (text: string) => void, columns: () => number) {
    this.#write = write;
    this.#columns = columns;
  }

  /** Adds `log` above for good and shows `frame` below, none of whose lines may be as wide as the terminal. */
  paint(log: readonly string[], frame: readonly string[]): void {
    if (log.length === 0 && sameLines(frame, this.#shown)) return;
    const start = this.#toTop();
    // What scrolls may wrap: then nothing of the old frame may show through behind it.
    const above = log.length === 0 ? '' : `${ERASE_BELOW}${log.join('\n')}\n`;
    const below = frame.map((line) => line + ERASE_TO_LINE_END).join('\n');
    const cursor = this.#hidden ? '' : HIDE_CURSOR;
    this.#hidden = true;
    this.#shown = [...frame];
    // At the left edge, the `^C` that a terminal echoes cannot break the last line in two.
    this.#write(`${BEGIN_UPDATE}${cursor}${start}${above}${below}${ERASE_BELOW}\r${END_UPDATE}`);
  }

  /** Takes the block away, adds a last text, and gives the cursor back. */
  close(log: readonly string[]): void {
    if (!this.#hidden && log.length === 0) return;
    const start = this.#hidden ? this.#toTop() + ERASE_BELOW : '';
    const text = log.length === 0 ? '' : `${log.join('\n')}\n`;
    const cursor = this.#hidden ? SHOW_CURSOR : '';
    this.#hidden = false;
    this.#shown = [];
    this.#write(start + text + cursor);
  }

  /** A terminal that has become narrower shows what was one line as several. */
  #toTop(): string {
    const columns = Math.max(1, this.#columns());
    const height = this.#shown.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(cellWidth(stripVTControlCharacters(line)) / columns)),
      0,
    );
    return height > 1 ? `\r\x1b[${height - 1}A` : '\r';
  }
}

function sameLines(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((line, index) => line === right[index]);
}
