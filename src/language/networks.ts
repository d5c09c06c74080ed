import { z } from 'zod';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Interface, Network } from '../model/inventory.ts';
import { text } from '../model/schema.ts';
import type { Span } from '../model/source.ts';
import { nearest } from '../model/suggest.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { checkAddress, checkRange, checkTaken } from './addresses.ts';
import { checkMembers } from './members.ts';
import { checkDhcp, checkFixed, checkOverlaps } from './ranges.ts';
import { shown } from './issues.ts';
import type { Mistakes } from './mistakes.ts';
import { isInterfaceName } from './network-settings.ts';
import { pick } from './merge.ts';
import { keySpan, spanOf, valueSpan } from './origin.ts';
import { validate, validateKeywords } from './validate.ts';

const networkSchema = z.looseObject({ range: text, gateway: text.optional() });

/** Stands in for a range with a mistake, so that nothing else is wrong because of it. */
const ANY = '0.0.0.0/0';

/** The `networks:` of an inventory; ranges and gateways are checked. */
export function readNetworks(source: ValueMap, mistakes: Mistakes): readonly Network[] {
  const networks = Object.entries(source).flatMap(([name, written]): Network[] => {
    const span = keySpan(source, name);
    const owner = { owner: `network \`${name}\``, span };
    if (!isMap(written)) {
      validate(networkSchema, written, mistakes, owner);
      return [];
    }
    const read = validateKeywords(networkSchema, written, mistakes, owner, { range: ANY });
    if (!read) return [];
    const { gateway } = read;
    const isThere = typeof written['range'] === 'string';
    const range = isThere && checkRange(read.range, valueSpan(written, 'range'), mistakes) ? read.range : ANY;
    const gatewaySpan = gateway === undefined ? undefined : valueSpan(written, 'gateway');
    if (gateway !== undefined)
      checkAddress(gateway, { name, range }, valueSpan(written, 'gateway'), mistakes);
    return [
      {
        name,
        range,
        ...(gateway !== undefined && { gateway }),
        ...(gatewaySpan && { gatewaySpan }),
        settings: pick(
          written,
          Object.keys(written).filter((key) => key !== 'range' && key !== 'gateway'),
        ),
        ...(span && { span }),
      },
    ];
  });
  checkOverlaps(
    networks.filter(({ range }) => range !== ANY),
    (name) => valueSpan(source[name], 'range'),
    mistakes,
  );
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
    checkInterface(name, written, span, mistakes);
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
    return [{ name, ...defined(read), ...(span && { span }) }];
  });
}

/** Nothing at all stands for an interface by DHCP. */
function checkInterface(name: string, written: Value, span: Span | undefined, mistakes: Mistakes): void {
  const at = span && { span };
  if (!isInterfaceName(name))
    mistakes.add({
      code: 'reserved-name',
      message: `an interface cannot be called \`${name}\``,
      ...at,
      hint: 'write it as `ip link` shows it: 15 letters at most, without blanks, `/` and `:`',
    });
  if (!isMap(written) && written !== null)
    mistakes.add({
      code: 'wrong-type',
      message: `interface \`${name}\` must be a map; got ${shown(written)}`,
      ...at,
      hint: 'write it like {network: modem, address: 192.168.1.2}',
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
