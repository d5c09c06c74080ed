import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary.ts';

/** The shells that a target may have, each under the name `sh`, as its host would call it. */
export const SHELLS = ['dash', 'bash', 'busybox'] as const;

/** Path of a command named `sh` that is the shell in question. */
export function shellPath(name: (typeof SHELLS)[number]): string {
  const folder = temporaryFolder(name);
  const path = join(folder, 'sh');
  symlinkSync(`/bin/${name}`, path);
  return path;
}
