import { linesOf, textOfLines } from './text.ts';

/** One line of an authorized_keys file that holds a key. */
export interface AuthorizedKey {
  /** As written before the key, e.g. `from="10.*",no-pty`; empty where there are none. */
  readonly options: string;
  readonly type: string;
  /** The key itself in base64: what two lines are compared by. */
  readonly blob: string;
  readonly comment: string;
}

/** The key on a line, or undefined for blanks, remarks and what is no key. */
export function parseKeyLine(line: string): AuthorizedKey | undefined {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  if (KEY.test(text)) return fromMatch('', KEY.exec(text));
  const options = text.slice(0, endOfOptions(text));
  return fromMatch(options, KEY.exec(text.slice(options.length).trimStart()));
}

/** The line of a key as `sshd` reads it. */
export function printKey(key: AuthorizedKey): string {
  return [key.options, key.type, key.blob, key.comment].filter((part) => part !== '').join(' ');
}

/** The keys in a text of one or several lines, and the lines that are none. */
export function parseKeys(text: string): { keys: readonly AuthorizedKey[]; bad: readonly string[] } {
  const keys: AuthorizedKey[] = [];
  const bad: string[] = [];
  for (const line of text.split('\n')) {
    const key = parseKeyLine(line);
    if (key) keys.push(key);
    else if (line.trim() !== '' && !line.trim().startsWith('#')) bad.push(line.trim());
  }
  return { keys, bad };
}

/** Sees to it that each key stands there once as given; `exclusive` takes out every other key, but no remark. */
export function setKeys(file: string, wanted: readonly AuthorizedKey[], exclusive: boolean): string {
  const blobs = new Map(wanted.map((key) => [key.blob, key]));
  const done = new Set<string>();
  const lines = [...linesOf(file)].flatMap((line) => {
    const present = parseKeyLine(line);
    if (!present) return [line];
    const key = blobs.get(present.blob);
    if (!key) return exclusive ? [] : [line];
    if (done.has(key.blob)) return [];
    done.add(key.blob);
    const same = present.options === key.options && (key.comment === '' || present.comment === key.comment);
    return [same ? line : printKey({ ...key, comment: key.comment || present.comment })];
  });
  for (const key of blobs.values()) if (!done.has(key.blob)) lines.push(printKey(key));
  return textOfLines(lines);
}

/** The file without these keys. */
export function removeKeys(file: string, unwanted: readonly AuthorizedKey[]): string {
  const blobs = new Set(unwanted.map((key) => key.blob));
  const lines = [...linesOf(file)];
  const kept = lines.filter((line) => !blobs.has(parseKeyLine(line)?.blob ?? ''));
  return kept.length === lines.length ? file : textOfLines(kept);
}

const KEY =
  /^((?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)(?:-cert-v01@openssh\.com)?|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)-cert-v01@openssh\.com)\s+([A-Za-z0-9+/]{32,}={0,3})(?:\s+(.*))?$/;

function fromMatch(options: string, match: RegExpExecArray | null): AuthorizedKey | undefined {
  const [, type = '', blob = '', comment = ''] = match ?? [];
  if (!match || !startsWithType(blob, type)) return undefined;
  return { options, type, blob, comment: comment.trim() };
}

/** A key names its own type inside; a line that lies about it, or was cut while pasting, would lock its owner out. */
function startsWithType(blob: string, type: string): boolean {
  const bytes = Buffer.from(blob, 'base64');
  if (bytes.length < 8) return false;
  return bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString('latin1') === type;
}

/** Options end at the first white space outside quotes; inside, `\"` is a quote. */
function endOfOptions(text: string): number {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\\' && text[at + 1] === '"') at++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === ' ' || character === '\t')) return at;
  }
  return text.length;
}
