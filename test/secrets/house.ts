import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { initSecrets } from '../../src/secrets/index.ts';
import type { KeyringOptions } from '../../src/secrets/keyring.ts';
import { temporaryFolder } from '../temporary.ts';

export interface Desk {
  /** Where the files of the house are. */
  readonly folder: string;
  readonly options: KeyringOptions;
  readonly file: (name: string, text: string) => string;
}

/** Somebody with an empty home and a folder of files; what they type is the next of `typed`. */
export function desk(environment: Readonly<Record<string, string>> = {}, typed: string[] = []): Desk {
  const home = temporaryFolder('desk');
  const folder = join(home, 'house');
  mkdirSync(folder);
  return {
    folder,
    options: {
      environment: { PATH: process.env['PATH'], HOME: home, ...environment },
      homeDirectory: home,
      workingDirectory: folder,
      interrupted: new AbortController().signal,
      ...(typed.length > 0 ? { ask: async () => Promise.resolve(typed.shift() ?? '') } : {}),
    },
    file(name, text) {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
  };
}

/** The same, with an identity. */
export async function settledDesk(environment: Readonly<Record<string, string>> = {}): Promise<Desk> {
  const made = desk(environment);
  await initSecrets({ ...made.options, folder: made.folder, now: '2026-01-01T00:00:00Z' });
  return made;
}

export function modeOf(path: string): string {
  return execFileSync('stat', ['-c', '%a', path], { encoding: 'utf8' }).trim();
}
