import ipaddr from 'ipaddr.js';
import type { Host, Network } from '../model/inventory.ts';
import type { Span } from '../model/source.ts';
import { isMap } from '../model/value.ts';
import { checkAddress } from './addresses.ts';
import type { Mistakes } from './mistakes.ts';
import { valueSpan } from './origin.ts';

/** Networks whose ranges have addresses in common: no router could tell where a packet belongs. */
export function checkOverlaps(
  networks: readonly Network[],
  spanOf: (name: string) => Span | undefined,
  mistakes: Mistakes,
): void {
  for (const [index, network] of networks.entries()) {
    const other = networks.slice(0, index).find((earlier) => overlap(earlier.range, network.range));
    if (!other) continue;
    const span = spanOf(network.name);
    const first = spanOf(other.name);
    mistakes.add({
      code: 'overlapping-networks',
      message: `${network.range} overlaps ${other.range}, the range of network \`${other.name}\``,
      ...(span && { span }),
      ...(first && { related: [{ span: first, message: 'the other range is here' }] }),
      hint: `give \`${network.name}\` a range that no other network has, such as ${free(networks)}`,
    });
  }
}

/** The range that a network hands out must lie in it, forwards, and leave out its router. */
export function checkDhcp(network: Network, mistakes: Mistakes): void {
  const { dhcp } = network.settings;
  if (!isMap(dhcp)) return;
  const { first, last } = handedOut(network, mistakes);
  if (typeof dhcp['lease'] === 'string' && !/^(?:\d+[smhdw]?|infinite)$|\{\{/.test(dhcp['lease']))
    mistakes.add({
      code: 'wrong-type',
      message: `\`${dhcp['lease']}\` is no time for which addresses are lent`,
      ...at(valueSpan(dhcp, 'lease')),
      hint: 'write it like 45m, 12h or infinite',
    });
  if (first === undefined || last === undefined) return;
  if (toNumber(first) > toNumber(last))
    mistakes.add({
      code: 'bad-address',
      message: `the addresses from ${first} to ${last} run backwards`,
      ...at(valueSpan(dhcp, 'first')),
      hint: `write first: ${last}, last: ${first}`,
    });
  else if (network.gateway !== undefined && isWithin(network.gateway, first, last))
    mistakes.add({
      code: 'duplicate-address',
      message: `the addresses from ${first} to ${last} are handed out, and the gateway ${network.gateway} is among them`,
      ...at(valueSpan(dhcp, 'first')),
      hint: `let the range begin after ${network.gateway}, or end before it`,
    });
}

/** Nobody gets an address that a host has for itself. */
export function checkStatic(networks: readonly Network[], hosts: readonly Host[], mistakes: Mistakes): void {
  for (const network of networks) {
    const { dhcp } = network.settings;
    const { first, last } = handedOut(network);
    if (first === undefined || last === undefined) continue;
    for (const host of hosts)
      for (const { network: name, address } of host.interfaces) {
        if (name !== network.name || address === undefined || address === network.gateway) continue;
        if (!isWithin(address, first, last)) continue;
        mistakes.add({
          code: 'duplicate-address',
          message: `the addresses from ${first} to ${last} are handed out, and ${address} of host \`${host.name}\` is among them`,
          ...at(valueSpan(dhcp, 'first')),
          ...(host.span && { related: [{ span: host.span, message: 'the host is here' }] }),
          hint: `give \`${host.name}\` an address outside of them, or make the range smaller`,
        });
      }
  }
}

/** The `addresses:` of a network: fixed ones that it gives to those who join it. */
export function checkFixed(network: Network, mistakes: Mistakes): void {
  const { addresses } = network.settings;
  if (!isMap(addresses)) return;
  const taken = new Map<string, string>();
  for (const [name, address] of Object.entries(addresses)) {
    if (typeof address !== 'string' || address.includes('{{')) continue;
    const span = valueSpan(addresses, name);
    if (!checkAddress(address, network, span, mistakes)) continue;
    const owner = address === network.gateway ? 'the gateway' : taken.get(address);
    taken.set(address, `\`${name}\``);
    if (owner !== undefined)
      mistakes.add({
        code: 'duplicate-address',
        message: `\`${address}\` of \`${name}\` belongs to ${owner} already`,
        ...at(span),
      });
  }
}

interface HandedOut {
  readonly first?: string;
  readonly last?: string;
}

/** The ends of the range, where both are there and good. Reports what is wrong where `mistakes` are collected. */
function handedOut(network: Network, mistakes?: Mistakes): HandedOut {
  const { dhcp } = network.settings;
  if (!isMap(dhcp)) return {};
  const ends = ['first', 'last'].map((key) => {
    const value = dhcp[key];
    if (typeof value !== 'string' || value.includes('{{')) return undefined;
    if (mistakes) return checkAddress(value, network, valueSpan(dhcp, key), mistakes) ? value : undefined;
    return ipaddr.IPv4.isValidFourPartDecimal(value) ? value : undefined;
  });
  const [first, last] = ends;
  return first === undefined || last === undefined ? {} : { first, last };
}

function at(span: Span | undefined): { readonly span?: Span } {
  return span ? { span } : {};
}

function overlap(left: string, right: string): boolean {
  const [one, other] = [ipaddr.IPv4.parseCIDR(left), ipaddr.IPv4.parseCIDR(right)];
  const prefix = Math.min(one[1], other[1]);
  return one[0].match([other[0], prefix]);
}

function free(networks: readonly Network[]): string {
  for (let third = 0; third < 256; third++) {
    const range = `192.168.${third}.0/24`;
    if (third > 1 && !networks.some((network) => overlap(network.range, range))) return range;
  }
  return '10.0.0.0/24';
}

function isWithin(address: string, first: string, last: string): boolean {
  return toNumber(first) <= toNumber(address) && toNumber(address) <= toNumber(last);
}

function toNumber(address: string): number {
  return address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
}
