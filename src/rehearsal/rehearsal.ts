import { startClient, type Client, type ClientOptions } from './client.ts';
import { RehearsalError } from './error.ts';
import { RehearsalHost } from './host.ts';
import { modemNamespace } from './network.ts';
import type { Result, RunOptions } from './process.ts';
import { paths, type State } from './state.ts';
import { findStation, type Station } from './station.ts';
import { takeDownRehearsal } from './takedown.ts';
import type { HostPlan } from './topology.ts';

/** A booted house. Its hosts are named as in the inventory. */
export interface Rehearsal {
  /** Where its keys, known hosts, console logs and state are. */
  readonly directory: string;
  /** Path of the private key that logs in on every host. */
  readonly privateKey: string;
  /** Path of a known_hosts file with the keys of every host under its inventory address. */
  readonly knownHosts: string;
  /** Network namespace that the controller runs in. */
  readonly controllerNamespace: string;
  readonly hosts: readonly HostPlan[];
  /** argv that runs `command` where the controller stands: on the modem's network, with its names and no others. */
  controller(command: readonly string[]): readonly string[];
  /** Runs `sh -c script` inside a host as root, not over SSH: for tests and diagnosis. */
  exec(host: string, script: string, options?: RunOptions): Promise<Result>;
  /** `systemctl reboot` inside, and waits until the host is up again. */
  reboot(host: string): Promise<void>;
  /** Pulls the plug. */
  kill(host: string): Promise<void>;
  /** Switches a host on that was killed or that switched itself off; its card is as it was. */
  start(host: string): Promise<void>;
  /** Puts a freshly written card in and boots it. `knownHosts` keeps the old keys: see `trust`. */
  reset(host: string): Promise<void>;
  /** Makes `knownHosts` agree with the card that is in the host now. */
  trust(host: string): Promise<void>;
  /** What plays the modem; for looking at its counters or its traffic. */
  modem(): Promise<Station>;
  /** A device on a network: a namespace with a Debian root of its own, in which DHCP, DNS and VPN clients are at hand. */
  client(name: string, network: string, options?: ClientOptions): Promise<Client>;
  down(): Promise<void>;
}

/** Handles of a rehearsal that is booted. */
export function openRehearsal(state: State, log: (line: string) => void): Rehearsal {
  const { directory, topology } = state;
  const host = (name: string): RehearsalHost => {
    const plan = topology.hosts.find((candidate) => candidate.name === name);
    if (!plan) throw new RehearsalError(`the rehearsal has no host ${name}`);
    return new RehearsalHost(plan, state, log);
  };
  return {
    directory,
    privateKey: paths.privateKey(directory),
    knownHosts: paths.knownHosts(directory),
    controllerNamespace: topology.controller.namespace,
    hosts: topology.hosts,
    controller: (command) => ['ip', 'netns', 'exec', topology.controller.namespace, ...command],
    exec: async (name, script, options) => host(name).exec(script, options),
    reboot: async (name) => host(name).reboot(),
    kill: async (name) => host(name).kill(),
    start: async (name) => host(name).start(),
    reset: async (name) => host(name).reset(),
    trust: async (name) => host(name).trust(),
    modem: async () => {
      const namespace = modemNamespace(topology.prefix);
      const station = await findStation(namespace, paths.machine(directory, namespace));
      if (!station) throw new RehearsalError('the modem is gone');
      return station;
    },
    client: async (name, network, options = {}) => startClient(name, network, options, state),
    down: async () => {
      await takeDownRehearsal(directory);
    },
  };
}
