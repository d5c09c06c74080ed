import { expression } from './regexp.ts';

export interface Fragment {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Joining {
  readonly regexp?: string | undefined;
  readonly ignore_hidden: boolean;
  readonly delimiter?: string | undefined;
}

/** By Ansible's rules: in the order of names, each on lines of its own, the delimiter only between two. */
export function joinFragments(fragments: readonly Fragment[], joining: Joining): Uint8Array {
  const { regexp, ignore_hidden: ignoresHidden, delimiter } = joining;
  const pattern = regexp === undefined ? undefined : expression(regexp);
  const chosen = fragments
    .filter(({ name }) => (pattern?.test(name) ?? true) && !(ignoresHidden && name.startsWith('.')))
    .sort((left, right) => Buffer.compare(Buffer.from(left.name), Buffer.from(right.name)));
  const between = delimiter === undefined || delimiter === '' ? '' : withNewline(unescape(delimiter));
  const parts: Uint8Array[] = [];
  let last: Uint8Array | undefined;
  for (const { bytes } of chosen) {
    if (last !== undefined) parts.push(Buffer.from((last.at(-1) === 10 ? '' : '\n') + between));
    parts.push(bytes);
    last = bytes;
  }
  return new Uint8Array(Buffer.concat(parts));
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function unescape(text: string): string {
  const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\' };
  return text.replaceAll(/\\([ntr\\])/g, (whole, letter: string) => letters[letter] ?? whole);
}
