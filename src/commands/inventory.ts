import { writeFileSync } from 'node:fs';
import type { Host, Inventory } from '../model/inventory.ts';
import { graphAsMermaid, graphAsSvg, graphAsText } from '../report/graph.ts';
import { loadInventoryFile } from './load.ts';
import { exitCode, UsageError, type Terminal } from './terminal.ts';

/** `homerun inventory`: who is in the house, as homerun understood the file. */
export async function inventoryCommand(
  flags: { inventory: string; json?: boolean; graph?: boolean | string },
  terminal: Terminal,
): Promise<number> {
  const inventory = await loadInventoryFile(flags.inventory, terminal);
  if (flags.graph === true) {
    terminal.out(graphAsText(inventory, terminal.columns()));
    return exitCode.fine;
  }
  if (typeof flags.graph === 'string') {
    writeFileSync(flags.graph, graphFor(flags.graph, inventory));
    terminal.out(`${flags.graph} is written\n`);
    return exitCode.fine;
  }
  terminal.out(flags.json ? `${JSON.stringify(asData(inventory), undefined, 2)}\n` : asText(inventory));
  return exitCode.fine;
}

function graphFor(file: string, inventory: Inventory): string {
  if (file.endsWith('.svg')) return graphAsSvg(inventory);
  if (file.endsWith('.mmd') || file.endsWith('.mermaid')) return graphAsMermaid(inventory);
  throw new UsageError(
    `\`${file}\` is no kind of picture that homerun can draw`,
    'end the name in .svg or .mmd; without a name it is drawn here',
  );
}

function asText(inventory: Inventory): string {
  const lines: string[] = [];
  for (const network of inventory.networks) {
    lines.push(
      `network ${network.name}  ${network.range}${network.gateway === undefined ? '' : `, gateway ${network.gateway}`}`,
    );
    for (const host of inventory.hosts) {
      for (const link of host.interfaces.filter((candidate) => candidate.network === network.name)) {
        lines.push(`  ${host.name}  ${link.name}  ${link.address ?? 'by DHCP'}`);
      }
    }
  }
  if (lines.length > 0) lines.push('');
  for (const host of inventory.hosts)
    lines.push(`host ${host.name}  ${reach(host)}  groups: ${host.groups.join(', ') || 'none'}`);
  return `${lines.join('\n')}\n`;
}

function reach(host: Host): string {
  const { transport, user, address, port } = host.connection;
  if (transport === 'local') return 'this machine';
  return `${user === undefined ? '' : `${user}@`}${address}${port === undefined ? '' : `:${port}`}`;
}

/** Secrets print as stars by themselves. */
function asData(inventory: Inventory): unknown {
  const hosts = inventory.hosts.map(({ name, groups, connection, interfaces, variables }) => ({
    name,
    groups,
    connection,
    interfaces,
    variables,
  }));
  const networks = inventory.networks.map(({ name, range, gateway, settings }) => ({
    name,
    range,
    gateway,
    settings,
  }));
  return { hosts, groups: Object.fromEntries(inventory.groups), networks };
}
