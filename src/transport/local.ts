import { spawn } from 'node:child_process';
import { userInfo } from 'node:os';
import { EndTeller, type Channel, type ChannelEnd, type ChannelListener } from './channel.ts';
import { Sessions } from './sessions.ts';
import { TransportError, type Transport } from './transport.ts';

export interface LocalOptions {
  /** How the host is called in messages. */
  readonly name: string;
  /** Command of the shell, `sh` by default. */
  readonly shell?: string;
}

/** This machine as a host, by child processes. */
export function createLocalTransport(options: LocalOptions): Transport {
  const open = (command: string, listener: ChannelListener): Promise<Channel> =>
    openLocal(options.name, command, listener);
  const sessions = new Sessions(options.name, open, options.shell);
  return {
    session: (become) => Promise.resolve(sessions.get(become, userInfo().username)),
    close: () => Promise.resolve(sessions.close()),
  };
}

async function openLocal(name: string, command: string, listener: ChannelListener): Promise<Channel> {
  // A session of its own: Ctrl-C must reach us alone, and no `sudo` in it shall find our terminal.
  const child = spawn('sh', ['-c', command], { detached: true });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(
        new TransportError('setup', `no shell could be started on ${name}: ${error.message}`, {
          cause: error,
        }),
      ),
    );
  });
  const release = (): void => {
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    child.unref();
  };
  const end = new EndTeller((how) => {
    listener.end(how);
    release();
  });
  const how = (code: number | null, signal: string | null): ChannelEnd => ({
    ...(code === null ? {} : { code }),
    ...(signal === null ? {} : { signal }),
  });
  // A dead shell is told by its exit; a broken pipe before that says nothing more.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
  child.stdout.on('data', (chunk: Buffer) => listener.stdout(chunk));
  child.stderr.on('data', (chunk: Buffer) => listener.stderr(chunk));
  child.on('close', (code, signal) => end.closed(how(code, signal)));
  child.on('exit', (code, signal) => end.exited(how(code, signal)));
  return {
    write: (text) => void child.stdin.write(text),
    close() {
      end.silence();
      child.stdin.end();
      release();
    },
  };
}
