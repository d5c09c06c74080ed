import { Sessions } from './sessions.ts';
import type { SshOptions } from './ssh-options.ts';
import { openRoute, type Route } from './ssh-route.ts';
import type { Transport } from './transport.ts';

/** A host over SSH: one connection, opened by the first session, and again after it was lost. */
export function createSshTransport(options: SshOptions): Transport {
  let route: Promise<Route> | undefined;
  const connect = (): Promise<Route> => {
    if (route) return route;
    const own = openRoute(options);
    route = own;
    const forget = (): void => {
      if (route === own) route = undefined;
    };
    own.then(({ last }) => last.onClose(forget), forget);
    return own;
  };
  const sessions = new Sessions(
    options.name,
    async (command, listener) => (await connect()).last.exec(command, listener),
    options.shell,
  );
  return {
    async session(become) {
      const { last } = await connect();
      return sessions.get(become, last.user);
    },
    async close() {
      sessions.close();
      // A connection that failed to open has been reported where it was asked for.
      const open = await route?.catch(() => undefined);
      await open?.close();
    },
  };
}
