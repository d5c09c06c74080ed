import type { Duplex } from 'node:stream';
import type { AuthHandlerMiddleware, Client } from 'ssh2';
import type { Deadline } from './deadline.ts';
import { hostKeyOf, type HostKey } from './known-hosts.ts';
import type { Hop } from './ssh-hops.ts';
import type { HostKeyAlgorithm } from './ssh-host-key.ts';
import { TransportError } from './transport.ts';

/** Opens the byte stream to a host that stands behind another; undefined: the host is reached directly. */
export type Way = (() => Promise<Duplex>) | undefined;

export interface Handshake {
  /** In the order in which they are offered. */
  readonly algorithms: readonly HostKeyAlgorithm[];
  /** Says why the key is not good enough to log in; it is asked before any credential leaves this machine. */
  readonly judge: (key: HostKey) => Promise<TransportError | undefined>;
  readonly login: AuthHandlerMiddleware;
  /** Says why no login was good. */
  readonly explainLogin: () => TransportError;
  readonly deadline: Deadline;
  readonly keepAlive: KeepAlive;
}

export interface KeepAlive {
  readonly seconds: number;
  readonly count: number;
}

/** Makes a connection to an SSH server: key exchange, host key, login. */
export async function dial(hop: Hop, way: Way, handshake: Handshake): Promise<Client> {
  const { deadline, keepAlive } = handshake;
  const [{ NodeSSH }, sock] = await Promise.all([import('node-ssh'), way?.()]);
  const ssh = new NodeSSH();
  let refusal: TransportError | undefined;
  const connected = ssh.connect({
    ...(sock ? { sock } : { host: hop.address, port: hop.port }),
    username: hop.user,
    // Ours stands still while the user is asked for a password.
    readyTimeout: 0,
    keepaliveInterval: keepAlive.seconds * 1000,
    keepaliveCountMax: keepAlive.count,
    algorithms: { serverHostKey: [...handshake.algorithms] },
    hostVerifier: (blob: Buffer, verify: (isGood: boolean) => void) => {
      handshake.judge(hostKeyOf(blob)).then(
        (reason) => {
          refusal = reason;
          verify(reason === undefined);
        },
        (error: unknown) => {
          refusal = error instanceof TransportError ? error : new TransportError('setup', String(error));
          verify(false);
        },
      );
    },
    authHandler: handshake.login,
  });
  const client = ssh.connection;
  // Nagle's algorithm and delayed acknowledgements would cost 40 ms for each exchange.
  client?.on('connect', () => client.setNoDelay(true));
  // Without a listener of our own, an error after node-ssh has stopped listening would end the process.
  client?.on('error', () => undefined);
  deadline.start(() => client?.destroy());
  try {
    await connected;
    if (client) return client;
    throw new Error('node-ssh has no connection');
  } catch (error) {
    client?.destroy();
    throw refusal ?? explain(hop, error, handshake);
  } finally {
    deadline.stop();
  }
}

function explain(hop: Hop, error: unknown, handshake: Handshake): TransportError {
  const target =
    hop.name === hop.address && hop.port === 22 ? hop.name : `${hop.name} (${hop.address}:${hop.port})`;
  const { message, level, code } = detailsOf(error);
  const unreachable = (reason: string, hint: string): TransportError =>
    new TransportError('unreachable', `cannot reach ${target}: ${reason}`, { hint, cause: error });
  if (handshake.deadline.hasExpired)
    return unreachable(
      `no answer within ${handshake.deadline.seconds} s`,
      'is it switched on, and is its address right? A longer `connect_timeout` helps where it is slow',
    );
  if (level === 'client-authentication' || /authentication/i.test(message)) return handshake.explainLogin();
  if (code === 'ECONNREFUSED')
    return unreachable('connection refused', 'the machine is there, but no sshd answers at that port');
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return unreachable('its name cannot be resolved', 'set its `address` in the inventory');
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return unreachable('no route to it', 'is it switched on, and is this machine in its network?');
  if (message.startsWith('Handshake failed'))
    return unreachable(message.toLowerCase(), 'its sshd offers nothing that both sides know');
  return unreachable(
    /before handshake|No response/.test(message) ? 'it closed the connection' : message,
    'its sshd may be starting, overloaded (MaxStartups), or shutting this machine out (fail2ban)',
  );
}

function detailsOf(error: unknown): { message: string; level: string; code: string } {
  if (!(error instanceof Error)) return { message: String(error), level: '', code: '' };
  const text = (key: string): string => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' ? value : '';
  };
  return { message: error.message, level: text('level'), code: text('code') };
}
