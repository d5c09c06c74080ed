import { posix } from 'node:path';
import type { ValueMap } from '../../model/value.ts';
import { octalMode } from './attributes.ts';
import type { FileAttributes } from './file-attributes.ts';
import { permissionsOf } from './permissions.ts';
import { expression } from './regexp.ts';

export interface Entry extends FileAttributes {
  readonly path: string;
  /** In the words of `stat`: `regular file`, `directory`, `symbolic link` … */
  readonly kind: string;
  /** Seconds since 1970. */
  readonly atime: number;
  readonly ctime: number;
}

/** What a host told of some folders. */
export interface Found {
  readonly entries: readonly Entry[];
  readonly containing: ReadonlySet<string>;
  readonly sums: ReadonlyMap<string, string>;
  readonly skipped: ReadonlyMap<string, string>;
  /** The host's own clock. */
  readonly now: number;
}

export interface Filter {
  readonly patterns: readonly string[];
  readonly excludes: readonly string[];
  readonly use_regex: boolean;
  readonly contains?: string | undefined;
  readonly file_type: 'file' | 'directory' | 'link' | 'any';
  readonly age?: string | undefined;
  readonly age_stamp: 'atime' | 'ctime' | 'mtime';
  readonly size?: string | undefined;
  readonly mode?: string | undefined;
  readonly exact_mode: boolean;
  readonly hidden: boolean;
  readonly limit?: number | undefined;
}

/** Those that were asked for, by path. */
export function filesOf(found: Found, asked: Filter): readonly ValueMap[] {
  const { containing, sums, now } = found;
  const wanted = nameTest(asked);
  const seconds = amount(asked.age, { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 });
  const bytes = amount(asked.size, { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 });
  const chosen = found.entries.filter(
    (entry) =>
      isOf(entry, asked.file_type) &&
      wanted(posix.basename(entry.path)) &&
      reaches(now - entry[asked.age_stamp], seconds) &&
      // Folders and links have no size that anybody means.
      (!isOf(entry, 'file') || reaches(entry.size, bytes)) &&
      hasMode(entry, asked) &&
      (asked.contains === undefined || asked.file_type !== 'file' || containing.has(entry.path)),
  );
  return chosen
    .sort((left, right) => (left.path < right.path ? -1 : 1))
    .slice(0, asked.limit)
    .map((entry) => valueOf(entry, sums.get(entry.path)));
}

function nameTest({ patterns, excludes, use_regex: regular, hidden }: Filter): (name: string) => boolean {
  const compile = (pattern: string): RegExp => {
    const flags = /^\(\?[ims]+\)/.exec(pattern)?.[0] ?? '';
    return expression(regular ? `${flags}^(?:${pattern.slice(flags.length)})` : globExpression(pattern));
  };
  const [wanted, unwanted] = [patterns.map(compile), excludes.map(compile)];
  return (name) =>
    (hidden || !name.startsWith('.')) &&
    (wanted.length === 0 || wanted.some((pattern) => pattern.test(name))) &&
    !unwanted.some((pattern) => pattern.test(name));
}

/** `*`, `?`, `[…]` and `[!…]`, as a shell has them. */
function globExpression(pattern: string): string {
  const source = pattern.replaceAll(
    /\[(!?)(\]?[^\]]*)\]|[*?]|[\\^$.|+()[\]{}/]/g,
    (found, not: string | undefined, set: string | undefined) => {
      if (set !== undefined)
        return `[${not === '!' ? '^' : ''}${set.replaceAll(/[\\\]^[]/g, String.raw`\$&`)}]`;
      if (found === '*') return String.raw`[\s\S]*`;
      return found === '?' ? String.raw`[\s\S]` : `\\${found}`;
    },
  );
  return `^${source}$`;
}

function amount(text: string | undefined, units: Readonly<Record<string, number>>): number | undefined {
  if (text === undefined) return undefined;
  const [, number = '0', unit = ''] = /^(-?\d+)([a-z]?)$/.exec(text.toLowerCase()) ?? [];
  return Number(number) * (units[unit] ?? 1);
}

/** A negative limit is one from above. */
function reaches(value: number, limit: number | undefined): boolean {
  if (limit === undefined) return true;
  return limit < 0 || Object.is(limit, -0) ? value <= -limit : value >= limit;
}

function isOf({ kind }: Entry, type: Filter['file_type']): boolean {
  if (type === 'any') return true;
  return { file: /^regular/, directory: /^directory$/, link: /^symbolic link$/ }[type].test(kind);
}

function hasMode({ mode }: Entry, { mode: wanted, exact_mode: exact }: Filter): boolean {
  if (wanted === undefined) return true;
  const bits = octalMode(wanted, '0000', false);
  return exact ? mode === bits : (Number.parseInt(mode, 8) & Number.parseInt(bits, 8)) !== 0;
}

function valueOf(entry: Entry, sum: string | undefined): ValueMap {
  const { path, kind, mode, uid, gid, owner, group, size, atime, mtime, ctime } = entry;
  return {
    path,
    ...{ isreg: isOf(entry, 'file'), isdir: isOf(entry, 'directory'), islnk: isOf(entry, 'link') },
    ...{ isfifo: kind === 'fifo', issock: kind === 'socket' },
    ...{ ischr: kind.startsWith('character'), isblk: kind.startsWith('block') },
    ...{ mode, uid, gid, pw_name: owner, gr_name: group, size, atime, mtime, ctime },
    ...{ inode: entry.inode ?? 0, dev: entry.device ?? 0, nlink: entry.links ?? 0 },
    ...permissionsOf(mode),
    ...(sum === undefined ? {} : { checksum: sum }),
  };
}
