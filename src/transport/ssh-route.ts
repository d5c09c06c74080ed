import { connectHop, type SshConnection } from './ssh-connection.ts';
import type { Way } from './ssh-dial.ts';
import { resolveHops, type Hop } from './ssh-hops.ts';
import type { SshOptions } from './ssh-options.ts';

/** The last hop, and how to get to it; not connected yet, but every jump host before it is. */
export interface Approach {
  readonly target: Hop;
  readonly way: Way;
  /** Leaves the jump hosts. */
  readonly close: () => Promise<void>;
}

/** The connections to a host and to the jump hosts before it. */
export interface Route {
  readonly last: SshConnection;
  close(): Promise<void>;
}

/** Connects to one hop after the other, each through the one before it. */
export async function openRoute(options: SshOptions): Promise<Route> {
  const { target, way, close } = await approach(options);
  try {
    const last = await connectHop(target, way, options);
    // A jump host has no use without the host behind it, and would keep this process alive.
    last.onClose(() => void close());
    return {
      last,
      async close() {
        await last.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Connects to the jump hosts of a host, as far as there are any. */
export async function approach(options: SshOptions): Promise<Approach> {
  const { jumps, target } = await resolveHops(options);
  const connections: SshConnection[] = [];
  const close = async (): Promise<void> => {
    for (const connection of connections.toReversed()) await connection.close();
  };
  const wayTo = (hop: Hop): Way => {
    const through = connections.at(-1);
    return through && (() => through.forward(hop));
  };
  try {
    for (const jump of jumps) connections.push(await connectHop(jump, wayTo(jump), options));
  } catch (error) {
    await close();
    throw error;
  }
  return { target, way: wayTo(target), close };
}
