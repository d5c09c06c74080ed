import { isAbsolute, join, resolve } from 'node:path';
import type { Connection, Host, Inventory } from '../model/inventory.ts';
import { quote } from '../model/script.ts';
import { Secret, type Redactor } from '../model/secret.ts';
import { createTransport, type SshOptions } from '../transport/index.ts';
import { TransportError, type Transport } from '../transport/transport.ts';
import type { RunFlags } from './run.ts';
import { UsageError, type Terminal } from './terminal.ts';

/** Stops the live screen while somebody is asked something there; gives what starts it again. */
export type Pause = () => () => void;

/** How each host of a run is reached: the inventory, and what the command line says over it. */
export async function connector(
  inventory: Inventory,
  flags: RunFlags,
  terminal: Terminal,
  redactor: Redactor,
  pause: Pause,
): Promise<(host: Host) => Transport> {
  const loginPassword = flags.askPass
    ? new Secret(await terminal.ask('Password to log in: ', { hidden: true }))
    : undefined;
  if (loginPassword) redactor.add(loginPassword);
  const ask = async (question: string, hidden: boolean): Promise<string> => {
    const resume = pause();
    try {
      return await terminal.ask(question, { hidden });
    } finally {
      resume();
    }
  };
  const secret = async (question: string): Promise<string> => {
    const answer = await ask(question, true).catch((error: unknown) => {
      // Whoever presses Ctrl-D leaves this one host out; the others go on.
      if (!(error instanceof UsageError)) throw error;
      throw new TransportError('authentication', `nobody answered: ${question.trim().replace(/:$/, '')}`);
    });
    redactor.add(answer);
    return answer;
  };
  const interactive = terminal.canAsk
    ? {
        confirm: async (question: string) => {
          // No answer is no.
          const answer = ask(`${question} [yes/no] `, false).catch((error: unknown) => {
            if (error instanceof UsageError) return '';
            throw error;
          });
          return /^y(?:es)?$/i.test((await answer).trim());
        },
        askPassphrase: (path: string) => secret(`Passphrase of ${path}: `),
        askPassword: (login: string) => secret(`Password of ${login}: `),
      }
    : {};
  const lookUp = (name: string): Connection | undefined => {
    const found = inventory.hosts.find((host) => host.name === name);
    return found && connectionOf(found, flags, terminal, loginPassword);
  };
  const socket = terminal.environment['SSH_AUTH_SOCK'];
  return (host) =>
    createTransport({
      name: host.name,
      connection: connectionOf(host, flags, terminal, loginPassword),
      lookUp,
      ...reachOptions(flags),
      trustFlags: trustFlags(inventory, flags),
      ...(socket === undefined || socket === '' ? {} : { agentSocket: socket }),
      ...(flags.acceptNew ? { acceptNew: true } : {}),
      ...interactive,
    });
}

/** So that the command that is named in a refusal can be copied as it is. */
function trustFlags(inventory: Inventory, { knownHosts, sshConfig }: RunFlags): readonly string[] {
  const word = (text: string): string => (/^[\w./~+@%:,-]+$/.test(text) ? text : quote(text));
  return [
    ...(inventory.path === 'inventory.yaml' ? [] : ['--inventory', word(inventory.path)]),
    ...(knownHosts === undefined ? [] : ['--known-hosts', word(knownHosts)]),
    ...(sshConfig === false ? ['--no-ssh-config'] : []),
  ];
}

/** What `run` and `trust` have in common. */
export function reachOptions(
  flags: Pick<RunFlags, 'knownHosts' | 'sshConfig' | 'timeout'>,
): Partial<SshOptions> {
  return {
    ...(flags.knownHosts === undefined ? {} : { knownHosts: [flags.knownHosts] }),
    ...(flags.sshConfig === false ? { sshConfig: false } : {}),
    ...(flags.timeout === undefined ? {} : { connectTimeout: flags.timeout }),
  };
}

/** The command line wins: `--user` is for the first login, when the user of the inventory is not there yet. */
function connectionOf(
  host: Host,
  flags: RunFlags,
  terminal: Terminal,
  password: Secret | undefined,
): Connection {
  const key = flags.privateKey ?? host.connection.privateKey;
  return {
    ...host.connection,
    ...(flags.user === undefined ? {} : { user: flags.user }),
    ...(key === undefined ? {} : { privateKey: expand(key, terminal) }),
    ...(password ? { password } : {}),
  };
}

function expand(path: string, terminal: Terminal): string {
  if (path.startsWith('~/')) return join(terminal.homeDirectory, path.slice(2));
  return isAbsolute(path) ? path : resolve(terminal.workingDirectory, path);
}
