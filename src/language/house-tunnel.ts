import ipaddr from 'ipaddr.js';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Host, Network } from '../model/inventory.ts';
import type { Span } from '../model/source.ts';
import { nearest } from '../model/suggest.ts';
import { isList, isMap } from '../model/value.ts';
import { isIpv4 } from './leaves.ts';
import { UNKNOWN_CLIENTS } from './network-settings.ts';
import { keySpan, placeOf, valueSpan } from './origin.ts';
import { textOf } from './text-of.ts';

export type Report = (
  code: Diagnostic['code'],
  message: string,
  span: Span | undefined,
  hint: string,
) => void;

/** Who may join the tunnel, with which address, and how. */
export function checkTunnel(
  tunnel: Network,
  routers: readonly Host[],
  hosts: readonly Host[],
  report: Report,
): void {
  const { settings, span, gateway, gatewaySpan, range } = tunnel;
  const { clients, revoked, addresses, protocol } = settings;
  if (isList(clients) && clients !== UNKNOWN_CLIENTS) {
    for (const { name, span: place } of routers)
      if (!clients.includes(name))
        report(
          'missing-key',
          `\`${name}\` is the router, and may not join \`${tunnel.name}\``,
          valueSpan(settings, 'clients') ?? place,
          `put \`${name}\` under \`clients\`, and take it off \`revoked\``,
        );
    for (const [index, client] of clients.entries())
      if (clients.indexOf(client) < index)
        report(
          'duplicate-address',
          `client \`${textOf(client)}\` is there twice`,
          valueSpan(clients, index),
          'take one away',
        );
    if (isMap(addresses)) {
      const known = [...clients, ...(isList(revoked) ? revoked : []), ...routers.map(({ name }) => name)].map(
        String,
      );
      for (const name of Object.keys(addresses).filter((each) => !known.includes(each))) {
        const near = nearest(name, known);
        report(
          'unknown-host',
          `\`${name}\` has an address, and is no client of \`${tunnel.name}\``,
          keySpan(addresses, name),
          near === undefined
            ? 'put it under `clients`, or take the address away'
            : `did you mean \`${near}\`?`,
        );
      }
    }
  }
  const kind = hosts.find(({ variables }) => variables['vpn'] !== undefined)?.variables['vpn'];
  const first = ipaddr.IPv4.parseCIDR(range)[0].toByteArray();
  first[3] = (first[3] ?? 0) + 1;
  const server = first.join('.');
  if (kind === 'wireguard' && protocol === 'tcp')
    report(
      'not-supported',
      'WireGuard speaks udp alone',
      placeOf(settings, 'protocol')?.span ?? span,
      'write udp, or `vpn: openvpn`',
    );
  if (kind === 'wireguard' && gateway === undefined)
    report(
      'missing-key',
      `network \`${tunnel.name}\` needs \`gateway\`: the address of the server in it`,
      span,
      `write \`gateway: ${server}\``,
    );
  if (kind === 'openvpn' && gateway !== undefined && gateway !== server && isWithin(gateway, range))
    report(
      'bad-address',
      `the server of OpenVPN is always the first in ${range}; \`gateway\` says ${gateway}`,
      gatewaySpan ?? span,
      `write \`gateway: ${server}\``,
    );
}

/** Whether an address lies in a range; what does not is told elsewhere. */
export function isWithin(address: string, range: string): boolean {
  if (!isIpv4(address)) return false;
  const [first, prefix] = ipaddr.IPv4.parseCIDR(range);
  const ends = [ipaddr.IPv4.networkAddressFromCIDR(range), ipaddr.IPv4.broadcastAddressFromCIDR(range)];
  return (
    prefix > 0 &&
    ipaddr.IPv4.parse(address).match([first, prefix]) &&
    !ends.some((end) => end.toString() === address)
  );
}
