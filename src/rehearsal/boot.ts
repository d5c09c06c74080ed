import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inventory } from '../model/inventory.ts';
import { RehearsalError } from './error.ts';
import { RehearsalHost } from './host.ts';
import { defaultPackages, provideImage } from './image.ts';
import { provideWhatIsMissing } from './missing.ts';
import { startModem } from './modem.ts';
import { makeNetworks, modemNamespace, writeControllerFiles } from './network.ts';
import { must } from './process.ts';
import { openRehearsal, type Rehearsal } from './rehearsal.ts';
import {
  defaultDirectory,
  isAlive,
  marker,
  markOf,
  paths,
  prefixOf,
  readState,
  writeState,
  type State,
} from './state.ts';
import { takeDownRehearsal } from './takedown.ts';
import { planTopology } from './topology.ts';

export interface RehearsalOptions {
  /** Install the programs that are missing (root on a Debian family) instead of naming them. */
  readonly install?: boolean;
  /** Progress, for a person. */
  readonly log: (line: string) => void;
  /** Debian release of the hosts; default: this machine's. */
  readonly suite?: string;
  /** Packages that the hosts can install, instead of the default list. */
  readonly packages?: readonly string[];
  /** State folder; default /run/homerun-rehearsal. Rehearsals in other folders can stand beside it. */
  readonly directory?: string;
}

/**
 * Boots the hosts of an inventory as throwaway systemd hosts, wired like its networks, and waits until all are up.
 * What an earlier rehearsal in the same folder left is taken away first. Throws a RehearsalError, with nothing
 * left behind, where that cannot be done.
 */
export async function bootRehearsal(inventory: Inventory, options: RehearsalOptions): Promise<Rehearsal> {
  const { log, directory = defaultDirectory } = options;
  if (!/^\/[\w./-]+$/.test(directory))
    throw new RehearsalError(`the folder ${directory} needs a plain absolute path`);
  await provideWhatIsMissing(options.install ?? false, log);
  const topology = planTopology(inventory, prefixOf(directory));
  const image = await provideImage(options.suite, options.packages ?? defaultPackages, log);
  await refuseSecond(directory);
  if (await takeDownRehearsal(directory)) log('cleared away what an earlier rehearsal left');
  const owner = (await markOf(process.pid)) ?? { pid: process.pid, started: '' };
  const state: State = { version: 1, directory, image, topology, owner };
  try {
    await prepareFolder(state);
    await bootAll(state, log);
  } catch (error) {
    await takeDownRehearsal(directory);
    throw error;
  }
  return openRehearsal(state, log);
}

/** Takes over a rehearsal that is still standing, or gives undefined where there is none. */
export async function attachRehearsal(
  directory: string = defaultDirectory,
  log: (line: string) => void = () => {},
): Promise<Rehearsal | undefined> {
  const state = await readState(directory);
  return state && openRehearsal(state, log);
}

async function refuseSecond(directory: string): Promise<void> {
  const state = await readState(directory);
  if (!state || state.owner.pid === process.pid || !(await isAlive(state.owner))) return;
  throw new RehearsalError(`another rehearsal is running (process ${state.owner.pid}); end it first`);
}

async function prepareFolder(state: State): Promise<void> {
  const { directory } = state;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await readdir(directory)).length > 0) throw new RehearsalError(`the folder ${directory} is not empty`);
  await writeFile(join(directory, marker), '');
  await writeState(state);
  const key = paths.privateKey(directory);
  await must('making a key', ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'homerun', '-f', key]);
}

async function bootAll(state: State, log: (line: string) => void): Promise<void> {
  const { topology, directory, image } = state;
  const started = Date.now();
  log(`booting ${topology.hosts.map(({ name }) => name).join(', ')}`);
  await makeNetworks(topology);
  await writeControllerFiles(topology);
  const modem = startModem(topology, paths.station(directory, modemNamespace(topology.prefix)), image);
  const hosts = topology.hosts.map((plan) => new RehearsalHost(plan, state, log));
  await Promise.all([
    modem,
    ...hosts.map(async (host) => {
      await host.writeCard();
      await host.start();
      log(
        `${host.plan.name} is up at ${host.plan.address} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
      );
    }),
  ]);
  // One after the other: they share the file.
  for (const host of hosts) await host.trust();
}
