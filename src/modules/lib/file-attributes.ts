/** What a host tells about a file besides its content. */
export interface FileAttributes {
  /** Four octal digits. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Absent on a host without `stat`, as are the next two. */
  readonly inode?: number;
  readonly device?: number;
  readonly links?: number;
}

/** For `stat -c`; understood by GNU and busybox alike. Names come last, because they alone may hold anything. */
export const STAT_FORMAT = '%a:%u:%g:%s:%Y:%i:%d:%h:%U:%G';

/**
 * Reads the line that `stat` gave, or, where there was no `stat`, the lines of `ls -ldn`, `ls -ld` and `date -r`.
 * No text at all, as for a file that is not there, gives zeros.
 */
export function parseAttributes(text: string): FileAttributes {
  const [mode = '', uid, gid, size, mtime, inode, device, links, owner = '', group = ''] = text
    .trim()
    .split(':');
  if (!/^[0-7]*$/.test(mode)) return parseListing(text);
  return {
    mode: mode.padStart(4, '0'),
    owner,
    group,
    uid: Number(uid ?? 0),
    gid: Number(gid ?? 0),
    size: Number(size ?? 0),
    mtime: Number(mtime ?? 0),
    ...(links === undefined ? {} : { inode: Number(inode), device: Number(device), links: Number(links) }),
  };
}

function parseListing(text: string): FileAttributes {
  const [numbers = '', names = '', mtime = '0'] = text.split('\n');
  const [letters = '', , uid = '0', gid = '0', size] = numbers.trim().split(/\s+/);
  const [, , owner = uid, group = gid] = names.trim().split(/\s+/);
  return {
    mode: modeOfLetters(letters),
    owner,
    group,
    uid: Number(uid),
    gid: Number(gid),
    // A device has two numbers in the place of its size.
    size: Number.parseInt(size ?? '0', 10) || 0,
    mtime: Number.parseInt(mtime, 10) || 0,
  };
}

/** `-rwsr-xr-T` → `5754`. */
function modeOfLetters(letters: string): string {
  let mode = 0;
  for (const [index, letter] of letters.slice(1, 10).split('').entries()) {
    if (/[rwxst]/.test(letter)) mode |= 0o400 >> index;
    if (/[sStT]/.test(letter)) mode |= 0o4000 >> Math.floor(index / 3);
  }
  return mode.toString(8).padStart(4, '0');
}
