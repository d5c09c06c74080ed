import type { Inventory } from '../model/inventory.ts';
import { RehearsalError } from './error.ts';
import { RehearsalHost } from './host.ts';
import { prepareFolder } from './folder.ts';
import { defaultPackages, provideImage } from './image.ts';
import { alone } from './lock.ts';
import { provideWhatIsMissing } from './missing.ts';
import { startModem } from './modem.ts';
import { makeNetworks, modemNamespace, writeControllerFiles } from './network.ts';
import { isAlive, markOf } from './process-mark.ts';
import { register } from './registry.ts';
import { openRehearsal, type Rehearsal } from './rehearsal.ts';
import { defaultDirectory, paths, prefixOf, readState, type State } from './state.ts';
import { sweep, takeDown, takeDownRehearsal } from './takedown.ts';
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
  /** It stays when this process ends, until it is taken down; else the next boot of any rehearsal clears it away. */
  readonly keep?: boolean;
  /** Ends the boot, and takes away what was made so far. */
  readonly signal?: AbortSignal;
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
  const topology = planTopology(inventory, prefixOf(directory));
  await provideWhatIsMissing(options.install ?? false, log);
  const image = await provideImage(options.suite, options.packages ?? defaultPackages, log);
  const owner = (await markOf(process.pid)) ?? { pid: process.pid, started: '' };
  const kept = options.keep ?? false;
  const state: State = { version: 1, directory, image, topology, owner, kept };
  await alone(async () => {
    await refuseSecond(directory);
    for (const other of await sweep()) log(`cleared away what a rehearsal in ${other} left`);
    if (await takeDown(directory)) log('cleared away what an earlier rehearsal left');
    const prepare = async (): Promise<void> => {
      await prepareFolder(state);
      await register(directory);
    };
    await orElse(prepare, async () => takeDown(directory), log);
  });
  await orElse(
    async () => bootAll(state, options),
    async () => takeDownRehearsal(directory),
    log,
  );
  return openRehearsal(state, log);
}

/** Where the work fails it is undone; what went wrong first is what has to be told. */
async function orElse(
  work: () => Promise<void>,
  undo: () => Promise<unknown>,
  log: (line: string) => void,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    await undo().catch((second: Error) => log(second.message));
    throw error;
  }
}

/** Takes over a rehearsal that is still standing, or gives undefined where there is none. */
export async function attachRehearsal(
  directory: string = defaultDirectory,
  log: (line: string) => void = () => {},
): Promise<Rehearsal | undefined> {
  const state = await readState(directory);
  if (!state) return undefined;
  const rehearsal = openRehearsal(state, log);
  // A folder can outlive what it tells of, when the machine was restarted.
  return rehearsal.modem().then(
    () => rehearsal,
    () => undefined,
  );
}

async function refuseSecond(directory: string): Promise<void> {
  const state = await readState(directory);
  if (!state || state.owner.pid === process.pid || !(await isAlive(state.owner))) return;
  throw new RehearsalError(`another rehearsal is running (process ${state.owner.pid}); end it first`);
}

async function bootAll(state: State, { log, signal }: RehearsalOptions): Promise<void> {
  const { topology, directory, image } = state;
  signal?.throwIfAborted();
  const started = Date.now();
  log(`booting ${topology.hosts.map(({ name }) => name).join(', ')}`);
  await alone(async () => makeNetworks(topology));
  await writeControllerFiles(topology);
  const failure = new AbortController();
  const either = AbortSignal.any([failure.signal, ...(signal ? [signal] : [])]);
  const hosts = topology.hosts.map((plan) => new RehearsalHost(plan, state, log, either));
  const boots = hosts.map(async (host) => {
    await host.writeCard();
    await host.start();
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    log(`${host.plan.name} is up at ${host.plan.address} (${seconds} s)`);
  });
  const folder = paths.machine(directory, modemNamespace(topology.prefix));
  await all([startModem(topology, folder, image), ...boots], failure);
  // One after the other: they share the file.
  for (const host of hosts) await host.trust();
}

/** Waits for all to end, even where one fails: nothing may be started while the rest is taken away. */
async function all(promises: readonly Promise<unknown>[], failure: AbortController): Promise<void> {
  const guarded = promises.map(async (promise) => promise.catch((error: unknown) => failure.abort(error)));
  await Promise.all(guarded);
  if (failure.signal.aborted) throw failure.signal.reason;
}
