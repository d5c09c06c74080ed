import { Secret } from './secret.ts';

/** Shell text for a POSIX `sh`, with the secrets that stand in it, so that whoever shows it can mask them. */
export interface Script {
  readonly text: string;
  readonly secrets: readonly Secret[];
}

/** What `sh` takes between its pieces: words are quoted, scripts go in as they are, lists become several words. */
export type Interpolation = string | number | Secret | Script | readonly (string | number | Secret)[];

/**
 * Builds a script. Every interpolated text is quoted as one word, so that what a host or a user said is never
 * run: sh`rm -f ${path}`. An interpolated `Script` is put in as it is.
 */
export function sh(pieces: TemplateStringsArray, ...values: readonly Interpolation[]): Script {
  const secrets: Secret[] = [];
  let text = pieces[0] ?? '';
  for (const [index, value] of values.entries()) text += render(value, secrets) + (pieces[index + 1] ?? '');
  return { text, secrets };
}

/** One single-quoted word of `sh`, whatever is in it. Throws a RangeError on a NUL, which no shell can carry. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new RangeError('a shell word cannot contain a NUL byte');
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Shell text taken as it stands. For constants and for what a user wrote as shell; never for data. */
export function raw(text: string): Script {
  return { text, secrets: [] };
}

/** Scripts one after the other, each on lines of its own. */
export function joinScripts(scripts: readonly Script[], separator = '\n'): Script {
  return {
    text: scripts.map((script) => script.text).join(separator),
    secrets: scripts.flatMap((script) => script.secrets),
  };
}

function render(value: Interpolation, secrets: Secret[]): string {
  if (typeof value === 'string' || typeof value === 'number') return quote(String(value));
  if (value instanceof Secret) {
    secrets.push(value);
    return quote(value.reveal());
  }
  if (isScript(value)) {
    secrets.push(...value.secrets);
    return value.text;
  }
  return value.map((item) => render(item, secrets)).join(' ');
}

function isScript(value: Interpolation): value is Script {
  return typeof value === 'object' && 'text' in value;
}
