import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes one file of a file system that is being prepared, with the folders above it. */
export type WriteFile = (path: string, text: string, mode?: number) => Promise<void>;

/** For a root file system: folders are 0755 and files 0644 whatever this process's umask is. */
export function fileWriter(root: string): WriteFile {
  const makeFolder = async (path: string): Promise<void> => {
    if (path !== '.') await makeFolder(dirname(path));
    // Those that are there already keep their mode.
    const made = await mkdir(join(root, path), { recursive: true });
    if (made !== undefined) await chmod(join(root, path), 0o755);
  };
  return async (path, text, mode = 0o644) => {
    await makeFolder(dirname(path));
    await writeFile(join(root, path), text);
    await chmod(join(root, path), mode);
  };
}
