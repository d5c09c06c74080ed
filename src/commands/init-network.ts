import { execFile } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import ipaddr from 'ipaddr.js';

/** The network that this machine stands in, as far as it can be seen without sending anything. */
export interface Surroundings {
  readonly range: string;
  readonly gateway: string;
  /** Addresses of this machine. */
  readonly own: ReadonlySet<string>;
  /** These, and those of the machines that it talked to lately. */
  readonly taken: ReadonlySet<string>;
  /** A Raspberry Pi that it talked to lately. */
  readonly pi?: string;
}

/** What a house begins with where nothing better is seen. */
const USUAL: Surroundings = {
  range: '192.168.1.0/24',
  gateway: '192.168.1.1',
  own: new Set(),
  taken: new Set(),
};

/** How the hardware addresses of Raspberry Pis begin: https://standards-oui.ieee.org, "Raspberry Pi". */
const PI = /^(?:28:cd:c1|2c:cf:67|88:a2:9e|b8:27:eb|d8:3a:dd|dc:a6:32|e4:5f:01)/;

/** Looks at the way out of this machine. Networks that are nobody's home (containers, offices) are passed over. */
export async function lookAround(): Promise<Surroundings> {
  const route = await ip(['-4', 'route', 'show', 'default']);
  const gateway = / via ([\d.]+)/.exec(route)?.[1];
  const device = / dev (\S+)/.exec(route)?.[1];
  const own = Object.entries(networkInterfaces()).flatMap(([name, links = []]) =>
    links.filter((link) => link.family === 'IPv4' && !link.internal).map((link) => ({ name, ...link })),
  );
  const link = own.find(({ name }) => name === device) ?? own[0];
  const cidr = link?.cidr;
  if (!link || typeof cidr !== 'string' || ipaddr.IPv4.parse(link.address).range() !== 'private')
    return USUAL;
  const range = rangeOf(cidr);
  const prefix = Number(range.split('/')[1]);
  if (prefix < 16 || prefix > 28) return USUAL;
  const neighbours = [...(await ip(['-4', 'neigh', 'show'])).matchAll(/^([\d.]+) .*lladdr (\S+)/gm)].map(
    ([, address = '', hardware = '']) => ({ address, hardware }),
  );
  const addresses = own.map(({ address }) => address);
  const pi = neighbours.find(({ address, hardware }) => PI.test(hardware) && isIn(address, range));
  return {
    range,
    gateway: gateway !== undefined && isIn(gateway, range) ? gateway : addressAt(range, 1),
    own: new Set(addresses),
    taken: new Set([...addresses, ...neighbours.map(({ address }) => address)]),
    ...(pi ? { pi: pi.address } : {}),
  };
}

export function rangeOf(cidr: string): string {
  return `${ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()}/${cidr.split('/')[1]}`;
}

/** The address at a place in a range: 1 is the first that a host can have. */
export function addressAt(range: string, place: number): string {
  const [first = ''] = range.split('/');
  const number = first.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0) + place;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

export function isIn(address: string, range: string): boolean {
  if (!ipaddr.IPv4.isValidFourPartDecimal(address)) return false;
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(range));
}

/** The first address from a place on that nobody is seen to have. */
export function freeAddress(range: string, place: number, taken: ReadonlySet<string>): string {
  let at = place;
  while (taken.has(addressAt(range, at))) at++;
  return addressAt(range, at);
}

/** Nothing where there is no such program, as on macOS. */
async function ip(args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)('ip', args)).stdout;
  } catch {
    return '';
  }
}
