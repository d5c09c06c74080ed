import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { SshOptions } from '../../src/transport/ssh-options.ts';
import { temporaryFolder } from '../temporary.ts';

export type KeyType = 'ed25519' | 'ecdsa' | 'rsa';

export interface SshdOptions {
  readonly hostKeys?: readonly KeyType[];
  /** More lines for its configuration; they come first, and the first value of a keyword counts. */
  readonly config?: string;
  /** Users that exist in this server's own view of the machine only. */
  readonly users?: readonly { readonly name: string; readonly password: string }[];
  /** Its sudoers file. */
  readonly sudoers?: string;
}

export interface Sshd {
  readonly folder: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** A private key that may log in. */
  readonly clientKey: string;
  /** `known_hosts` with all its keys. */
  readonly knownHosts: string;
  /** Everything it has logged so far. */
  log(): string;
  /** How to connect; without the user's own configuration of `ssh`. */
  options(more?: Partial<SshOptions['connection']>): SshOptions;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();

// A test that failed may not have stopped its own.
afterAll(async () => {
  for (const server of running) await end(server);
});

/**
 * A real sshd on a free port of the loopback, with keys and a configuration of its own. It runs in a mount namespace:
 * users, sudoers and /run are its own, and the machine's are not touched.
 */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const folder = temporaryFolder('sshd');
  // The users of this sshd must find their homes in it.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const hostKeys = (options.hostKeys ?? ['ed25519']).map((type) => makeKey(folder, `host_${type}`, type));
  const clientKey = makeKey(folder, 'client', 'ed25519');
  const authorized = join(folder, 'authorized_keys');
  writeFileSync(authorized, readFileSync(`${clientKey}.pub`));
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, hostKeys.map((path) => knownHostLine(path, port)).join(''));
  const config = join(folder, 'sshd_config');
  writeFileSync(
    config,
    `${options.config ?? ''}
Port ${port}
ListenAddress 127.0.0.1
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthorizedKeysFile ${authorized}
LogLevel DEBUG1
${hostKeys.map((path) => `HostKey ${path}`).join('\n')}
`,
  );
  // Where the tests are killed, it is too.
  const child = spawn('setpriv', [
    ...['--pdeathsig', 'KILL', 'unshare', '-m'],
    'sh',
    '-c',
    `${mounts(folder, options)} exec /usr/sbin/sshd -D -e -f ${config}`,
  ]);
  running.add(child);
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  while (!log.includes('Server listening')) {
    if (child.exitCode !== null) throw new Error(`sshd did not start: ${log}`);
    await Promise.race([once(child.stderr, 'data'), once(child, 'exit')]);
  }
  return {
    folder,
    port,
    process: child,
    clientKey,
    knownHosts,
    log: () => log,
    options: (more = {}) => ({
      name: 'pi',
      connection: {
        transport: 'ssh',
        address: '127.0.0.1',
        port,
        user: 'root',
        privateKey: clientKey,
        ...more,
      },
      knownHosts: [knownHosts],
      sshConfig: false,
    }),
    async stop() {
      await end(child);
    },
  };
}

/** Ends a server with its sessions, which are processes of their own and outlive it. */
async function end(server: ChildProcess): Promise<void> {
  running.delete(server);
  if (server.exitCode !== null || server.signalCode !== null) return;
  const sessions = execFileSync('sh', ['-c', `ps -o pid= --ppid ${server.pid} || true`]).toString();
  server.kill();
  await once(server, 'exit');
  for (const pid of sessions
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number)) {
    try {
      process.kill(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Makes a key pair and gives the path of the private one. */
export function makeKey(folder: string, name: string, type: KeyType, passphrase = ''): string {
  const path = join(folder, name);
  // Few rounds: what is tried here is not the strength of the encryption.
  const words = ['-q', '-t', type, '-N', passphrase, '-a', '1', '-C', name, '-f', path];
  execFileSync('ssh-keygen', type === 'rsa' ? [...words, '-b', '2048'] : words);
  return path;
}

/** The line of `known_hosts` for a host key on a port of the loopback. */
export function knownHostLine(keyPath: string, port: number): string {
  return `[127.0.0.1]:${port} ${readFileSync(`${keyPath}.pub`, 'latin1').split(' ').slice(0, 2).join(' ')}\n`;
}

/** SHA256 fingerprint of a key, by `ssh-keygen`. */
export function keyFingerprint(keyPath: string): string {
  return (
    execFileSync('ssh-keygen', ['-l', '-f', `${keyPath}.pub`])
      .toString()
      .split(' ')[1] ?? ''
  );
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function mounts(folder: string, options: SshdOptions): string {
  const users = options.users ?? [];
  const commands = ['mount -t tmpfs tmpfs /run', 'mkdir -m 755 /run/sshd'];
  const replace = (path: string, text: string, mode: number): void => {
    const own = join(folder, path.replaceAll('/', '_'));
    writeFileSync(own, text);
    chmodSync(own, mode);
    commands.push(`mount --bind ${own} ${path}`);
  };
  if (users.length > 0) {
    const lines = users.map(({ name, password }, index) => {
      const home = join(folder, name);
      mkdirSync(home);
      commands.push(`chown ${4242 + index} ${home}`);
      const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password }).toString().trim();
      return {
        passwd: `${name}:x:${4242 + index}:65534::${home}:/bin/sh\n`,
        shadow: `${name}:${hash}:19000::::::\n`,
      };
    });
    replace(
      '/etc/passwd',
      readFileSync('/etc/passwd', 'latin1') + lines.map((line) => line.passwd).join(''),
      0o644,
    );
    replace(
      '/etc/shadow',
      readFileSync('/etc/shadow', 'latin1') + lines.map((line) => line.shadow).join(''),
      0o640,
    );
  }
  if (options.sudoers !== undefined) replace('/etc/sudoers', options.sudoers, 0o440);
  return `${commands.join(' && ')} &&`;
}
