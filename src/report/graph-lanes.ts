import type { Host, Inventory, Network } from '../model/inventory.ts';
import { isList, isMap, type Value } from '../model/value.ts';

/** A network, drawn as a line across the columns of the hosts. */
export interface Lane {
  readonly name: string;
  /** Its range, gateway and what it hands out. */
  readonly notes: readonly string[];
  /** Whether it is made of tunnels over other networks. */
  readonly tunnel: boolean;
  /** By host: its interface, address and forwarded ports there. */
  readonly cells: ReadonlyMap<string, readonly string[]>;
  /** Who joins it and is no host of the inventory. */
  readonly guests: readonly string[];
}

/** The house as all pictures show it: networks across, hosts down. */
export function lanesOf(inventory: Inventory): readonly Lane[] {
  return inventory.networks.map((network) => laneOf(network, inventory));
}

function laneOf(network: Network, inventory: Inventory): Lane {
  const tunnel = typeof network.settings['interface'] === 'string';
  const cells = new Map<string, readonly string[]>();
  for (const host of inventory.hosts) {
    const links = host.interfaces.filter((link) => link.network === network.name);
    const lines = links.flatMap((link) => [link.name, link.address ?? 'by DHCP']);
    const joined = tunnel && links.length === 0 ? tunnelEnd(host, network) : [];
    const all = [...lines, ...joined];
    if (all.length > 0) cells.set(host.name, [...all, ...forwardsThrough(host, network, inventory)]);
  }
  const names = inventory.hosts.map((host) => host.name);
  const guests = tunnel ? texts(network.settings['clients']).filter((name) => !names.includes(name)) : [];
  return { name: network.name, notes: notesOf(network), tunnel, cells, guests };
}

/** The playbooks give the tunnel's gateway to the server, and to clients what `addresses` says. */
function tunnelEnd(host: Host, { gateway, settings }: Network): string[] {
  const link = plain(settings['interface']);
  if (host.groups.includes('vpn_servers')) {
    const { port, protocol } = settings;
    const listens = typeof port === 'number' ? [`port ${port}${suffix(protocol)}`] : [];
    return [`${link}, server`, ...(gateway === undefined ? [] : [gateway]), ...listens];
  }
  const addresses = isMap(settings['addresses']) ? settings['addresses'] : {};
  const address = addresses[host.name];
  if (!texts(settings['clients']).includes(host.name) && address === undefined) return [];
  return [link, typeof address === 'string' ? address : 'given by the server'];
}

/** Ports lead inwards from the tunnel; without one, from the first network of the host. */
function forwardsThrough(host: Host, network: Network, { networks }: Inventory): string[] {
  const tunnel = networks.find(({ settings }) => typeof settings['interface'] === 'string');
  const through = tunnel?.name ?? host.interfaces[0]?.network;
  const { forwards } = host.variables;
  if (through !== network.name || !isList(forwards)) return [];
  return forwards.flatMap((forward) =>
    isMap(forward) && typeof forward['to'] === 'string'
      ? [`${plain(forward['port'])}${suffix(forward['protocol'])} → ${forward['to']}`]
      : [],
  );
}

function notesOf({ range, gateway, settings }: Network): string[] {
  const { dhcp } = settings;
  const notes = [range];
  if (gateway !== undefined) notes.push(`gateway ${gateway}`);
  if (isMap(dhcp) && typeof dhcp['first'] === 'string' && typeof dhcp['last'] === 'string') {
    notes.push(`lends ${shortened(dhcp['first'], range)} – ${shortened(dhcp['last'], range)}`);
  }
  return notes;
}

/** `.100` in a range such as 192.168.2.0/24, where the rest is said already. */
function shortened(address: string, range: string): string {
  const same = range.replace(/\d+\/\d+$/, '');
  return range.endsWith('/24') && address.startsWith(same) ? address.slice(same.length - 1) : address;
}

function texts(value: Value | undefined): string[] {
  return isList(value) ? value.filter((item) => typeof item === 'string') : [];
}

function suffix(protocol: Value | undefined): string {
  return typeof protocol === 'string' && protocol !== 'tcp' ? `/${protocol}` : '';
}

function plain(value: Value | undefined): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '?';
}
