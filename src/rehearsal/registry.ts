import { mkdir, readdir, readlink, rm, rmdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { prefixOf } from './state.ts';

/** Holds a link to the folder of every rehearsal, so that one whose process was killed is found wherever it is. */
const registry = '/run/homerun-rehearsals';

/** Folders of all rehearsals that were booted and not taken down. */
export async function registered(): Promise<readonly string[]> {
  const names = await readdir(registry).catch(() => []);
  return Promise.all(names.map(async (name) => readlink(join(registry, name))));
}

export async function register(directory: string): Promise<void> {
  await mkdir(registry, { recursive: true, mode: 0o755 });
  await symlink(directory, join(registry, prefixOf(directory)));
}

export async function unregister(directory: string): Promise<void> {
  await rm(join(registry, prefixOf(directory)), { force: true });
  // The last one takes the folder along; others keep it.
  await rmdir(registry).catch(() => {});
}
