import ipaddr from 'ipaddr.js';
import type { Host, Interface, Inventory, Network } from '../model/inventory.ts';
import type { Value, ValueMap } from '../model/value.ts';
import { Scope } from './scope.ts';

/** The variables that are always there: the inventory, seen from one host. */
export function magicOf(inventory: Inventory, host: Host): ValueMap {
  const known = own.get(host);
  if (known) return known;
  const shared = sharedOf(inventory);
  const values = {
    ...shared,
    inventory_hostname: host.name,
    group_names: host.groups,
    interfaces: interfacesOf(inventory, host),
  };
  own.set(host, values);
  return values;
}

const own = new WeakMap<Host, ValueMap>();

const shared = new WeakMap<Inventory, ValueMap>();

function sharedOf(inventory: Inventory): ValueMap {
  const known = shared.get(inventory);
  if (known) return known;
  const values = {
    inventory_file: inventory.path,
    groups: Object.fromEntries(inventory.groups),
    hosts: Object.fromEntries(inventory.hosts.map((host) => [host.name, hostValue(inventory, host)])),
    networks: Object.fromEntries(inventory.networks.map((network) => [network.name, networkValue(network)])),
  };
  shared.set(inventory, values);
  return values;
}

function hostValue(inventory: Inventory, host: Host): ValueMap {
  const { name, groups, connection } = host;
  const value = { name, address: connection.address, interfaces: interfacesOf(inventory, host), groups };
  const ipv4 = houseAddress(host);
  return {
    ...value,
    ...(ipv4 !== undefined && { ipv4 }),
    ...(connection.port !== undefined && { port: connection.port }),
    ...(connection.user !== undefined && { user: connection.user }),
    vars: variablesOf(inventory, host),
  };
}

/**
 * The address by which the others find a host: where the controller connects to a name, or by another way (Wi-Fi, an
 * address that is about to change), it is that of the first interface that has one.
 */
export function houseAddress({ connection, interfaces }: Host): string | undefined {
  const fixed = interfaces.flatMap(({ address }) => address ?? []);
  if (fixed.includes(connection.address)) return connection.address;
  return (
    fixed[0] ?? (ipaddr.IPv4.isValidFourPartDecimal(connection.address) ? connection.address : undefined)
  );
}

/** Rendered one by one when somebody asks, as most playbooks look at few variables of other hosts. */
function variablesOf(inventory: Inventory, host: Host): ValueMap {
  const result: Record<string, Value> = {};
  let scope: Scope | undefined;
  for (const name of Object.keys(host.variables)) {
    const get = () =>
      (scope ??= new Scope({
        layers: [{ values: magicOf(inventory, host), data: true }, { values: host.variables }],
      })).get(name);
    Object.defineProperty(result, name, { enumerable: true, get });
  }
  return result;
}

function interfacesOf(inventory: Inventory, host: Host): ValueMap {
  return Object.fromEntries(host.interfaces.map((entry) => [entry.name, interfaceValue(inventory, entry)]));
}

function interfaceValue(inventory: Inventory, entry: Interface): ValueMap {
  const { name, network: networkName, address, mac } = entry;
  const network = inventory.networks.find((candidate) => candidate.name === networkName);
  return {
    name,
    ...(networkName !== undefined && { network: networkName }),
    ...(address !== undefined && { address }),
    ...(mac !== undefined && { mac }),
    ...(network && {
      ...maskOf(network),
      ...(network.gateway !== undefined && { gateway: network.gateway }),
    }),
    ...(network && address !== undefined && { cidr: `${address}/${maskOf(network).prefix}` }),
  };
}

function networkValue(network: Network): ValueMap {
  const { name, range, gateway, settings } = network;
  const address = ipaddr.IPv4.networkAddressFromCIDR(range).toString();
  return { ...settings, name, range, ...(gateway !== undefined && { gateway }), address, ...maskOf(network) };
}

function maskOf({ range }: Network): { prefix: number; netmask: string } {
  const prefix = ipaddr.IPv4.parseCIDR(range)[1];
  return { prefix, netmask: ipaddr.IPv4.subnetMaskFromPrefixLength(prefix).toString() };
}
