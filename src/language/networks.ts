import { z } from 'zod';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Interface, Network } from '../model/inventory.ts';
import { text } from '../model/schema.ts';
import type { Span } from '../model/source.ts';
import { nearest } from '../model/suggest.ts';
import { isMap, type ValueMap } from '../model/value.ts';
import { checkAddress, checkRange, checkTaken } from './addresses.ts';
import { checkMembers } from './members.ts';
import { checkDhcp, checkFixed, checkOverlaps } from './ranges.ts';
import type { Mistakes } from './mistakes.ts';
import { keySpan, spanOf, valueSpan } from './origin.ts';
import { validate, validateKeywords } from './validate.ts';

const networkSchema = z.looseObject({ range: text, gateway: text.optional() });

/** The `networks:` of an inventory; ranges and gateways are checked. */
export function readNetworks(source: ValueMap, mistakes: Mistakes): readonly Network[] {
  const networks = Object.entries(source).flatMap(([name, written]): Network[] => {
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
  checkOverlaps(networks, (name) => valueSpan(source[name], 'range'), mistakes);
  for (const network of networks) {
    checkDhcp(network, mistakes);
    checkFixed(network, mistakes);
    checkMembers(network, mistakes);
  }
  return networks;
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
