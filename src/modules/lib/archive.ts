/** How an archive is packed; `zip` is its own kind, the others are what lies around a tar. */
export type ArchiveKind = 'zip' | 'tar' | 'gzip' | 'bzip2' | 'xz' | 'zstd';

const MAGIC: readonly (readonly [ArchiveKind, string])[] = [
  ['zip', '504b0304'],
  ['zip', '504b0506'],
  ['gzip', '1f8b'],
  ['bzip2', '425a68'],
  ['xz', 'fd377a585a00'],
  ['zstd', '28b52ffd'],
];

/** By its first bytes, in hexadecimal. What is nothing else is a tar, whose own mark stands further back. */
export function kindOf(firstBytes: string): ArchiveKind {
  return MAGIC.find(([, magic]) => firstBytes.startsWith(magic))?.[0] ?? 'tar';
}

/** What the directory of a zip says of one entry. */
export interface ZipEntry {
  /** Ends with `/` for a folder. */
  readonly name: string;
  readonly size: number;
  /** Eight hexadecimal digits. */
  readonly crc: string;
}

/** The entries of a zip. Throws a RangeError where the bytes are none. */
export function zipEntries(bytes: Uint8Array): readonly ZipEntry[] {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = data.lastIndexOf(Buffer.from('504b0506', 'hex'));
  if (end === -1 || end + 22 > data.length) throw new RangeError('it is no whole zip archive');
  const entries: ZipEntry[] = [];
  let at = data.readUInt32LE(end + 16);
  for (let left = data.readUInt16LE(end + 10); left > 0; left--) {
    if (data.readUInt32LE(at) !== 0x02014b50) throw new RangeError('its directory is broken');
    const nameLength = data.readUInt16LE(at + 28);
    entries.push({
      crc: data
        .readUInt32LE(at + 16)
        .toString(16)
        .padStart(8, '0'),
      size: data.readUInt32LE(at + 24),
      name: data.toString('utf8', at + 46, at + 46 + nameLength),
    });
    at += 46 + nameLength + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);
  }
  return entries;
}

/** A name on one line, as `printf %b` and `tar --quoting-style=escape` understand it. */
export function escapeName(name: string): string {
  return name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** The name again. */
export function unescapeName(name: string): string {
  const letters: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11 };
  const bytes: number[] = [];
  for (const [, octal, letter, plain = ''] of name.matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(letters[letter] ?? letter.charCodeAt(0));
    else bytes.push(...Buffer.from(plain));
  }
  return Buffer.from(bytes).toString('utf8');
}
