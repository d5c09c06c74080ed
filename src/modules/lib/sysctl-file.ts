import { linesOf, textOfLines } from './text.ts';

/** Path under /proc/sys of a key in either notation: `net.ipv4.conf.eth0/1.forwarding` or `net/ipv4/conf/eth0.1/forwarding`. */
export function procPath(key: string): string {
  // The first separator tells the notation; in the dotted one, a slash stands for a dot in a name.
  const dotted = /[./]/.exec(key)?.[0] !== '/';
  return dotted ? key.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.')) : key;
}

/** Values are compared with the white space between their parts made equal, as the kernel prints tabs. */
export function normalizeValue(value: string): string {
  return value.trim().split(/\s+/).join(' ');
}

/** The value that a sysctl file gives a key; the last line counts. */
export function readKey(file: string, key: string): string | undefined {
  const path = procPath(key);
  return file
    .split('\n')
    .map(parseLine)
    .findLast((entry) => entry?.path === path)?.value;
}

/** The file with this key set on its last line for it, or on a new one. */
export function setKey(file: string, key: string, value: string): string {
  const present = readKey(file, key);
  if (present !== undefined && normalizeValue(present) === normalizeValue(value)) return file;
  const lines = [...linesOf(file)];
  const at = lines.findLastIndex((line) => parseLine(line)?.path === procPath(key));
  lines.splice(at === -1 ? lines.length : at, at === -1 ? 0 : 1, `${key} = ${normalizeValue(value)}`);
  return textOfLines(lines);
}

/** The file without any line for this key. */
export function removeKey(file: string, key: string): string {
  const lines = [...linesOf(file)];
  const kept = lines.filter((line) => parseLine(line)?.path !== procPath(key));
  return kept.length === lines.length ? file : textOfLines(kept);
}

function parseLine(line: string): { readonly path: string; readonly value: string } | undefined {
  // A leading minus tells sysctl to go on when the key cannot be set.
  const match = /^\s*-?\s*([^#;=\s][^=\s]*)\s*=\s*(.*?)\s*$/.exec(line);
  return match ? { path: procPath(match[1] ?? ''), value: match[2] ?? '' } : undefined;
}
