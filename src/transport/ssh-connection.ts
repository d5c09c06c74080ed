import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { askInTurn } from './ask.ts';
import { EndTeller, type Channel, type ChannelListener } from './channel.ts';
import { Deadline } from './deadline.ts';
import { readKnownHosts } from './known-hosts-file.ts';
import { Authenticator } from './ssh-authentication.ts';
import { dial, type KeepAlive, type Way } from './ssh-dial.ts';
import type { Hop } from './ssh-hops.ts';
import { hostKeyAlgorithms, refuseHostKey, rememberHostKey, UnknownHostKey } from './ssh-host-key.ts';
import type { SshOptions } from './ssh-options.ts';
import { TransportError } from './transport.ts';

const KEEP_ALIVE = { seconds: 15, count: 3 };

/** Milliseconds that a polite good-bye may take; a dead network would hold the process for minutes. */
const GOODBYE = 1000;

/** Connects and logs in. An unknown key is asked about after the attempt that showed it: no host waits for an answer. */
export async function connectHop(hop: Hop, way: Way, options: SshOptions): Promise<SshConnection> {
  try {
    return await attempt(hop, way, options);
  } catch (error) {
    if (!(error instanceof UnknownHostKey)) throw error;
    const { confirm } = options;
    const question = `${error.message}. Trust it from now on?`;
    if (!confirm || !(await askInTurn(() => confirm(question)))) throw error;
    await rememberHostKey(hop, error.key);
    return await attempt(hop, way, options);
  }
}

/** One SSH connection, logged in. */
export class SshConnection {
  readonly #hop: Hop;
  readonly #client: Client;
  readonly #listeners: (() => void)[] = [];
  /** Why it ended; undefined while it lives. */
  #end: string | undefined;
  #reason = 'the host closed the connection';

  constructor(hop: Hop, client: Client, keepAlive: KeepAlive) {
    this.#hop = hop;
    this.#client = client;
    // ssh2 throws what nobody listens to, and node-ssh stops listening once it is connected.
    client.on('error', (error: Error & { level?: string }) => {
      const isSilent = error.level === 'client-timeout';
      this.#reason = isSilent
        ? `no sign of life for ${keepAlive.seconds * keepAlive.count} s`
        : error.message;
    });
    client.on('close', () => {
      this.#end ??= this.#reason;
      for (const listener of this.#listeners) listener();
    });
  }

  get user(): string {
    return this.#hop.user;
  }

  get isAlive(): boolean {
    return this.#end === undefined;
  }

  onClose(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async exec(command: string, listener: ChannelListener): Promise<Channel> {
    const stream = await this.#call<ClientChannel>('a shell', (done) => this.#client.exec(command, done));
    const end = new EndTeller((how) => {
      listener.end(how);
      stream.close();
    });
    stream.on('data', (chunk: Buffer) => listener.stdout(chunk));
    stream.stderr.on('data', (chunk: Buffer) => listener.stderr(chunk));
    stream.on('exit', (code: number | null, signal?: string) =>
      end.exited(code === null ? { signal: signal ?? 'a signal' } : { code }),
    );
    stream.on('close', () => end.closed(this.#end === undefined ? {} : { lost: this.#end }));
    // The loss of the connection is told by `close`; this one only says that a write came too late.
    stream.on('error', () => undefined);
    return {
      write: (text) => void stream.write(text),
      close() {
        end.silence();
        stream.close();
      },
    };
  }

  /** A byte stream from here to another host. */
  async forward(target: Hop): Promise<Duplex> {
    return await this.#call<ClientChannel>(`a way to ${target.address}:${target.port}`, (done) =>
      this.#client.forwardOut('127.0.0.1', 0, target.address, target.port, done),
    );
  }

  /** Resolves when the connection is closed, by the host or by force. */
  async close(): Promise<void> {
    if (this.#end !== undefined) return;
    this.#end = 'it was closed';
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#client.destroy();
        resolve();
      }, GOODBYE);
      this.#client.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#client.end();
    });
  }

  async #call<T>(
    what: string,
    start: (done: (error: Error | undefined, result: T) => void) => void,
  ): Promise<T> {
    const { name } = this.#hop;
    try {
      return await new Promise<T>((resolve, reject) => {
        start((error, result) => (error ? reject(error) : resolve(result)));
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#end !== undefined)
        throw new TransportError('lost', `connection to ${name} lost: ${this.#end}`, { cause: error });
      throw new TransportError('unreachable', `${name} did not open ${what}: ${reason}`, { cause: error });
    }
  }
}

async function attempt(hop: Hop, way: Way, options: SshOptions): Promise<SshConnection> {
  const entries = await readKnownHosts(hop.knownHosts);
  const keepAlive = options.keepAlive ?? KEEP_ALIVE;
  const deadline = new Deadline(hop.connectTimeout);
  const authenticator = new Authenticator(hop, options, (ask) => deadline.hold(ask));
  const client = await dial(hop, way, {
    algorithms: hostKeyAlgorithms(entries, hop.knownAs),
    judge: async (key) => {
      const refusal = refuseHostKey(hop, entries, key);
      if (!(refusal instanceof UnknownHostKey) || options.acceptNew !== true) return refusal;
      await rememberHostKey(hop, key);
      return undefined;
    },
    login: authenticator.handler,
    explainLogin: () => authenticator.explain(),
    deadline,
    keepAlive,
  });
  return new SshConnection(hop, client, keepAlive);
}
