import { existsSync } from 'node:fs';
import type { Connection } from '../model/inventory.ts';
import { fetchHostKeys, trustHost } from '../transport/index.ts';
import { reachOptions } from './connect.ts';
import { loadInventoryFile } from './load.ts';
import { exitCode, UsageError, type Terminal } from './terminal.ts';

export interface TrustFlags {
  readonly inventory: string;
  readonly replace?: boolean;
  readonly knownHosts?: string;
  readonly sshConfig?: boolean;
  readonly yes?: boolean;
}

/** `homerun trust HOST…`: shows the keys that hosts offer, and writes them to known_hosts on request. */
export async function trustCommand(
  names: readonly string[],
  flags: TrustFlags,
  terminal: Terminal,
): Promise<number> {
  const connections = await inventoryConnections(flags, terminal);
  for (const name of names) {
    const connection = connections.get(name) ?? { transport: 'ssh', address: name };
    if (connection.transport === 'local') {
      terminal.out(`${name} is this machine: there is no key to trust\n`);
      continue;
    }
    const offered = await fetchHostKeys({
      name,
      connection,
      lookUp: (other) => connections.get(other),
      ...reachOptions(flags),
    });
    const changed = offered.keys.filter((key) => key.state === 'changed');
    terminal.out(`${name} (${connection.address}) offers\n`);
    for (const key of offered.keys) terminal.out(`  ${key.type}  ${key.fingerprint}  ${words[key.state]}\n`);
    if (offered.known.length > 0) terminal.out('known so far\n');
    for (const key of offered.known) terminal.out(`  ${key.type}  ${key.fingerprint}  ${key.where ?? ''}\n`);
    if (offered.keys.length > 0 && offered.keys.every((key) => key.state === 'match')) continue;
    if (changed.length > 0 && !flags.replace) {
      throw new UsageError(
        `the key of ${name} has changed: either its card was reset, or somebody stands between you and it`,
        `if you know why it changed: homerun trust --replace ${name}`,
      );
    }
    if (!flags.yes && !terminal.canAsk) {
      const replace = changed.length > 0 ? '--replace ' : '';
      throw new UsageError(
        'there is no terminal to ask whether to trust it',
        `compare the fingerprints with what the host itself says, then: homerun trust ${replace}--yes ${name}`,
      );
    }
    if (!flags.yes && !(await agrees(terminal))) {
      terminal.out('Nothing was written.\n');
      return exitCode.taskFailed;
    }
    terminal.out(`written to ${await trustHost(offered, { replace: flags.replace ?? false })}\n`);
  }
  return exitCode.fine;
}

const words = { match: 'known', unknown: 'not known yet', changed: 'CHANGED', revoked: 'REVOKED' } as const;

async function agrees(terminal: Terminal): Promise<boolean> {
  terminal.out(
    'Compare it with what the host itself says: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\n',
  );
  return /^y(?:es)?$/i.test((await terminal.ask('Trust it? [yes/no] ')).trim());
}

/** Without an inventory the names are addresses. */
async function inventoryConnections(flags: TrustFlags, terminal: Terminal): Promise<Map<string, Connection>> {
  if (flags.inventory === 'inventory.yaml' && !existsSync(flags.inventory)) return new Map();
  const inventory = await loadInventoryFile(flags.inventory, terminal);
  return new Map(inventory.hosts.map((host) => [host.name, host.connection]));
}
