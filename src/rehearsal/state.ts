import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from './image.ts';
import type { Topology } from './topology.ts';

/** What a rehearsal is made of, kept in its folder so that another process can take it over or take it down. */
export interface State {
  readonly version: 1;
  readonly directory: string;
  readonly image: Image;
  readonly topology: Topology;
  /** The process that booted it. */
  readonly owner: ProcessMark;
}

/** A process, told apart from a later one with the same id by the time it was started. */
export interface ProcessMark {
  readonly pid: number;
  readonly started: string;
}

export const defaultDirectory = '/run/homerun-rehearsal';

/** File that says that a folder is a rehearsal's, and may be removed. */
export const marker = '.homerun-rehearsal';

/** Where things are in a rehearsal's folder. */
export const paths = {
  state: (directory: string) => join(directory, 'state.json'),
  privateKey: (directory: string) => join(directory, 'id_ed25519'),
  knownHosts: (directory: string) => join(directory, 'known_hosts'),
  host: (directory: string, namespace: string) => join(directory, 'hosts', namespace),
  station: (directory: string, namespace: string) => join(directory, 'stations', namespace),
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

export async function markOf(pid: number): Promise<ProcessMark | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, can contain anything; the start time is field 22, 20 behind it.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return started === undefined ? undefined : { pid, started };
  } catch {
    return undefined;
  }
}

export async function isAlive(mark: ProcessMark): Promise<boolean> {
  return (await markOf(mark.pid))?.started === mark.started;
}
