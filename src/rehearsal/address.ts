import { RehearsalError } from './error.ts';

/** A range of IPv4 addresses, as numbers. */
export interface Range {
  readonly first: number;
  readonly last: number;
  readonly prefixLength: number;
}

/** Reads a CIDR such as `192.168.1.0/24`. Throws a RehearsalError for anything but IPv4. */
export function parseRange(text: string): Range {
  const [address = '', length = ''] = text.split('/');
  const base = parseAddress(address);
  const prefixLength = Number(length);
  if (base === undefined || !/^\d{1,2}$/.test(length) || prefixLength > 30) {
    throw new RehearsalError(`the rehearsal can wire IPv4 networks up to /30 only, not ${text}`);
  }
  const size = 2 ** (32 - prefixLength);
  const first = Math.floor(base / size) * size;
  return { first, last: first + size - 1, prefixLength };
}

/** An IPv4 address as a number, or undefined where it is none (a name, IPv6). */
function parseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.');
}

export function contains(range: Range, address: string): boolean {
  const number = parseAddress(address);
  return number !== undefined && number >= range.first && number <= range.last;
}

/** Whether a range is one of RFC 1918 (or CGNAT, RFC 6598): what a modem hides behind its own address. */
export function isPrivate(range: Range): boolean {
  return ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']
    .map(parseRange)
    .some((outer) => range.first >= outer.first && range.last <= outer.last);
}
