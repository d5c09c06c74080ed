import { execFile } from 'node:child_process';
import { homedir, userInfo } from 'node:os';
import { TransportError } from './transport.ts';

/** What the user's own configuration of `ssh` says about a host, all tokens and `~` resolved. */
export interface SshConfig {
  readonly hostname: string;
  readonly user: string;
  readonly port: number;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** A socket's path; `none`: use no agent; absent: the one of the environment. */
  readonly identityAgent?: string;
  readonly knownHosts: readonly string[];
  readonly hostKeyAlias?: string;
  /** Comma list of hosts to go through. */
  readonly proxyJump?: string;
  /** Seconds. */
  readonly connectTimeout?: number;
}

/** What is asked of `ssh -G`; a user and a port that are already known decide its `Match` blocks. */
export interface SshConfigQuery {
  readonly address: string;
  readonly user?: string;
  readonly port?: number;
  /** Another file than the user's own. */
  readonly file?: string;
}

/**
 * Asks `ssh -G`, which alone understands Include, Match and tokens. Undefined where there is no `ssh`.
 * Each question is asked once: many hosts go through the same jump host.
 */
export function readSshConfig(query: SshConfigQuery): Promise<SshConfig | undefined> {
  const words = ['-G', '-T'];
  if (query.file !== undefined) words.push('-F', query.file);
  if (query.user !== undefined) words.push('-l', query.user);
  if (query.port !== undefined) words.push('-p', String(query.port));
  words.push('--', query.address);
  const key = JSON.stringify(words);
  const known = answers.get(key);
  if (known) return known;
  const answer = askSsh(words).then((text) =>
    text === undefined ? undefined : parseSshConfig(text, query.address),
  );
  answers.set(key, answer);
  return answer;
}

/** Reads the output of `ssh -G`. */
export function parseSshConfig(text: string, address: string): SshConfig {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, [...(values.get(key) ?? []), value]);
  }
  const one = (key: string): string | undefined => values.get(key)?.[0];
  const command = one('proxycommand');
  if (command !== undefined && command !== 'none')
    throw new TransportError(
      'setup',
      `ProxyCommand, which ssh's configuration sets for ${address}, is not supported`,
      {
        hint: 'use ProxyJump there, or `jump` in the inventory',
      },
    );
  const hostname = one('hostname') ?? address;
  const user = one('user') ?? userInfo().username;
  const port = Number(one('port') ?? 22);
  const expand = (path: string): string =>
    expandPath(path, { n: address, h: hostname, r: user, p: String(port) });
  const agent = one('identityagent');
  const alias = one('hostkeyalias');
  const jump = one('proxyjump');
  const timeout = Number(one('connecttimeout'));
  return {
    hostname,
    user,
    port,
    identityFiles: (values.get('identityfile') ?? []).map(expand),
    identitiesOnly: one('identitiesonly') === 'yes',
    knownHosts: [one('userknownhostsfile'), one('globalknownhostsfile')]
      .flatMap((list) => list?.split(' ') ?? [])
      .filter((path) => path !== '' && path !== 'none')
      .map(expand),
    ...(agent === undefined || agent === 'SSH_AUTH_SOCK' ? {} : { identityAgent: expand(agent) }),
    ...(alias === undefined ? {} : { hostKeyAlias: alias }),
    ...(jump === undefined || jump === 'none' ? {} : { proxyJump: jump }),
    ...(timeout > 0 ? { connectTimeout: timeout } : {}),
  };
}

/** A path with `~` and the tokens of `ssh_config` replaced. */
export function expandPath(path: string, tokens: Readonly<Record<string, string>> = {}): string {
  const all: Readonly<Record<string, string>> = { ...tokens, d: homedir(), u: userInfo().username, '%': '%' };
  return path
    .replace(/^~(?=\/|$)/, () => homedir())
    .replaceAll(/%(.)/g, (whole, token: string) => all[token] ?? whole);
}

const answers = new Map<string, Promise<SshConfig | undefined>>();

function askSsh(words: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile('ssh', words, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if ('code' in error && String(error.code) === 'ENOENT') return resolve(undefined);
      const reason = stderr.trim().split('\n').at(-1) ?? error.message;
      reject(
        new TransportError('setup', `ssh does not understand its own configuration: ${reason}`, {
          hint: `try: ssh ${words.join(' ')}`,
        }),
      );
    });
  });
}
