import type { Host, Network } from '../model/inventory.ts';
import type { Span } from '../model/source.ts';
import { isList, isMap } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { valueSpan } from './origin.ts';

/** The `clients:` and `revoked:` of a tunnel: who is in both would be let in and locked out by every run. */
export function checkMembers({ name, settings }: Network, mistakes: Mistakes): void {
  const { clients, revoked } = settings;
  if (!isList(clients) || !isList(revoked)) return;
  for (const [index, client] of revoked.entries()) {
    const place = clients.indexOf(client);
    if (place === -1 || typeof client !== 'string') continue;
    const first = valueSpan(clients, place);
    mistakes.add({
      code: 'revoked-client',
      message: `\`${client}\` may not join \`${name}\` any more, and is one of its clients`,
      ...at(valueSpan(revoked, index)),
      ...(first && { related: [{ span: first, message: 'it is a client here' }] }),
      hint: 'take it off `clients`, or off `revoked` where it shall come back',
    });
  }
}

/** WireGuard gives nobody an address by itself, as OpenVPN does. */
export function checkMemberAddresses(
  networks: readonly Network[],
  hosts: readonly Host[],
  mistakes: Mistakes,
): void {
  if (!hosts.some(({ variables }) => variables['vpn'] === 'wireguard')) return;
  for (const { name, settings } of networks) {
    const { clients, addresses } = settings;
    if (!isList(clients) || !isMap(addresses)) continue;
    for (const [index, client] of clients.entries()) {
      if (typeof client !== 'string' || client.includes('{{') || client in addresses) continue;
      mistakes.add({
        code: 'missing-key',
        message: `client \`${client}\` of network \`${name}\` has no address, and WireGuard gives it none`,
        ...at(valueSpan(clients, index)),
        hint: `write one that nobody has: \`addresses: {${client}: …}\``,
      });
    }
  }
}

function at(span: Span | undefined): { readonly span?: Span } {
  return span ? { span } : {};
}
