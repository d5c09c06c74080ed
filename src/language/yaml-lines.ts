/** A stretch of whole lines, by offsets in their text. */
export interface Block {
  readonly start: number;
  readonly end: number;
}

interface Line {
  readonly start: number;
  /** Behind the line's end. */
  readonly end: number;
  /** Columns before the text; of a line indented by tabs, those that were most likely meant. */
  readonly indent: number;
  readonly blank: boolean;
  /** It begins an item of a list. */
  readonly item: boolean;
}

/** The lines of a YAML text, and what belongs together by their indentation: for texts that no parser understands. */
export class Lines {
  readonly #lines: readonly Line[];

  constructor(text: string) {
    this.#lines = linesOf(text);
  }

  /** The line at an offset. */
  line(offset: number): Block {
    return this.#at(this.#index(offset));
  }

  /** The line at an offset, with the deeper ones below it. */
  withChildren(offset: number): Block {
    return this.#block(this.#index(offset));
  }

  /** What a line belongs to, the nearest first: items of lists; where there is none, the maps around it. */
  around(offset: number): readonly Block[] {
    const items: Block[] = [];
    const maps: Block[] = [];
    let index = this.#index(offset);
    let indent = this.#lines[index]?.indent ?? 0;
    if (this.#lines[index]?.item) items.push(this.#block(index));
    for (index--; index >= 0; index--) {
      const line = this.#lines[index];
      if (!line || line.blank || line.indent >= indent) continue;
      indent = line.indent;
      (line.item ? items : maps).push(this.#block(index));
    }
    return items.length > 0 ? items : maps;
  }

  /** The nearest block around a line, or else its own. */
  owner(offset: number): Block {
    return this.around(offset)[0] ?? this.withChildren(offset);
  }

  #index(offset: number): number {
    const index = this.#lines.findIndex(({ end }) => offset < end);
    return index === -1 ? this.#lines.length - 1 : index;
  }

  #at(index: number): Block {
    const { start, end } = this.#lines[index] ?? { start: 0, end: 0 };
    return { start, end };
  }

  #block(first: number): Block {
    const { start, indent = 0 } = { ...this.#lines[first], ...this.#at(first) };
    let last = first;
    for (let index = first + 1; index < this.#lines.length; index++) {
      const line = this.#lines[index];
      if (!line || (!line.blank && line.indent <= indent)) break;
      if (!line.blank) last = index;
    }
    return { start, end: this.#at(last).end };
  }
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  let above = 0;
  for (const part of text.split(/(?<=\n)/)) {
    const [, space = '', rest = ''] = /^([ \t]*)(.*)/.exec(part) ?? [];
    const blank = rest.trim() === '' || rest.startsWith('#');
    const indent = space.includes('\t') ? above : space.length;
    lines.push({
      start,
      end: start + part.length,
      indent,
      blank,
      item: /^-(?:\s|$|[A-Za-z_]\w*:)/.test(rest),
    });
    // A line by tabs below `key:` is its child, below `key: value` its neighbour, below `- key: value` beside the key.
    if (!blank) above = indent + (/^- .*[^:]\s*$/.test(rest) ? 2 : /:\s*$/.test(rest) ? 1 : 0);
    start += part.length;
  }
  return lines;
}
