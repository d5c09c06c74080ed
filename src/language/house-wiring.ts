import type { Diagnostic } from '../model/diagnostic.ts';
import type { Host, Interface, Inventory, Network } from '../model/inventory.ts';
import type { Span } from '../model/source.ts';
import { isList, isMap, type ValueMap } from '../model/value.ts';
import { checkTunnel, isWithin, type Report } from './house-tunnel.ts';
import { isTemplate } from './leaves.ts';
import type { Mistakes } from './mistakes.ts';
import { TUNNEL } from './network-settings.ts';
import { keySpan, valueSpan } from './origin.ts';

/** Groups of hosts that are nobody's gateway. */
const STAYING = ['storage', 'service_hosts', 'vpn_servers'];

/** Hosts that the bundled playbooks make routers; others may call the group so for something of their own. */
export function routersOf({ hosts }: Pick<Inventory, 'hosts'>): readonly Host[] {
  return hosts.filter(
    ({ groups, variables }) => groups.includes('routers') && variables['inside_interface'] !== undefined,
  );
}

/**
 * Whether router, server and tunnel of a house fit together. `groups`: as they were written. What is missing is given to
 * the inventory, so that nobody misses it again.
 */
export function checkWiring(inventory: Inventory, groups: ValueMap, mistakes: Mistakes): Inventory {
  const { hosts } = inventory;
  const among = (group: string): readonly Host[] => hosts.filter((host) => host.groups.includes(group));
  const routers = routersOf(inventory);
  const servers = among('vpn_servers');
  const report = (code: Diagnostic['code'], message: string, span: Span | undefined, hint: string): void =>
    mistakes.add({ code, message, ...(span && { span }), hint });
  for (const [group, [first, second]] of Object.entries({
    routers,
    vpn_servers: servers,
    storage: among('storage'),
  }))
    if (first && second)
      report(
        'not-supported',
        `\`${second.name}\` is the second host of the group \`${group}\`, and the house has one`,
        memberSpan(groups[group], second.name) ?? keySpan(groups, group),
        `leave one of them, such as \`${first.name}\`, or put the others in a group of another name`,
      );
  for (const host of hosts) {
    checkPlugs(host, report);
    if (!host.groups.includes('routers') && host.groups.some((group) => STAYING.includes(group)))
      checkGateways(host, inventory, report);
  }
  for (const router of routers) {
    const outside = plugOf(router, 'outside_interface', report);
    const inside = plugOf(router, 'inside_interface', report);
    if (outside) checkOutside(router, outside, inventory, report);
    if (inside && inside.name !== outside?.name) checkInside(router, inside, inventory, report);
    else if (inside)
      report(
        'duplicate-address',
        `\`${inside.name}\` of \`${router.name}\` cannot be both the way out and the way in`,
        valueSpan(router.variables, 'inside_interface'),
        'name the interface that the network behind the Pi is plugged into',
      );
    if (servers.length === 0)
      report(
        'unknown-host',
        `\`${router.name}\` leads into the tunnel, and no host runs its server`,
        keySpan(groups, groups['vpn_servers'] === undefined ? 'routers' : 'vpn_servers'),
        'put the rented server under `hosts:` of the group `vpn_servers`; docs/guide-vpn.md tells of other providers',
      );
  }
  for (const server of servers) {
    const outside = plugOf(server, 'outside_interface', report);
    if (outside) checkOutside(server, outside, inventory, report);
  }
  const tunnel = inventory.networks.find(({ name }) => name === TUNNEL);
  if (tunnel && routers.length > 0) checkTunnel(tunnel, routers, hosts, report);
  return { ...inventory, hosts: hosts.map((host) => plugged(host, inventory.networks)) };
}

/** Interfaces as the templates need them. */
function plugged(host: Host, networks: readonly Network[]): Host {
  const { variables, interfaces } = host;
  const inside = networks.find(({ settings }) => settings['dhcp'] !== undefined)?.name;
  const first = networks.find(({ name }) => name !== inside)?.name;
  const wanted = (variable: string, network: string | undefined): readonly Interface[] => {
    const name = variables[variable];
    if (typeof name !== 'string' || isTemplate(name) || network === undefined) return [];
    return interfaces.some((plug) => plug.name === name) ? [] : [{ name, network }];
  };
  const all = interfaces.map((plug) =>
    plug.address !== undefined && plug.network === undefined && first !== undefined
      ? { ...plug, network: first }
      : plug,
  );
  if (routersOf({ hosts: [host] }).length === 0) return { ...host, interfaces: all };
  return {
    ...host,
    interfaces: [...all, ...wanted('inside_interface', inside), ...wanted('outside_interface', first)],
  };
}

/** An address has a length of its network only there. */
function checkPlugs({ name, interfaces, span }: Host, report: Report): void {
  for (const plug of interfaces)
    if (plug.address !== undefined && plug.network === undefined)
      report(
        'missing-key',
        `\`${plug.name}\` of \`${name}\` needs \`network\`: the one that ${plug.address} belongs to`,
        plug.span ?? span,
        `write it like \`${plug.name}: {network: modem, address: ${plug.address}}\``,
      );
}

/** Two machines with one address, one of which is no host of the inventory. */
function checkGateways({ name, interfaces, span }: Host, { networks }: Inventory, report: Report): void {
  for (const { network, address, span: place } of interfaces) {
    const there = networks.find((candidate) => candidate.name === network);
    if (there && address !== undefined && there.gateway === address)
      report(
        'duplicate-address',
        `\`${address}\` of \`${name}\` belongs to the gateway of \`${there.name}\``,
        place ?? span,
        `give \`${name}\` an address of its own in ${there.range}`,
      );
  }
}

/** The interface that a variable names; reported where there is none. */
function plugOf(host: Host, variable: string, report: Report): Interface | undefined {
  const { variables, interfaces } = host;
  const name = variables[variable];
  if (typeof name !== 'string' || isTemplate(name) || interfaces.length === 0) return undefined;
  const found = interfaces.find((plug) => plug.name === name);
  if (found) return found;
  const names = interfaces.map((plug) => plug.name);
  report(
    'unknown-network',
    `\`${host.name}\` has no interface \`${name}\``,
    valueSpan(variables, variable),
    `it has ${names.join(', ')}: the same name stands here and under \`interfaces:\` of \`${host.name}\``,
  );
  return undefined;
}

/** A fixed address needs to be told the way out; by DHCP it comes along. */
function checkOutside(
  host: Host,
  { name, address, network }: Interface,
  inventory: Inventory,
  report: Report,
): void {
  const there = inventory.networks.find((candidate) => candidate.name === network);
  if (!there || address === undefined) return;
  if (there.gateway === undefined)
    report(
      'missing-key',
      `network \`${there.name}\` needs \`gateway\`: \`${host.name}\` goes to the internet by it, through ${name}`,
      there.span,
      'write the address of its router, such as the modem: `gateway: …`',
    );
  else if (there.gateway === address && host.groups.includes('routers'))
    report(
      'duplicate-address',
      `\`${host.name}\` has the address ${address} of the gateway that it needs`,
      host.span,
      `give it an address of its own in ${there.range}`,
    );
}

/** The Pi is the router of the network behind it. */
function checkInside(
  host: Host,
  { name, address, network }: Interface,
  inventory: Inventory,
  report: Report,
): void {
  const there = inventory.networks.find((candidate) => candidate.name === network);
  if (!there) return;
  if (address === undefined)
    report(
      'missing-key',
      `\`${name}\` of \`${host.name}\` needs an \`address\`: it hands out those of others`,
      host.span,
      `write it beside \`network: ${there.name}\``,
    );
  else if (there.gateway !== undefined && there.gateway !== address && isWithin(there.gateway, there.range))
    report(
      'bad-address',
      `\`${host.name}\` is the gateway of \`${there.name}\`, and ${there.gateway} is not its address there`,
      there.gatewaySpan ?? there.span,
      `write ${address}, or give ${name} of \`${host.name}\` the address ${there.gateway}`,
    );
  if (there.settings['dhcp'] === undefined)
    report(
      'missing-key',
      `network \`${there.name}\` needs \`dhcp\`: which addresses \`${host.name}\` hands out`,
      there.span,
      'write it like `dhcp: {first: 192.168.2.100, last: 192.168.2.200, lease: 12h}`',
    );
}

/** Where a group names a host itself. */
function memberSpan(group: unknown, name: string): Span | undefined {
  if (!isMap(group)) return undefined;
  const { hosts } = group;
  const index = isList(hosts) ? hosts.indexOf(name) : -1;
  return index === -1 ? undefined : valueSpan(hosts, index);
}
