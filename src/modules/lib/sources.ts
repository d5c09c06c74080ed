import { posix } from 'node:path';
import type { Input, Inputs, LoadedFile } from '../../model/module.ts';

/** Files of the controller that go to a host, each with the path that it shall have there. */
export interface Source {
  readonly files: readonly { readonly path: string; readonly file: LoadedFile }[];
  /** Folders to make, parents before what is in them. */
  readonly folders: readonly string[];
}

/** The files that the language has loaded for a parameter. */
export function loadedFiles(inputs: Inputs, name: string): Extract<Input, { kind: 'files' }> | undefined {
  const input = inputs[name];
  return input?.kind === 'files' ? input : undefined;
}

/**
 * Where the files of a folder go: `src` with a slash at its end means what is in the folder, without one the
 * folder itself.
 */
export function placeFolder(input: Extract<Input, { kind: 'files' }>, src: string, dest: string): Source {
  const base = src.endsWith('/') ? withoutSlash(dest) : posix.join(dest, posix.basename(src));
  const files = input.files.map((file) => ({ path: posix.join(base, file.path), file }));
  const folders = new Set([base]);
  for (const { path } of files) {
    const missing: string[] = [];
    for (let up = posix.dirname(path); !folders.has(up) && up.length > base.length; up = posix.dirname(up)) {
      missing.unshift(up);
    }
    for (const folder of missing) folders.add(folder);
  }
  // Those that hold nothing come along, too.
  for (const folder of input.folders ?? []) folders.add(posix.join(base, folder));
  return { files, folders: [...folders] };
}

/** A path without the slashes at its end. */
export function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}
