import { expression } from './text.ts';

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
  const pattern = withFlags(regexp, 'gm');
  const edited = text
    .slice(part.from, part.to)
    .replaceAll(pattern, (...found: unknown[]) => expand(replace, found));
  return text.slice(0, part.from) + edited + text.slice(part.to);
}

/** As in Ansible: with both, the shortest stretch between them; with `before` alone, up to its last match. */
function partOf(
  text: string,
  after: string | undefined,
  before: string | undefined,
): { from: number; to: number } | undefined {
  const opening = after === undefined ? undefined : withFlags(after, 'sm').exec(text);
  if (opening === null) return undefined;
  const from = opening === undefined ? 0 : opening.index + opening[0].length;
  if (before === undefined) return { from, to: text.length };
  const closings = [...text.slice(from).matchAll(withFlags(before, 'gsm'))];
  const closing = after === undefined ? closings.at(-1) : closings[0];
  return closing === undefined ? undefined : { from, to: from + closing.index };
}

function withFlags(pattern: string, flags: string): RegExp {
  const { source, flags: own } = expression(pattern);
  return new RegExp(source, [...new Set(own + flags)].join(''));
}

/** The arguments of a replacer: match, groups, offset, text, and named groups where there are any. */
function expand(replacement: string, found: readonly unknown[]): string {
  const last = found.at(-1);
  const names: Readonly<Record<string, unknown>> =
    typeof last === 'object' && last !== null ? { ...last } : {};
  const count = found.findIndex((value) => typeof value === 'number');
  const group = (name: string): string => {
    const value = /^\d+$/.test(name) && Number(name) < count ? found[Number(name)] : names[name];
    return typeof value === 'string' ? value : '';
  };
  return replacement.replaceAll(/\\(?:g<(\w+)>|(\d{1,2})|([nt\\]))/g, (_, named, number, letter) => {
    if (typeof letter === 'string') return letter === 'n' ? '\n' : letter === 't' ? '\t' : '\\';
    return group(String(named ?? number));
  });
}
