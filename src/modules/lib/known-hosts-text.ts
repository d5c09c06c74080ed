import { createHmac } from 'node:crypto';
import { linesOf, textOfLines } from './text.ts';

/** One key of a host, as a line of `known_hosts` has it behind the names. */
export interface HostKey {
  readonly type: string;
  readonly key: string;
}

/** Reads `[NAMES] TYPE KEY [comment]`, as `ssh-keyscan` prints it. Undefined where it is no key. */
export function parseHostKey(text: string): HostKey | undefined {
  const words = text.trim().split(/\s+/);
  const at = words.findIndex((word) => /^(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+$/.test(word));
  const [type, key] = words.slice(at);
  if (at === -1 || at > 1 || type === undefined || key === undefined) return undefined;
  return /^AAAA[A-Za-z0-9+/]+=*$/.test(key) ? { type, key } : undefined;
}

/** The text with these keys for this name, and no other keys of their types. */
export function putHostKeys(text: string, name: string, keys: readonly HostKey[], hashed: boolean): string {
  let lines = linesOf(text);
  for (const key of keys) {
    const right = lines.filter((line) => isFor(line, name, key.type));
    const [only] = right;
    if (right.length === 1 && only !== undefined && isRight(only, key, hashed)) continue;
    lines = [...dropName(lines, name, key.type), `${shownName(name, key, hashed)} ${key.type} ${key.key}`];
  }
  return textOfLines(lines);
}

/** The text without keys of this name; with types given, only without those of these types. */
export function dropHost(text: string, name: string, types: readonly string[]): string {
  let lines = linesOf(text);
  for (const type of types.length === 0 ? [undefined] : types) lines = dropName(lines, name, type);
  return textOfLines(lines);
}

/** A line of several names keeps the others. */
function dropName(lines: readonly string[], name: string, type: string | undefined): readonly string[] {
  return lines.flatMap((line) => {
    if (!isFor(line, name, type)) return [line];
    const names = line.split(/\s+/)[0] ?? '';
    const others = names.split(',').filter((each) => !matches(each, name));
    return others.length === 0 ? [] : [others.join(',') + line.slice(names.length)];
  });
}

/** Lines with a mark, such as `@revoked`, are somebody else's decision. */
function isFor(line: string, name: string, type: string | undefined): boolean {
  const [names = '', lineType] = line.split(/\s+/);
  if (/^(?:#|@|$)/.test(names) || (type !== undefined && lineType !== type)) return false;
  return names.split(',').some((each) => matches(each, name));
}

function matches(pattern: string, name: string): boolean {
  const [, salt, hash] = /^\|1\|([^|]+)\|([^|]+)$/.exec(pattern) ?? [];
  return salt === undefined ? pattern === name : hashOf(name, Buffer.from(salt, 'base64')) === hash;
}

function isRight(line: string, { key }: HostKey, hashed: boolean): boolean {
  const [names = '', , lineKey] = line.split(/\s+/);
  return lineKey === key && (!hashed || names.startsWith('|1|'));
}

function shownName(name: string, { key }: HostKey, hashed: boolean): string {
  if (!hashed) return name;
  // A plan draws no random numbers: the salt differs for every name and key, which is what a salt is for.
  const salt = createHmac('sha1', key).update(`known_hosts ${name}`).digest();
  return `|1|${salt.toString('base64')}|${hashOf(name, salt)}`;
}

function hashOf(name: string, salt: Buffer): string {
  return createHmac('sha1', salt).update(name).digest('base64');
}
