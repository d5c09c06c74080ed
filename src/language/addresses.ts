import ipaddr from 'ipaddr.js';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Network } from '../model/inventory.ts';
import type { Span } from '../model/source.ts';
import type { Mistakes } from './mistakes.ts';

/** Whether a text is a range such as `192.168.1.0/24`. */
export function checkRange(range: string, span: Span | undefined, mistakes: Mistakes): boolean {
  const at = span && { span };
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(range)) {
    mistakes.add({
      code: 'bad-address',
      message: `\`${range}\` is no range of addresses`,
      ...at,
      hint: 'write it like 192.168.1.0/24',
    });
    return false;
  }
  const first = ipaddr.IPv4.networkAddressFromCIDR(range).toString();
  const [address = '', prefix = ''] = range.split('/');
  if (Number(prefix) < 8) {
    mistakes.add({
      code: 'bad-address',
      message: `\`${range}\` is larger than any network of one's own`,
      ...at,
      hint: 'write it like 192.168.1.0/24',
    });
    return false;
  }
  if (first === address) return true;
  mistakes.add({
    code: 'bad-address',
    message: `\`${range}\` does not begin at the first address of the network`,
    ...at,
    hint: `write ${first}/${prefix}`,
  });
  return false;
}

/** Whether an address can stand in a network; false where a mistake was reported. */
export function checkAddress(
  address: string,
  network: Pick<Network, 'name' | 'range'> | undefined,
  span: Span | undefined,
  mistakes: Mistakes,
): boolean {
  const at = span && { span };
  const problem = problemOf(address, network);
  if (problem !== undefined) mistakes.add({ code: 'bad-address', ...at, ...problem });
  return problem === undefined;
}

function problemOf(
  address: string,
  network: Pick<Network, 'name' | 'range'> | undefined,
): Pick<Diagnostic, 'message' | 'hint'> | undefined {
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(address))
    return {
      message: `\`${address}\` must stand without prefix length`,
      hint: 'the prefix length comes from the range of the network',
    };
  if (!ipaddr.IPv4.isValidFourPartDecimal(address))
    return { message: `\`${address}\` is no address`, hint: 'write it like 192.168.1.2' };
  if (!network) return undefined;
  const range = ipaddr.IPv4.parseCIDR(network.range);
  if (!ipaddr.IPv4.parse(address).match(range))
    return {
      message: `\`${address}\` is outside ${network.range}, the range of network \`${network.name}\``,
    };
  const ends = [
    ipaddr.IPv4.networkAddressFromCIDR(network.range),
    ipaddr.IPv4.broadcastAddressFromCIDR(network.range),
  ];
  // Ranges of /31 and /32 have neither network nor broadcast address.
  if (range[1] >= 31 || !ends.some((end) => end.toString() === address)) return undefined;
  return { message: `\`${address}\` is the network's own or broadcast address in ${network.range}` };
}

/** No two interfaces of a network have one address. `taken` collects them. */
export function checkTaken(
  address: string,
  network: string | undefined,
  span: Span | undefined,
  taken: Map<string, Span | undefined>,
  mistakes: Mistakes,
): void {
  const key = `${network} ${address}`;
  const first = taken.get(key);
  if (!taken.has(key)) taken.set(key, span);
  else
    mistakes.add({
      code: 'duplicate-address',
      message: `\`${address}\` is given twice on network \`${network ?? '(none)'}\``,
      ...(span && { span }),
      ...(first && { related: [{ span: first, message: 'the first one is here' }] }),
    });
}
