import type { Inventory } from '../model/inventory.ts';
import { contains, isPrivate, parseRange } from './address.ts';
import { RehearsalError } from './error.ts';
import type { Placed } from './topology.ts';

/** A network of the inventory, as a bridge in the namespace that plays the modem. */
export interface Bridge {
  readonly network: string;
  /** Name of the bridge. */
  readonly device: string;
  readonly range: string;
  readonly gateway?: string;
  /** The gateway is the modem's own address; else a host of the inventory is the gateway, or there is none. */
  readonly isModems: boolean;
  /** It stands for the internet: what comes from the other networks is masqueraded, what it begins is refused. */
  readonly outside: boolean;
}

/** One bridge for each network that a host is wired to; a tunnel's network has none. */
export function bridgesOf(inventory: Inventory, placed: readonly Placed[]): readonly Bridge[] {
  const interfaces = placed.flatMap((item) => item.interfaces);
  const used = new Set(interfaces.map(({ network }) => network));
  const addresses = new Set([
    ...interfaces.map(({ address }) => address),
    ...placed.map(({ host }) => host.connection.address),
  ]);
  return inventory.networks
    .filter(({ name }) => used.has(name))
    .map(({ name, range, gateway }, index) => {
      if (gateway !== undefined && !contains(parseRange(range), gateway)) {
        throw new RehearsalError(
          `the gateway of the network ${name}, ${gateway}, is not in its range ${range}`,
        );
      }
      return {
        network: name,
        // Kernel names end after 15 characters.
        device: `br${index}-${name.replaceAll(/[^A-Za-z0-9-]/g, '-')}`.slice(0, 15),
        range,
        ...(gateway !== undefined && { gateway }),
        isModems: gateway !== undefined && !addresses.has(gateway),
        outside: !isPrivate(parseRange(range)),
      };
    });
}
