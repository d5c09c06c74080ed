import type { Secret } from './secret.ts';
import type { Span } from './source.ts';
import type { ValueMap } from './value.ts';

/** The house: who is in it, and how its networks are wired. */
export interface Inventory {
  /** Path of the file it was read from. */
  readonly path: string;
  /** In the order of the file. */
  readonly hosts: readonly Host[];
  /** Host names by group, nested groups resolved; `all` and `ungrouped` are always there. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly networks: readonly Network[];
}

export interface Network {
  readonly name: string;
  /** CIDR, e.g. `192.168.1.0/24`. */
  readonly range: string;
  /** Address of the router of this network. */
  readonly gateway?: string;
  readonly gatewaySpan?: Span;
  /** Everything else the author wrote under the network (e.g. `dhcp`), for templates. */
  readonly settings: ValueMap;
  readonly span?: Span;
}

export interface Host {
  readonly name: string;
  /** All groups it is in, outermost first, without `all`. */
  readonly groups: readonly string[];
  readonly connection: Connection;
  readonly interfaces: readonly Interface[];
  /** Variables of `all`, the groups and the host, merged; not yet rendered as templates. */
  readonly variables: ValueMap;
  readonly span?: Span;
}

export interface Interface {
  /** As the kernel names it: `eth0`. */
  readonly name: string;
  /** Name of a network of the inventory. */
  readonly network?: string;
  /** Static address without prefix length; absent: by DHCP. */
  readonly address?: string;
  /** Hardware address, where the author fixed one. */
  readonly mac?: string;
  readonly span?: Span;
}

/** How to reach a host. What is absent comes from the command line, then `ssh -G`, then SSH's defaults. */
export interface Connection {
  readonly transport: 'ssh' | 'local';
  /** Name or address to connect to. */
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly privateKey?: string;
  readonly password?: Secret;
  /** Name of an inventory host, or `user@host:port`, to go through. */
  readonly jump?: string;
  /** Seconds to wait for a connection. */
  readonly connectTimeout?: number;
  readonly become?: {
    readonly user?: string;
    readonly method?: 'sudo' | 'su' | 'doas';
    readonly password?: Secret;
  };
}
