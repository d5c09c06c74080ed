import type { Interface } from '../model/inventory.ts';
import { contains, parseRange } from './address.ts';
import type { Bridge } from './bridges.ts';
import { RehearsalError } from './error.ts';
import { hardwareAddress, plainName } from './names.ts';
import type { HostPlan, Placed, Wire } from './topology.ts';

/** User of a fresh card where the inventory names none: Raspberry Pi's. */
export const defaultUser = 'pi';

/** Plans the wires of one host, and what its card is told of the network. */
export function planHost(
  placed: Placed,
  index: number,
  bridges: readonly Bridge[],
  prefix: string,
): HostPlan {
  const { name, connection } = placed.host;
  const plugged = placed.interfaces.flatMap((item): Plugged[] => {
    const bridge = bridges.find(({ network }) => network === item.network);
    return bridge ? [{ item, bridge }] : [];
  });
  const { item, bridge, address } = firstInterface(placed, plugged);
  return {
    name,
    namespace: `${prefix}-host-${plainName(name)}`,
    user: connection.user ?? defaultUser,
    port: connection.port ?? 22,
    connectionAddress: connection.address,
    address,
    prefixLength: parseRange(bridge.range).prefixLength,
    interfaceName: item.name,
    ...(bridge.gateway !== undefined && bridge.gateway !== address && { gateway: bridge.gateway }),
    wires: plugged.map(({ item, bridge }, number): Wire => {
      const mac = item.mac ?? hardwareAddress(name, item.name);
      return { name: item.name, peer: `h${index}i${number}`, bridge: bridge.device, mac };
    }),
  };
}

/** An interface, and the bridge that it is plugged into. */
interface Plugged {
  readonly item: Interface;
  readonly bridge: Bridge;
}

/** The interface over which the controller comes: all that a freshly written card is told about the network. */
function firstInterface(
  { host }: Placed,
  plugged: readonly Plugged[],
): Plugged & { readonly address: string } {
  const { address } = host.connection;
  const exact = plugged.find(({ item }) => item.address === address);
  const near = plugged.find(({ bridge }) => contains(parseRange(bridge.range), address));
  const found = exact ?? near;
  if (found) return { ...found, address };
  // The inventory connects to a name.
  for (const { item, bridge } of plugged) {
    if (item.address !== undefined) return { item, bridge, address: item.address };
  }
  throw new RehearsalError(
    `the rehearsal cannot wire ${host.name}: none of its interfaces is on a network that contains ${address}, ` +
      `and none has a static address`,
  );
}
