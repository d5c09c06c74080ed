import { type Match, expand, expression } from './regexp.ts';

export interface Replacement {
  readonly regexp: string;
  /** `\1` and `\g<1>` or `\g<name>` stand for groups; `\n`, `\t` and `\\` are what they look like. */
  readonly replace: string;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

/** A text with every match replaced, inside the part that `after` and `before` mark off; unchanged where there is none. */
export function replaceIn(text: string, { regexp, replace, after, before }: Replacement): string {
  const part = partOf(text, after, before);
  if (!part) return text;
  const edited = text
    .slice(part.from, part.to)
    .replaceAll(expression(regexp, 'gm'), (...found: unknown[]) => expand(replace, matchOf(found)));
  return text.slice(0, part.from) + edited + text.slice(part.to);
}

/** As in Ansible: with both, the shortest stretch between them; with `before` alone, up to its last match. */
function partOf(
  text: string,
  after: string | undefined,
  before: string | undefined,
): { from: number; to: number } | undefined {
  const opening = after === undefined ? undefined : expression(after, 'sm').exec(text);
  if (opening === null) return undefined;
  const from = opening === undefined ? 0 : opening.index + opening[0].length;
  if (before === undefined) return { from, to: text.length };
  const closings = [...text.slice(from).matchAll(expression(before, 'gsm'))];
  const closing = after === undefined ? closings.at(-1) : closings[0];
  return closing === undefined ? undefined : { from, to: from + closing.index };
}

/** From the arguments of a replacer: match, groups, offset, text, and named groups where there are any. */
function matchOf(found: readonly unknown[]): Match {
  const last = found.at(-1);
  const names = typeof last === 'object' && last !== null ? { ...last } : {};
  return {
    parts: found.slice(
      0,
      found.findIndex((value) => typeof value === 'number'),
    ),
    names,
  };
}
