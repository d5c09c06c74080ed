import { mkdir, readdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RehearsalError } from './error.ts';
import { must } from './process.ts';
import { marker, paths, writeState, type State } from './state.ts';

/** Makes the folder of a rehearsal, with its state and its key. */
export async function prepareFolder(state: State): Promise<void> {
  const { directory } = state;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await readdir(directory)).length > 0) throw new RehearsalError(`the folder ${directory} is not empty`);
  await writeFile(join(directory, marker), '');
  await writeState(state);
  await makeRoom(directory);
  const key = paths.privateKey(directory);
  await must('making a key', ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'homerun', '-f', key]);
}

/** Cards lie on the folder's own file system, or in memory where that is small or no base for an overlay. */
async function makeRoom(directory: string): Promise<void> {
  const machines = paths.machines(directory);
  await mkdir(machines);
  const { type, bavail, bsize } = await statfs(directory);
  const overlayfs = 0x79_4c_76_30;
  if (type !== overlayfs && bavail * bsize > 2 ** 31) return;
  const mount = ['mount', '-t', 'tmpfs', '-o', 'mode=0700,size=75%', 'tmpfs', machines];
  await must('making room for the cards', mount);
}
