import { createHash, createHmac, randomBytes } from 'node:crypto';

/** One line of a `known_hosts` file that says something about a key. */
export interface KnownHost {
  readonly marker?: 'revoked' | 'cert-authority';
  /** Comma list of names and patterns, or one hashed name. */
  readonly names: string;
  readonly key: HostKey;
  /** `FILE:LINE`. */
  readonly where: string;
}

/** A public host key as it stands in files: `ssh-ed25519`, and its blob in base64. */
export interface HostKey {
  readonly type: string;
  readonly base64: string;
}

/** What the files say about an offered key. `known`: the lines that speak of this host, the ones to blame first. */
export interface Verdict {
  readonly kind: 'match' | 'unknown' | 'changed' | 'revoked';
  readonly known: readonly KnownHost[];
  /** The host is only vouched for by certificate authorities, which cannot be checked here. */
  readonly isCertified: boolean;
}

/** Reads the lines of a file; comments, and what it does not understand, are left out, as `ssh` does. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split('\n').flatMap((line, index) => {
    const fields = line.trim().split(/[ \t]+/);
    const marker = fields[0]?.startsWith('@') ? fields.shift()?.slice(1) : undefined;
    const [names, type, base64] = fields;
    if (!names || names.startsWith('#') || !type || !base64 || !/^AAAA[A-Za-z0-9+/]+=*$/.test(base64))
      return [];
    if (marker !== undefined && marker !== 'revoked' && marker !== 'cert-authority') return [];
    const entry = { names, key: { type, base64 }, where: `${file}:${index + 1}` };
    return [marker === undefined ? entry : { ...entry, marker }];
  });
}

/** The name under which a host stands in the files: `[host]:port`, or `host` alone at port 22. */
export function knownHostName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Judges an offered key. A key known under the bare host name is good at other ports too, as for `ssh`. */
export function judgeHostKey(entries: readonly KnownHost[], name: string, offered: HostKey): Verdict {
  const about = entries.filter((entry) => matchesName(entry.names, name));
  const bareName = /^\[(.+)\]:\d+$/.exec(name)?.[1] ?? name;
  const aboutBare = entries.filter((entry) => matchesName(entry.names, bareName));
  const same = (entry: KnownHost): boolean => entry.key.base64 === offered.base64;
  const revoked = [...about, ...aboutBare].filter((entry) => entry.marker === 'revoked' && same(entry));
  const plain = about.filter((entry) => entry.marker === undefined);
  const isCertified = plain.length === 0 && about.some((entry) => entry.marker === 'cert-authority');
  if (revoked.length > 0) return { kind: 'revoked', known: revoked, isCertified };
  const good = [...plain, ...aboutBare.filter((entry) => entry.marker === undefined)].filter(same);
  if (good.length > 0) return { kind: 'match', known: good, isCertified };
  const ofType = plain.filter((entry) => entry.key.type === offered.type);
  const known = [...ofType, ...plain.filter((entry) => !ofType.includes(entry))];
  return { kind: plain.length > 0 ? 'changed' : 'unknown', known, isCertified };
}

/** Types of the keys that are known for a host: the ones to ask it for first. */
export function knownKeyTypes(entries: readonly KnownHost[], name: string): string[] {
  const bareName = /^\[(.+)\]:\d+$/.exec(name)?.[1] ?? name;
  const plain = entries.filter((entry) => entry.marker === undefined);
  const own = plain.filter((entry) => matchesName(entry.names, name));
  const found = own.length > 0 ? own : plain.filter((entry) => matchesName(entry.names, bareName));
  return [...new Set(found.map((entry) => entry.key.type))];
}

/** The text with lines for new keys at its end; hashed where the text has hashed names. All else stays as it is. */
export function appendKnownHosts(text: string, name: string, keys: readonly HostKey[]): string {
  const isHashed = /^(@\S+[ \t]+)?\|1\|/m.test(text);
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  const lines = keys.map((key) => `${isHashed ? hashName(name) : name} ${key.type} ${key.base64}\n`);
  return text + separator + lines.join('');
}

/**
 * The text without what it said of the host's keys, and with lines for the new ones. A name is taken out of a line
 * that has others; patterns and marked lines stay, since they speak of more than this host.
 */
export function replaceKnownHosts(text: string, name: string, keys: readonly HostKey[]): string {
  const kept = (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).flatMap((line) => {
    const names = /^[ \t]*([^#@ \t\r\n][^ \t\r\n]*)[ \t]/.exec(line)?.[1];
    if (names === undefined) return [line];
    const left = names.split(',').filter((entry) => !isExactly(entry, name));
    if (left.length === names.split(',').length) return [line];
    return left.some((entry) => !entry.startsWith('!')) ? [line.replace(names, () => left.join(','))] : [];
  });
  return appendKnownHosts(kept.join(''), name, keys);
}

/** `SHA256:…`, as `ssh` shows it. */
export function fingerprint(key: HostKey): string {
  const digest = createHash('sha256').update(Buffer.from(key.base64, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

/** A key from the bytes that a host offers; its type is the first field in them. */
export function hostKeyOf(blob: Buffer): HostKey {
  const length = blob.readUInt32BE(0);
  return { type: blob.toString('latin1', 4, 4 + length), base64: blob.toString('base64') };
}

function matchesName(names: string, name: string): boolean {
  if (names.startsWith('|')) return isExactly(names, name);
  const patterns = names.toLowerCase().split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), name)))
    return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(pattern, name));
}

function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

function isExactly(entry: string, name: string): boolean {
  const [, version, salt, hash] = entry.split('|');
  if (version === '1' && salt !== undefined && hash !== undefined) return hash === hmac(salt, name);
  return entry.toLowerCase() === name;
}

function hashName(name: string): string {
  const salt = randomBytes(20).toString('base64');
  return `|1|${salt}|${hmac(salt, name)}`;
}

function hmac(salt: string, name: string): string {
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64');
}
