const BLOCK = /^([ \t]*)-----BEGIN AGE ENCRYPTED FILE-----[^]*?-----END AGE ENCRYPTED FILE-----[ \t]*$/gm;

/** True where a text that is not encrypted as a whole holds encrypted values. */
export function holdsArmor(text: string): boolean {
  return text.search(BLOCK) !== -1;
}

/** The text with each armored value in it replaced; what takes its place is indented like it. */
export async function replaceArmor(
  text: string,
  change: (armor: string) => Promise<string>,
): Promise<string> {
  const pieces: string[] = [];
  let end = 0;
  for (const match of text.matchAll(BLOCK)) {
    const [block, margin = ''] = match;
    const armor = block.split('\n').map((line) => line.trim());
    const changed = await change(`${armor.join('\n')}\n`);
    pieces.push(text.slice(end, match.index), indented(changed, margin));
    end = match.index + block.length;
  }
  return [...pieces, text.slice(end)].join('');
}

/** A value as it stands in YAML. */
export function secretBlock(armor: string, name: string | undefined): string {
  return `${name === undefined ? '' : `${name}: `}!secret |\n${indented(armor, '  ')}\n`;
}

/** Each line that is not empty behind a margin; without the newline at the end. */
export function indented(text: string, margin: string): string {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (line === '' ? line : margin + line))
    .join('\n');
}
