import type { Host, Interface, Inventory } from '../model/inventory.ts';
import { contains, parseRange } from './address.ts';
import { bridgesOf, type Bridge } from './bridges.ts';
import { RehearsalError } from './error.ts';
import { planController } from './plan-controller.ts';
import { planHost } from './plan-host.ts';

/** Everything that is wired, as plain data: it is written to the state file. */
export interface Topology {
  /** Begins the name of every namespace. */
  readonly prefix: string;
  readonly bridges: readonly Bridge[];
  readonly hosts: readonly HostPlan[];
  readonly controller: StationPlan;
}

export interface HostPlan {
  readonly name: string;
  readonly namespace: string;
  readonly user: string;
  readonly port: number;
  /** What the inventory connects to: an address or a name. */
  readonly connectionAddress: string;
  /** Address of the one interface that a fresh card knows of. */
  readonly address: string;
  readonly prefixLength: number;
  readonly interfaceName: string;
  readonly gateway?: string;
  readonly wires: readonly Wire[];
}

/** One interface of a host: a veth pair into a bridge of the modem's namespace. */
export interface Wire {
  readonly name: string;
  /** Name of the other end, in the modem's namespace. */
  readonly peer: string;
  readonly bridge: string;
  readonly mac: string;
}

/** A namespace without an operating system of its own. */
export interface StationPlan {
  readonly namespace: string;
  readonly wire: Wire;
  /** Absent: left to DHCP. */
  readonly address?: string;
  readonly prefixLength: number;
  readonly gateway?: string;
}

/** Works out the wiring of an inventory. Throws a RehearsalError where a host cannot be placed on a network. */
export function planTopology(inventory: Inventory, prefix: string): Topology {
  // `local` is this machine itself, which is never part of a rehearsal.
  const real = inventory.hosts.filter((host) => host.connection.transport === 'ssh');
  if (real.length === 0) throw new RehearsalError(`${inventory.path} has no host to boot`);
  const placed = real.map((host) => ({ host, interfaces: interfacesOf(host, inventory) }));
  const bridges = bridgesOf(inventory, placed);
  const hosts = placed.map((item, index) => planHost(item, index, bridges, prefix));
  refuseTwins(hosts);
  return { prefix, bridges, hosts, controller: planController(placed, bridges, prefix) };
}

/** A host of the inventory with the interfaces that it gets. */
export interface Placed {
  readonly host: Host;
  readonly interfaces: readonly Interface[];
}

function interfacesOf(host: Host, inventory: Inventory): readonly Interface[] {
  if (host.interfaces.length > 0) return host.interfaces;
  const { address } = host.connection;
  const network = inventory.networks.find(({ range }) => contains(parseRange(range), address));
  if (network) return [{ name: 'eth0', network: network.name, address }];
  throw new RehearsalError(
    `the rehearsal cannot wire ${host.name}: its address ${address} is in none of the inventory's networks; ` +
      `give the host interfaces, or add a network whose range contains it`,
  );
}

function refuseTwins(hosts: readonly HostPlan[]): void {
  for (const [index, host] of hosts.entries()) {
    for (const other of hosts.slice(0, index)) {
      const same =
        other.address === host.address ? `address, ${host.address}` : 'name but for its punctuation';
      if (other.address !== host.address && other.namespace !== host.namespace) continue;
      throw new RehearsalError(
        `the rehearsal cannot tell ${other.name} and ${host.name} apart: same ${same}`,
      );
    }
  }
}
