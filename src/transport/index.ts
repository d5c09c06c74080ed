import { createLocalTransport } from './local.ts';
import type { SshOptions } from './ssh-options.ts';
import { createSshTransport } from './ssh.ts';
import type { Transport } from './transport.ts';

export { createLocalTransport, type LocalOptions } from './local.ts';
export type { SshOptions } from './ssh-options.ts';
export { createSshTransport } from './ssh.ts';
export * from './transport.ts';
export { fetchHostKeys, trustHost, type HostKeys, type OfferedKey, type ShownKey } from './trust.ts';

/** The way to a host that its inventory asks for. */
export function createTransport(options: SshOptions): Transport {
  const { name, connection, shell } = options;
  if (connection.transport === 'ssh') return createSshTransport(options);
  return createLocalTransport(shell === undefined ? { name } : { name, shell });
}
