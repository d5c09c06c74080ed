/** Splits a rule into words as a shell would: both quotes, and a backslash outside single quotes. Undefined: a quote is open. */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quoted: '"' | "'" | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\' && quoted !== "'" && at + 1 < text.length) word = (word ?? '') + text.charAt(++at);
    else if (quoted !== undefined) {
      if (character === quoted) quoted = undefined;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quoted = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return quoted === undefined ? words : undefined;
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
