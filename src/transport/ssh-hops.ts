import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../model/inventory.ts';
import type { Secret } from '../model/secret.ts';
import { knownHostName } from './known-hosts.ts';
import { expandPath, readSshConfig, type SshConfig } from './ssh-config.ts';
import type { SshOptions } from './ssh-options.ts';
import { TransportError } from './transport.ts';

const CONNECT_TIMEOUT = 10;
const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/** One SSH server on the way to a host, or the host itself, with all that is needed to log in there. */
export interface Hop {
  /** As its author calls it; what `homerun trust` takes. */
  readonly name: string;
  /** The command that trusts it, but for its name. */
  readonly trust: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Its name in `known_hosts`. */
  readonly knownAs: string;
  /** The first is the one that is written. */
  readonly knownHosts: readonly string[];
  readonly identityFiles: readonly string[];
  /** Only then is a missing key file worth a word. */
  readonly isIdentityNamed: boolean;
  readonly identitiesOnly: boolean;
  readonly agentSocket: string | undefined;
  readonly password: Secret | undefined;
  /** Seconds. */
  readonly connectTimeout: number;
}

export interface Hops {
  /** In the order in which they are passed. */
  readonly jumps: readonly Hop[];
  readonly target: Hop;
}

/** The way to a host. Inventory first, then `ssh -G`, then SSH's defaults. */
export async function resolveHops(options: SshOptions): Promise<Hops> {
  return await resolve(options.name, options.connection, options, []);
}

async function resolve(
  name: string,
  connection: Connection,
  options: SshOptions,
  path: readonly string[],
): Promise<Hops> {
  if (path.includes(name))
    throw new TransportError('setup', `the jump hosts go round in a circle: ${[...path, name].join(' → ')}`);
  const config = await configOf(connection, options);
  const jumps: Hop[] = [];
  for (const jump of jumpsOf(connection, config)) {
    const through = options.lookUp?.(jump) ?? parseJump(jump);
    const way = await resolve(jump, through, options, [...path, name]);
    // Only the first of several has a way of its own; the others are reached through the ones before them.
    jumps.push(...(jumps.length === 0 ? way.jumps : []), way.target);
  }
  return { jumps, target: makeHop(name, connection, config, options) };
}

async function configOf(connection: Connection, options: SshOptions): Promise<SshConfig | undefined> {
  if (options.sshConfig === false) return undefined;
  return await readSshConfig({
    address: connection.address,
    ...(connection.user === undefined ? {} : { user: connection.user }),
    ...(connection.port === undefined ? {} : { port: connection.port }),
    ...(options.sshConfig === undefined ? {} : { file: options.sshConfig }),
  });
}

function jumpsOf(connection: Connection, config: SshConfig | undefined): string[] {
  const list = connection.jump ?? config?.proxyJump ?? 'none';
  return list === 'none' ? [] : list.split(',').map((jump) => jump.trim());
}

/** `[user@]host[:port]`, an IPv6 address in brackets, or the same as a `ssh://` address. */
function parseJump(text: string): Connection {
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^:@]+|[0-9a-f]*:[0-9a-f]*:[0-9a-f:]*))(?::(\d+))?$/i.exec(
      text,
    ) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined)
    throw new TransportError('setup', `\`${text}\` is no jump host`, {
      hint: 'write the name of a host of the inventory, or `user@host:port`',
    });
  return {
    transport: 'ssh',
    address,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

function makeHop(
  name: string,
  connection: Connection,
  config: SshConfig | undefined,
  options: SshOptions,
): Hop {
  const address = config?.hostname ?? connection.address;
  const port = connection.port ?? config?.port ?? 22;
  const own = join(homedir(), '.ssh', 'known_hosts');
  const agent = config?.identityAgent;
  return {
    name,
    trust: ['homerun', 'trust', ...(options.trustFlags ?? [])].join(' '),
    address,
    port,
    user: connection.user ?? config?.user ?? userInfo().username,
    knownAs: config?.hostKeyAlias?.toLowerCase() ?? knownHostName(address, port),
    knownHosts: options.knownHosts ?? config?.knownHosts ?? [own, '/etc/ssh/ssh_known_hosts'],
    ...identities(connection, config),
    identitiesOnly: config?.identitiesOnly ?? false,
    agentSocket: agent === undefined ? options.agentSocket : socketOf(agent),
    password: connection.password,
    connectTimeout:
      connection.connectTimeout ?? options.connectTimeout ?? config?.connectTimeout ?? CONNECT_TIMEOUT,
  };
}

function identities(
  connection: Connection,
  config: SshConfig | undefined,
): Pick<Hop, 'identityFiles' | 'isIdentityNamed'> {
  if (connection.privateKey !== undefined)
    return { identityFiles: [expandPath(connection.privateKey)], isIdentityNamed: true };
  const folder = join(homedir(), '.ssh');
  const defaults = DEFAULT_KEYS.map((key) => join(folder, key));
  // `ssh -G` names the default files too: a list with all of them is nobody's choice.
  if (!config || defaults.every((file) => config.identityFiles.includes(file)))
    return { identityFiles: defaults, isIdentityNamed: false };
  return { identityFiles: config.identityFiles, isIdentityNamed: true };
}

function socketOf(agent: string): string | undefined {
  return agent === 'none' ? undefined : agent;
}
