import { holdsArmor, indented, replaceArmor } from './armored.ts';
import { SecretError } from './secret-error.ts';

/** A file with encrypted values, opened for somebody to change it. */
export interface OpenValues {
  /** With each value in the clear, where its armor stood. */
  readonly text: string;
  /** Encrypts the values again. What did not change keeps its armor, so that only changes show in version control. */
  readonly seal: (text: string, encrypt: (value: string) => Promise<string>) => Promise<string>;
}

export async function openValues(
  file: string,
  open: (armor: string) => Promise<string>,
): Promise<OpenValues> {
  const armors = new Map<string, string>();
  const text = await replaceArmor(file, async (armor) => {
    const value = await open(armor);
    armors.set(value.replace(/\n$/, ''), armor);
    return value;
  });
  return {
    text,
    async seal(changed, encrypt) {
      const pieces: string[] = [];
      for (const piece of split(changed))
        pieces.push(
          typeof piece === 'string'
            ? piece
            : `${piece.head} |\n${indented(armors.get(piece.value) ?? (await encrypt(piece.value)), piece.margin)}\n`,
        );
      return pieces.join('');
    },
  };
}

interface Value {
  /** The line up to and with the tag. */
  readonly head: string;
  readonly margin: string;
  readonly value: string;
}

/** A tag of a value in YAML, and the block or the rest of the line that it is for. */
const VALUE =
  /^(([ \t]*)(?:[^\n#]*[:-][ \t]+|[ \t]*)!secret)(?:[ \t]+\|[-+]?[ \t]*\n((?:(?:\2[ \t]+[^\n]*|[ \t]*)(?:\n|$))+)|[ \t]+([^|\s][^\n]*)(?:\n|$))/gm;

/** A file in pieces: text that stays, and values in the clear. */
function split(text: string): readonly (string | Value)[] {
  const pieces: (string | Value)[] = [];
  let end = 0;
  for (const match of text.matchAll(VALUE)) {
    const [whole, head = '', outer = '', block, line] = match;
    // What was pasted encrypted stays as it is.
    if (block !== undefined && holdsArmor(block)) continue;
    const body = block?.replace(/(?:[ \t]*\n)+$/, '\n') ?? '';
    const margin = /^(?:[ \t]*\n)*([ \t]+)/.exec(body)?.[1] ?? `${outer}  `;
    const value = block === undefined ? scalar(line ?? '') : withoutMargin(body, margin);
    pieces.push(text.slice(end, match.index), { head, margin, value });
    // Empty lines behind a block are for the reader.
    pieces.push(block === undefined ? '' : block.slice(body.length));
    end = match.index + whole.length;
  }
  return [...pieces, text.slice(end)];
}

function withoutMargin(block: string, margin: string): string {
  return block
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line.trimStart()))
    .join('\n');
}

/** A value on the line of its name, quoted or not, as YAML reads it. */
function scalar(line: string): string {
  const single = /^'((?:[^']|'')*)'/.exec(line)?.[1];
  if (single !== undefined) return single.replaceAll("''", "'");
  const double = /^"(?:[^"\\]|\\.)*"/.exec(line)?.[0];
  if (double !== undefined) return unescaped(double);
  return line.replace(/[ \t]+#.*$/, '').trim();
}

/** JSON knows most of the escapes of YAML. */
function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw new SecretError(
      'a value in double quotes has an escape in it that is not known here; nothing was written',
      'write the value into lines of its own: `NAME: !secret |`',
    );
  }
}
