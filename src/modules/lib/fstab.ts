import { linesOf, textOfLines } from './text.ts';

/** One entry of fstab. */
export interface MountEntry {
  readonly src: string;
  readonly path: string;
  readonly fstype: string;
  readonly opts: string;
  readonly dump: string;
  readonly passno: string;
}

/** The entry for a path; swap, which has none, by its source. */
export function findEntry(text: string, path: string, src?: string): MountEntry | undefined {
  return linesOf(text)
    .map(parseEntry)
    .find((entry) => entry !== undefined && isSame(entry, path, src));
}

/** The text with this entry in the place of that for the same path, or at its end; other lines stay byte for byte. */
export function putEntry(text: string, entry: MountEntry): string {
  const lines = linesOf(text);
  const at = lines.findIndex((line) => {
    const old = parseEntry(line);
    return old !== undefined && isSame(old, entry.path, entry.src);
  });
  const old = parseEntry(lines[at] ?? '');
  if (old !== undefined && equal(old, entry)) return text;
  const line = printEntry(entry);
  if (at === -1) return textOfLines([...lines, line]);
  return textOfLines(lines.map((each, index) => (index === at ? line : each)));
}

/** The text without the entry for a path. */
export function dropEntry(text: string, path: string, src?: string): string {
  const kept = linesOf(text).filter((line) => {
    const entry = parseEntry(line);
    return entry === undefined || !isSame(entry, path, src);
  });
  return kept.length === linesOf(text).length ? text : textOfLines(kept);
}

/** The options of a list that has no `defaults` beside others. */
export function optionList(opts: string): readonly string[] {
  return opts.split(',').filter((option) => option !== '' && option !== 'defaults');
}

/** As the kernel writes paths with blanks in its tables. */
export function decodeField(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function parseEntry(line: string): MountEntry | undefined {
  if (/^\s*(?:#|$)/.test(line)) return undefined;
  const [src, path, fstype, opts = 'defaults', dump = '0', passno = '0'] = line.trim().split(/\s+/);
  if (src === undefined || path === undefined || fstype === undefined) return undefined;
  return { src: decodeField(src), path: decodeField(path), fstype, opts: decodeField(opts), dump, passno };
}

function printEntry({ src, path, fstype, opts, dump, passno }: MountEntry): string {
  return [encodeField(src), encodeField(path), fstype, encodeField(opts), dump, passno].join(' ');
}

function encodeField(field: string): string {
  return field.replaceAll(
    /[ \t\n\\#]/g,
    (letter) => `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

function equal(one: MountEntry, other: MountEntry): boolean {
  return printEntry(one) === printEntry(other);
}

function isSame(entry: MountEntry, path: string, src: string | undefined): boolean {
  const noPath = ['none', 'swap'];
  if (noPath.includes(path) || noPath.includes(entry.path))
    return noPath.includes(path) && noPath.includes(entry.path) && entry.src === src;
  return entry.path.replace(/(?<=.)\/+$/, '') === path.replace(/(?<=.)\/+$/, '');
}
