import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from './image.ts';
import type { ProcessMark } from './process-mark.ts';
import type { Topology } from './topology.ts';

/** What a rehearsal is made of, kept in its folder so that another process can take it over or take it down. */
export interface State {
  readonly version: 1;
  readonly directory: string;
  readonly image: Image;
  readonly topology: Topology;
  /** The process that booted it. */
  readonly owner: ProcessMark;
  /** It was meant to stay when that process ended. */
  readonly kept?: boolean;
}

export const defaultDirectory = '/run/homerun-rehearsal';

/** File that says that a folder is a rehearsal's, and may be removed. */
export const marker = '.homerun-rehearsal';

/** Where things are in a rehearsal's folder. */
export const paths = {
  state: (directory: string) => join(directory, 'state.json'),
  privateKey: (directory: string) => join(directory, 'id_ed25519'),
  knownHosts: (directory: string) => join(directory, 'known_hosts'),
  /** Folder that holds the machines' folders. */
  machines: (directory: string) => join(directory, 'machines'),
  /** A host's or station's card and log. */
  machine: (directory: string, namespace: string) => join(directory, 'machines', namespace),
};

/**
 * Begins the names of all namespaces and of the cgroup. Rehearsals in folders other than the default one get
 * names of their own, so that several can stand side by side.
 */
export function prefixOf(directory: string): string {
  if (directory === defaultDirectory) return 'hr';
  return `hr${createHash('sha256').update(directory).digest('hex').slice(0, 6)}`;
}

export async function writeState(state: State): Promise<void> {
  const path = paths.state(state.directory);
  await writeFile(`${path}.new`, JSON.stringify(state, undefined, 2), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** The state of a rehearsal, or undefined where there is none (or one that another version wrote). */
export async function readState(directory: string): Promise<State | undefined> {
  try {
    const state = JSON.parse(await readFile(paths.state(directory), 'utf8')) as State;
    return state.version === 1 ? state : undefined;
  } catch {
    return undefined;
  }
}
