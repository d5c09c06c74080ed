/**
 * Splits a command line into words as a shell does: blanks part them, quotes and backslashes hold them together.
 * Nothing is expanded. Gives undefined where a quote is not closed.
 */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const letter = line.charAt(at);
    const next = line.charAt(at + 1);
    if (quote === "'") {
      if (letter === "'") quote = '';
      else word = (word ?? '') + letter;
    } else if (letter === '\\' && next !== '' && (quote === '' || '"\\$`\n'.includes(next))) {
      if (next !== '\n') word = (word ?? '') + next;
      at++;
    } else if (quote === '"') {
      if (letter === '"') quote = '';
      else word = (word ?? '') + letter;
    } else if (letter === "'" || letter === '"') {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + letter;
    }
  }
  if (quote !== '') return undefined;
  return word === undefined ? words : [...words, word];
}
