import { createHash } from 'node:crypto';
import type { Host, Interface, Inventory } from '../model/inventory.ts';
import { contains, formatAddress, parseAddress, parseRange } from './address.ts';
import { bridgesOf, type Bridge } from './bridges.ts';
import { RehearsalError } from './error.ts';

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
  readonly address?: string;
  readonly prefixLength: number;
  readonly gateway?: string;
}

/** User of a fresh card where the inventory names none: Raspberry Pi's. */
export const defaultUser = 'pi';

/** Works out the wiring of an inventory. Throws a RehearsalError where a host cannot be placed on a network. */
export function planTopology(inventory: Inventory, prefix: string): Topology {
  // `local` is this machine itself, which is never part of a rehearsal.
  const real = inventory.hosts.filter((host) => host.connection.transport === 'ssh');
  if (real.length === 0) throw new RehearsalError(`${inventory.path} has no host to boot`);
  const placed = real.map((host) => ({ host, interfaces: interfacesOf(host, inventory) }));
  const bridges = bridgesOf(inventory, placed);
  const hosts = placed.map(({ host, interfaces }, index) =>
    planHost(host, interfaces, index, bridges, prefix),
  );
  refuseTwins(hosts);
  return { prefix, bridges, hosts, controller: planController(inventory, bridges, hosts, prefix) };
}

/** Hardware addresses stay the same over resets, or neighbours would keep stale ARP entries. */
export function hardwareAddress(owner: string, interfaceName: string): string {
  const digest = createHash('sha256').update(`${owner}/${interfaceName}`).digest();
  return ['02', ...[...digest.subarray(0, 5)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

/** A name that namespaces, machines and files can all carry. */
export function plainName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9-]/g, '-').replaceAll(/^-+|-+$/g, '');
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

function planHost(
  host: Host,
  interfaces: readonly Interface[],
  index: number,
  bridges: readonly Bridge[],
  prefix: string,
): HostPlan {
  const { name, connection } = host;
  const wires = interfaces.flatMap((item, number): Wire[] => {
    const bridge = bridges.find((candidate) => candidate.network === item.network);
    if (!bridge) return [];
    const mac = item.mac ?? hardwareAddress(name, item.name);
    return [{ name: item.name, peer: `h${index}i${number}`, bridge: bridge.device, mac }];
  });
  const { item, bridge, address } = firstInterface(host, interfaces, bridges);
  return {
    name,
    namespace: `${prefix}-host-${plainName(name)}`,
    user: connection.user ?? defaultUser,
    port: connection.port ?? 22,
    connectionAddress: connection.address,
    address,
    prefixLength: parseRange(bridge.range).prefixLength,
    interfaceName: item.name,
    ...(bridge.gateway !== undefined && bridge.gateway !== address && { gateway: bridge.gateway }),
    wires,
  };
}

/** The interface over which the controller comes: all that a freshly written card is told about the network. */
function firstInterface(host: Host, interfaces: readonly Interface[], bridges: readonly Bridge[]) {
  const { address } = host.connection;
  const onBridges = interfaces.flatMap((item) => {
    const bridge = bridges.find((candidate) => candidate.network === item.network);
    return bridge ? [{ item, bridge }] : [];
  });
  const exact = onBridges.find(({ item }) => item.address === address);
  if (exact) return { ...exact, address };
  const near = onBridges.find(({ bridge }) => contains(parseRange(bridge.range), address));
  if (near) return { ...near, address };
  for (const { item, bridge } of onBridges) {
    if (item.address !== undefined) return { item, bridge, address: item.address };
  }
  throw new RehearsalError(
    `the rehearsal cannot wire ${host.name}: none of its interfaces is on a network that contains ${address}, ` +
      `and none has a static address`,
  );
}

function refuseTwins(hosts: readonly HostPlan[]): void {
  for (const [index, host] of hosts.entries()) {
    const twin = hosts
      .slice(0, index)
      .find((other) => other.namespace === host.namespace || other.address === host.address);
    if (twin)
      throw new RehearsalError(
        `the rehearsal cannot tell ${twin.name} and ${host.name} apart: name or address`,
      );
  }
}

/** The controller sits on the modem's network, as the laptop it is run from does. */
function planController(
  inventory: Inventory,
  bridges: readonly Bridge[],
  hosts: readonly HostPlan[],
  prefix: string,
): StationPlan {
  const bridge =
    bridges.find(({ network, outside }) => network === 'modem' && !outside) ??
    bridges.find(({ outside, isModems }) => !outside && isModems) ??
    bridges[0];
  if (!bridge) throw new RehearsalError(`${inventory.path} has no network that a host is on`);
  const range = parseRange(bridge.range);
  const taken = new Set([
    ...hosts.map(({ address }) => address),
    ...inventory.hosts.flatMap((host) => host.interfaces.map(({ address }) => address)),
    bridge.gateway,
  ]);
  let address = range.last - 1;
  while (address > range.first && taken.has(formatAddress(address))) address--;
  if (parseAddress(bridge.gateway ?? '') === undefined && bridge.gateway !== undefined) {
    throw new RehearsalError(`the gateway of ${bridge.network}, ${bridge.gateway}, is no IPv4 address`);
  }
  return {
    namespace: `${prefix}-controller`,
    wire: {
      name: 'eth0',
      peer: 'controller',
      bridge: bridge.device,
      mac: hardwareAddress('controller', 'eth0'),
    },
    address: formatAddress(address),
    prefixLength: range.prefixLength,
    ...(bridge.gateway !== undefined && { gateway: bridge.gateway }),
  };
}
