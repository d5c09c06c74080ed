// Everything but newline and tab that moves the cursor, hides text or turns its direction.
const UNSAFE =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * A copy of a plain value in which no text can do anything to a terminal: what hosts say is untrusted.
 * An escape character becomes the four characters `\x1b`. Newlines and tabs stay.
 */
export function makeSafe<T>(value: T): T {
  if (typeof value === 'string') return safeText(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => makeSafe(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, makeSafe(item as unknown)]),
  ) as T;
}

export function safeText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNSAFE, escapeCharacter);
}

/** The same on one line, for names and summaries. */
export function oneLine(text: string): string {
  return text.trim().replaceAll('\n', '\\n').replaceAll('\t', ' ');
}

/** The lines of an output, without the empty one after its final newline. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** JSON whose text is safe on a terminal too; the values stay the same. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function escapeCharacter(character: string): string {
  if (character === '\r') return '\\r';
  const code = character.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
