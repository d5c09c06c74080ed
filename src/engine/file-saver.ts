import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Saver, Saving } from './save.ts';

/**
 * Writes fetched files on this machine: beside the old file under a name of its own, then renamed over it. Two hosts
 * that write one file do not mix. At once and not later, so that no more of a large file is in memory than a piece.
 */
export function fileSaver(): Saver {
  return { open: openFile };
}

function openFile(wanted: string, { isPrivate }: { readonly isPrivate: boolean }): Saving {
  const path = existsSync(wanted) ? realpathSync(wanted) : wanted;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.homerun-${randomBytes(4).toString('hex')}`);
  const mode = existsSync(path) ? statSync(path).mode & 0o777 : undefined;
  // What everybody may read gets what `umask` leaves, as every new file does.
  const file = openSync(temporary, 'wx', isPrivate ? 0o600 : 0o666);
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  return {
    write(bytes) {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    },
    commit() {
      if (mode !== undefined) fchmodSync(file, isPrivate ? mode & 0o700 : mode);
      fsyncSync(file);
      close();
      renameSync(temporary, path);
    },
    discard() {
      close();
      rmSync(temporary, { force: true });
    },
  };
}
