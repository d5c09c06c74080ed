import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The shells that a target may have, each under the name `sh`, as its host would call it. */
export const SHELLS = ['dash', 'bash', 'busybox'] as const;

/** Path of a command named `sh` that is the shell in question. */
export function shellPath(name: (typeof SHELLS)[number]): string {
  const folder = mkdtempSync(join(tmpdir(), `homerun-${name}-`));
  const path = join(folder, 'sh');
  symlinkSync(`/bin/${name}`, path);
  return path;
}
