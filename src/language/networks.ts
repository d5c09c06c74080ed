import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Interface, Network } from '../model/inventory.ts';
import { text } from '../model/schema.ts';
import type { Span } from '../model/source.ts';
import { nearest } from '../model/suggest.ts';
import { isMap, type ValueMap } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { keySpan, spanOf, valueSpan } from './origin.ts';
import { validate, validateKeywords } from './validate.ts';

const networkSchema = z.looseObject({ range: text, gateway: text.optional() });

/** The `networks:` of an inventory; ranges and gateways are checked. */
export function readNetworks(source: ValueMap, mistakes: Mistakes): readonly Network[] {
  return Object.entries(source).flatMap(([name, written]) => {
    const span = keySpan(source, name);
    const read = validate(networkSchema, written, mistakes, { owner: `network \`${name}\``, span });
    if (!read || !isMap(written)) return [];
    const { range, gateway, ...settings } = read;
    if (!checkRange(range, valueSpan(written, 'range'), mistakes)) return [];
    if (gateway !== undefined)
      checkAddress(gateway, { name, range }, valueSpan(written, 'gateway'), mistakes);
    return [
      {
        name,
        range,
        ...(gateway !== undefined && { gateway }),
        settings: settings as ValueMap,
        ...(span && { span }),
      },
    ];
  });
}

const interfaceSchema = z.strictObject({
  network: text.optional(),
  address: text.optional(),
  mac: z
    .string()
    .regex(/^[\da-f]{2}(?::[\da-f]{2}){5}$/i, 'a hardware address such as `b8:27:eb:00:00:01`')
    .optional(),
});

/** The `interfaces:` of one host. `taken` collects addresses over all hosts, so that no two get the same. */
export function readInterfaces(
  source: ValueMap,
  networks: readonly Network[],
  taken: Map<string, Span | undefined>,
  mistakes: Mistakes,
): readonly Interface[] {
  return Object.entries(source).flatMap(([name, written]) => {
    const span = keySpan(source, name);
    const read = validateKeywords(interfaceSchema, isMap(written) ? written : {}, mistakes, {
      owner: `interface \`${name}\``,
      span,
    });
    if (!read) return [];
    const network = networks.find((candidate) => candidate.name === read.network);
    if (read.network !== undefined && !network)
      mistakes.add(unknownNetwork(read.network, networks, valueSpan(written, 'network')));
    if (read.address !== undefined) {
      const at = valueSpan(written, 'address') ?? spanOf(written);
      checkAddress(read.address, network, at, mistakes);
      checkTaken(read.address, read.network, at, taken, mistakes);
    }
    return [{ name, ...defined(read) }];
  });
}

function checkRange(range: string, span: Span | undefined, mistakes: Mistakes): boolean {
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
  if (first === address) return true;
  mistakes.add({
    code: 'bad-address',
    message: `\`${range}\` does not begin at the first address of the network`,
    ...at,
    hint: `write ${first}/${prefix}`,
  });
  return false;
}

function checkAddress(
  address: string,
  network: Pick<Network, 'name' | 'range'> | undefined,
  span: Span | undefined,
  mistakes: Mistakes,
): void {
  const at = span && { span };
  const problem = problemOf(address, network);
  if (problem !== undefined) mistakes.add({ code: 'bad-address', ...at, ...problem });
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

function checkTaken(
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

function unknownNetwork(name: string, networks: readonly Network[], span: Span | undefined): Diagnostic {
  const near = nearest(
    name,
    networks.map((network) => network.name),
  );
  return {
    code: 'unknown-network',
    message: `there is no network \`${name}\``,
    ...(span && { span }),
    ...(near !== undefined && { hint: `did you mean \`${near}\`?` }),
  };
}

function defined(read: z.output<typeof interfaceSchema>): Omit<Interface, 'name'> {
  return {
    ...(read.network !== undefined && { network: read.network }),
    ...(read.address !== undefined && { address: read.address }),
    ...(read.mac !== undefined && { mac: read.mac }),
  };
}
