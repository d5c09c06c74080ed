import { formatAddress, parseRange } from './address.ts';
import type { Bridge } from './bridges.ts';
import { RehearsalError } from './error.ts';
import { hardwareAddress } from './names.ts';
import type { Placed, StationPlan } from './topology.ts';

/** The controller sits on the modem's network, as the laptop does that homerun is run from. */
export function planController(
  placed: readonly Placed[],
  bridges: readonly Bridge[],
  prefix: string,
): StationPlan {
  const inside = bridges.filter(({ outside }) => !outside);
  const bridge =
    inside.find(({ network }) => network === 'modem') ??
    inside.find(({ isModems }) => isModems) ??
    bridges[0];
  if (!bridge) throw new RehearsalError('no host of the inventory is on one of its networks');
  const { range, device, gateway } = bridge;
  return {
    namespace: `${prefix}-controller`,
    wire: { name: 'eth0', peer: 'controller', bridge: device, mac: hardwareAddress('controller', 'eth0') },
    address: freeAddress(placed, bridge),
    prefixLength: parseRange(range).prefixLength,
    ...(gateway !== undefined && { gateway }),
  };
}

/** From the end of the range, where neither hosts nor leases usually are. */
function freeAddress(placed: readonly Placed[], { range, gateway, network }: Bridge): string {
  const taken = new Set([
    gateway,
    ...placed.flatMap(({ host, interfaces }) => [
      host.connection.address,
      ...interfaces.map((item) => item.address),
    ]),
  ]);
  const { first, last } = parseRange(range);
  for (let address = last - 1; address > first; address--) {
    if (!taken.has(formatAddress(address))) return formatAddress(address);
  }
  throw new RehearsalError(`the network ${network} has no address left for the controller`);
}
