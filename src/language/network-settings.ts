import { z } from 'zod';
import type { Network } from '../model/inventory.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { checkAddress } from './addresses.ts';
import { address, ipv4, isTemplate, leaf, oneOf, port } from './leaves.ts';
import { mergeMaps, pick } from './merge.ts';
import { Mistakes } from './mistakes.ts';
import { checkMisspelt } from './misspelt.ts';
import { placeOf, valueSpan } from './origin.ts';
import { validate } from './validate.ts';

const EMPTY = 'something, not empty: leave it out instead';

const client = leaf(
  (value) => typeof value === 'string' && /^(?!(?:ca|server)$)[A-Za-z0-9][\w.-]{0,62}$/.test(value),
  'name of a client: letters, digits, `.`, `_` and `-`, such as phone; ca and server are taken',
);

const hostName = leaf(
  (value) => typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(value),
  'name of a device: letters, digits and `-`, such as printer',
);

const lease = leaf(
  (value) => typeof value === 'string',
  'time for which addresses are lent, such as 45m, 12h or infinite',
);

interface Setting {
  readonly schema: z.ZodType;
  /** Stands in for what is wrong, so that those who read it have nothing to complain about. */
  readonly instead?: Value;
}

const NOTHING = '{{ none }}';

/** Stands in for `clients` with a mistake. */
export const UNKNOWN_CLIENTS: readonly Value[] = [];

/** The one network that the bundled playbooks call by its name. */
export const TUNNEL = 'vpn';

/** What they cannot do without there, and what to write. */
const NEEDED: Readonly<Record<string, string>> = {
  interface: 'interface: tun0',
  port: 'port: 1194',
  protocol: 'protocol: udp',
  clients: 'clients: [pi, phone]',
  revoked: 'revoked: []',
  addresses: 'addresses: {pi: 10.8.0.2, phone: 10.8.0.3}',
  routing_table: 'routing_table: 208',
};

/** What the bundled playbooks read under a network. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  dns: { schema: z.array(address).min(1, EMPTY) },
  dhcp: {
    schema: z.strictObject({
      // Their addresses are looked at where the range of the network is known.
      first: z.unknown(),
      last: z.unknown().optional(),
      lease: lease.optional(),
      hosts: z
        .array(
          z.strictObject({
            mac: leaf(
              (value) => typeof value === 'string' && /^[\da-f]{2}(?::[\da-f]{2}){5}$/i.test(value),
              'hardware address such as b8:27:eb:00:00:01 (in quotes)',
            ),
            address: ipv4,
            name: hostName.optional(),
          }),
        )
        .optional(),
    }),
    instead: { first: '192.0.2.1', last: '192.0.2.2', lease: '12h' },
  },
  interface: {
    schema: leaf(isInterfaceName, 'name of an interface such as tun0, of 15 letters at most'),
    instead: 'tun0',
  },
  port: { schema: port, instead: 1194 },
  protocol: { schema: oneOf('udp', 'tcp'), instead: 'udp' },
  clients: { schema: z.array(client), instead: UNKNOWN_CLIENTS },
  revoked: { schema: z.array(client), instead: [] },
  addresses: { schema: z.record(z.string(), ipv4), instead: {} },
  routing_table: {
    schema: leaf(
      (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 252,
      'table of routes: that is a whole number from 1 to 252',
    ),
    instead: 208,
  },
  openvpn_options: { schema: z.array(z.string()) },
};

const KNOWN = ['range', 'gateway', ...Object.keys(SETTINGS)];

/**
 * Checks what stands under a network; what is wrong is reported, and something right stands in for it. `complete`: what
 * the tunnel needs has to be there.
 */
export function checkNetworkSettings(network: Network, complete: boolean, mistakes: Mistakes): Network {
  const { name, settings, span } = network;
  const owner = `network \`${name}\``;
  const healed: Record<string, Value> = {};
  const meant = checkMisspelt(settings, KNOWN, owner, mistakes);
  for (const [key, { schema: usual, instead }] of Object.entries(SETTINGS)) {
    // The tunnel carries IPv4 alone.
    const schema = key === 'dns' && name === TUNNEL ? z.array(ipv4).min(1, EMPTY) : usual;
    const value = settings[key];
    const wrong =
      meant.includes(key) ||
      (value !== undefined &&
        !isTemplate(value) &&
        !isRight(schema, value, mistakes, {
          owner: `\`${key}\` of ${owner}`,
          span: placeOf(settings, key)?.span ?? span,
        }));
    if (wrong && instead !== undefined) healed[key] = instead;
    else if (wrong) healed[key] = NOTHING;
  }
  const { dhcp } = settings;
  for (const device of isMap(dhcp) && healed['dhcp'] === undefined ? mapsOf(dhcp['hosts']) : [])
    if (typeof device['address'] === 'string' && !isTemplate(device['address']))
      checkAddress(device['address'], network, valueSpan(device, 'address'), mistakes);
  if (name === TUNNEL && complete)
    for (const [key, example] of Object.entries(NEEDED)) {
      if (settings[key] !== undefined || meant.includes(key)) continue;
      mistakes.add({
        code: 'missing-key',
        message: `${owner} needs \`${key}\``,
        ...(span && { span }),
        hint: `write it like \`${example}\``,
      });
      healed[key] = SETTINGS[key]?.instead ?? null;
    }
  return Object.keys(healed).length === 0 ? network : { ...network, settings: replaced(settings, healed) };
}

/** Whether a value is as its schema says; what is wrong is reported. */
export function isRight(
  schema: z.ZodType,
  value: Value,
  mistakes: Mistakes,
  context: Parameters<typeof validate>[3],
): boolean {
  const own = new Mistakes();
  validate(schema, value, own, context);
  for (const mistake of own.list()) mistakes.add(mistake);
  return own.size === 0;
}

/** Takes out what has nothing to stand in for it. */
function replaced(settings: ValueMap, healed: ValueMap): ValueMap {
  const merged = mergeMaps([settings, healed]);
  return pick(
    merged,
    Object.keys(merged).filter((key) => merged[key] !== NOTHING),
  );
}

/** As the kernel takes it. */
export function isInterfaceName(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s/:]{1,15}$/.test(value) && value !== '.' && value !== '..';
}

/** The entries of a list of maps. */
export function mapsOf(value: Value | undefined): readonly ValueMap[] {
  return Array.isArray(value) ? (value as readonly Value[]).filter((entry) => isMap(entry)) : [];
}
