/** Characters that mean something in a regular expression of JavaScript, and may stand escaped in it. */
const SYNTAX = /[\^$\\.*+?()[\]{}|/]/;

/** What a letter behind a backslash becomes; the others are the same in both languages, or no escapes in either. */
const LETTERS: Readonly<Record<string, string>> = {
  A: String.raw`(?<![\s\S])`,
  Z: String.raw`(?![\s\S])`,
  a: String.raw`\x07`,
};

/** With Python's `m`, lines end at newlines alone; `$` also stands in front of CRLF, and never inside of it. */
const LINE_START = String.raw`(?<![^\n])`;
const LINE_END = String.raw`(?=\r?\n|(?![\s\S]))(?<!\r(?=\n))`;

/** One piece of a pattern at a time: a class, an escape, the head of a group, a count, or a character. */
const PIECES =
  /(?<class>\[\^?\]?(?:\\[\s\S]|[^\]\\])*\])|\\(?<escaped>[\s\S])|\(\?P(?:(?<opens><)|=(?<named>\w+)\))|(?<remark>\(\?#[^)]*\))|\{(?<count>\d+(?:,\d*)?|,\d*)\}|(?<one>[\s\S])/gu;

/**
 * A regular expression in Python's words: `(?i)` in front, `(?P<name>…)`, `(?#…)`, `\A`, `\Z`, `[]…]`, `{,3}`, and any
 * escaped sign. It counts characters, so that none is ever cut in two. `flags`: those of JavaScript, `m` and `s` as in
 * Python. Throws a SyntaxError.
 */
export function expression(pattern: string, flags = ''): RegExp {
  const own = /^\(\?([ims]+)\)/.exec(pattern);
  const all = new Set(`${own?.[1] ?? ''}${flags}`);
  const lines = all.delete('m');
  const everything = all.delete('s');
  const source = pattern.slice(own?.[0].length ?? 0).replaceAll(PIECES, (...found: unknown[]) => {
    const piece = found.at(-1) as Readonly<Record<string, string | undefined>>;
    if (piece['class'] !== undefined) return inClass(piece['class']);
    if (piece['escaped'] !== undefined) return LETTERS[piece['escaped']] ?? escape(piece['escaped']);
    if (piece['opens'] !== undefined) return '(?<';
    if (piece['named'] !== undefined) return `\\k<${piece['named']}>`;
    if (piece['remark'] !== undefined) return '';
    if (piece['count'] !== undefined) return `{${piece['count'].replace(/^,/, '0,')}}`;
    const one = piece['one'] ?? '';
    if (one === '.') return everything ? String.raw`[\s\S]` : String.raw`[^\n]`;
    if (one === '^' && lines) return LINE_START;
    if (one === '$' && lines) return LINE_END;
    return /[\]{}]/.test(one) ? `\\${one}` : one;
  });
  return new RegExp(source, `u${[...all].join('')}`);
}

/** A `]` that comes first in a class is one of its characters. */
function inClass(text: string): string {
  const first = /^\[\^?\]/.exec(text)?.[0] ?? '';
  const head = first === '' ? '' : `${first.slice(0, -1)}\\]`;
  return (
    head +
    text
      .slice(first.length)
      .replaceAll(/\\([\s\S])/gu, (_, sign: string) =>
        sign === '-' ? '\\-' : sign === 'a' ? (LETTERS['a'] ?? '') : escape(sign),
      )
  );
}

/** Python takes any escaped sign for itself, JavaScript only those that mean something. */
function escape(sign: string): string {
  return /\w/.test(sign) || SYNTAX.test(sign) ? `\\${sign}` : sign;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};
const REFERENCES = /\\(?:g<(\w+)>|(\d{1,2})|([afnrtv\\]))/g;

/** The parts of a match: the whole, then its groups; `names` of those that have one. */
export interface Match {
  readonly parts: readonly unknown[];
  readonly names: Readonly<Record<string, unknown>>;
}

/** A replacement in Python's words: `\1`, `\g<1>` and `\g<name>` stand for groups, `\n`, `\t` and `\\` for what they look like. */
export function expand(replacement: string, { parts, names }: Match): string {
  return replacement.replaceAll(
    REFERENCES,
    (_, named: string | undefined, number: string | undefined, letter: string | undefined) => {
      if (letter !== undefined) return ESCAPES[letter] ?? '';
      const group = String(named ?? number);
      const value = /^\d+$/.test(group) ? parts[Number(group)] : names[group];
      return typeof value === 'string' ? value : '';
    },
  );
}

/** The first reference in a replacement to a group that its pattern has not, such as `\2`; none where all is well. */
export function strayReference(pattern: string, replacement: string): string | undefined {
  // With nothing as another choice it matches anything, and so tells its groups.
  const match = new RegExp(`${expression(pattern).source}|`, 'u').exec('');
  for (const [whole, named, number] of replacement.matchAll(REFERENCES)) {
    const group = named ?? number;
    if (group === undefined) continue;
    const known = /^\d+$/.test(group) ? Number(group) < (match?.length ?? 0) : group in (match?.groups ?? {});
    if (!known) return whole;
  }
  return undefined;
}
