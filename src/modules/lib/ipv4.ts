import ipaddr from 'ipaddr.js';

/** An IPv4 address as a number, or undefined. Only four decimal parts count: `10.1` is a mistake, not 10.0.0.1. */
export function ipv4(text: string): number | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  return ipaddr.IPv4.parse(text).octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

/** Whether an address lies in the subnet of `192.168.2.1/24`. */
export function isInSubnet(address: string, interfaceAddress: string): boolean {
  if (!ipaddr.IPv4.isValid(address) || !ipaddr.IPv4.isValidCIDR(interfaceAddress)) return false;
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(interfaceAddress));
}
