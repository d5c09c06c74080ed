import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseKnownHosts, type KnownHost } from './known-hosts.ts';
import { TransportError } from './transport.ts';

/** What several files say, one after the other; a missing file says nothing. */
export async function readKnownHosts(paths: readonly string[]): Promise<KnownHost[]> {
  const files = await Promise.all(paths.map(async (path) => parseKnownHosts(await readText(path), path)));
  return files.flat();
}

/** Replaces a file's text in one step, so that a reader sees the old or the new one; one change after the other. */
export async function changeKnownHosts(path: string, change: (text: string) => string): Promise<void> {
  const earlier = pending.get(path) ?? Promise.resolve();
  const own = earlier.then(() => changeNow(path, change));
  // A failed change is its caller's to report, and no reason to skip the next.
  pending.set(
    path,
    own.catch(() => undefined),
  );
  await own;
}

const pending = new Map<string, Promise<void>>();

async function changeNow(path: string, change: (text: string) => string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const before = await readText(path);
    const after = change(before);
    if (after === before) return;
    // A link is followed, or the rename would cut it.
    const target = await realpath(path).catch(() => path);
    const mode = await stat(target).then(
      (found) => found.mode & 0o777,
      () => 0o600,
    );
    await writeAtomically(target, after, mode);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TransportError('setup', `cannot write ${path}: ${reason}`, { cause: error });
  }
}

async function writeAtomically(target: string, text: string, mode: number): Promise<void> {
  const temporary = `${target}.${randomBytes(6).toString('hex')}`;
  const file = await open(temporary, 'wx', mode);
  try {
    await file.writeFile(text, 'latin1');
    await file.sync();
    await file.close();
    await rename(temporary, target);
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

// Latin-1 keeps every byte of other people's comments, whatever their encoding.
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    const reason = error instanceof Error ? error.message : String(error);
    throw new TransportError('setup', `cannot read ${path}: ${reason}`, { cause: error });
  }
}
