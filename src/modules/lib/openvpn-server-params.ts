import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { flag, path, text } from '../../model/schema.ts';
import { isInSubnet } from './ipv4.ts';
import { certificateName } from './openssl.ts';

/** The part of `openvpn-server@NAME` that is one's own choice. */
export const instanceName = z
  .string()
  .regex(/^[A-Za-z0-9][\w-]{0,31}$/, 'up to 32 letters, digits, `_` or `-`, such as home');

export const tunnelDevice = z.string().regex(/^tun\d{1,3}$/, 'tun and a number, such as tun0');

/** One line of a configuration of OpenVPN. */
export const directive = text.refine((line) => !/[\n\r]/.test(line) && line.trim() !== '', {
  error: 'a line of the configuration cannot be empty or hold a line break',
});

const network = z
  .string()
  .refine((range) => ipaddr.IPv4.isValidCIDRFourPartDecimal(range) && prefixOf(range) <= 29, {
    error: ({ input }) => `\`${String(input)}\` is no network such as 10.8.0.0/24, /29 or larger`,
  });

/** Parameters of `openvpn_server`. */
export const openvpnServerParams = z
  .strictObject({
    name: instanceName.default('server').describe('The service is `openvpn-server@NAME`.'),
    port: z.int().min(1).max(65535).default(1194).describe('Port that clients come to.'),
    proto: z.enum(['udp', 'tcp']).default('udp').describe('UDP is faster; TCP gets through more firewalls.'),
    interface: tunnelDevice.default('tun0').describe('Its end of the tunnel.'),
    network: network.describe('Network of the tunnel; the server takes its first address.'),
    ca: path.describe('Folder of the `certificate_authority` on this host.'),
    certificate: certificateName.describe('Name of the server’s own `certificate` in that folder.'),
    client_to_client: flag.default(false).describe('Lets clients reach each other.'),
    addresses: z
      .record(certificateName, text)
      .default({})
      .describe(
        'Fixed addresses, by the name in the client’s certificate. All others get one of the upper half.',
      ),
    push: z
      .array(directive)
      .default([])
      .describe('Options for every client, such as `route 192.168.1.0 255.255.255.0`.'),
    keepalive: z
      .strictObject({ interval: z.int().min(1), timeout: z.int().min(2) })
      .default({ interval: 10, timeout: 30 })
      .describe('Seconds between signs of life, and after how many without one a client connects again.'),
    extra: z.array(directive).default([]).describe('More lines for the configuration.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('`absent` stops it and removes its files.'),
  })
  .superRefine((asked, context) => {
    const complain = (message: string): void =>
      context.addIssue({ code: 'custom', message, path: ['addresses'] });
    if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(asked.network)) return;
    const { first, own, last } = halves(asked.network);
    const seen = new Map<string, string>();
    for (const [client, address] of Object.entries(asked.addresses)) {
      const other = seen.get(address);
      if (other !== undefined) complain(`${client} and ${other} have the same address ${address}`);
      else if (!ipaddr.IPv4.isValidFourPartDecimal(address) || !isInSubnet(address, asked.network))
        complain(`the address of ${client}, ${address}, is not in ${asked.network}`);
      else if (address === own || !isBelow(address, first) || address === networkOf(asked.network))
        complain(
          `the address of ${client} must lie between ${own} and ${first}; ${first} to ${last} are for the others`,
        );
      seen.set(address, client);
    }
  });

export type OpenvpnServerParams = z.output<typeof openvpnServerParams>;

/** The server's own address, and the addresses that it hands out: the upper half. */
export function halves(range: string): { own: string; first: string; last: string } {
  const start = numberOf(networkOf(range));
  const size = 2 ** (32 - prefixOf(range));
  return { own: printed(start + 1), first: printed(start + size / 2), last: printed(start + size - 2) };
}

export function netmaskOf(range: string): string {
  return ipaddr.IPv4.subnetMaskFromPrefixLength(prefixOf(range)).toString();
}

export function networkOf(range: string): string {
  return ipaddr.IPv4.networkAddressFromCIDR(range).toString();
}

function prefixOf(range: string): number {
  return ipaddr.IPv4.parseCIDR(range)[1];
}

function isBelow(address: string, limit: string): boolean {
  return numberOf(address) < numberOf(limit);
}

function numberOf(address: string): number {
  return ipaddr.IPv4.parse(address).octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function printed(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
