/** The words of a rule as `iptables-save` prints it: blanks part them, double quotes hold them together, `\` escapes inside those. */
export function savedWords(text: string): readonly string[] {
  return Array.from(text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g), ([, quoted, bare = '']) =>
    quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1'),
  );
}

/** One line for `iptables-restore`, which knows double quotes and, inside them, the backslash, and nothing else. */
export function joinWords(words: readonly string[]): string {
  return words
    .map((word) =>
      /^[\w./:,+!=%@[\]-]+$/.test(word)
        ? word
        : `"${word.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`,
    )
    .join(' ');
}

/** Where a rule goes: what stands behind `-j` or `-g`, which may also be the text of a comment. */
export function targetOf(words: readonly string[]): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--comment' || word === '--log-prefix') at++;
    else if (['-j', '--jump', '-g', '--goto'].includes(word)) return words[at + 1];
  }
  return undefined;
}

/** The comment of a rule, or undefined. */
export function commentOf(words: readonly string[]): string | undefined {
  const at = words.indexOf('--comment');
  return at === -1 ? undefined : words[at + 1];
}
