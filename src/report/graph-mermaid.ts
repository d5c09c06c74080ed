import type { Inventory } from '../model/inventory.ts';
import { lanesOf } from './graph-lanes.ts';

/** The house for Mermaid, which many wikis and forges draw by themselves. */
export function graphAsMermaid(inventory: Inventory): string {
  const lanes = lanesOf(inventory);
  const names = inventory.hosts.map((host) => host.name);
  const idOf = (name: string): string => `host${names.indexOf(name)}`;
  const lines = ['flowchart LR'];
  for (const name of names) lines.push(`  ${idOf(name)}[${quoted([name])}]`);
  for (const [index, lane] of lanes.entries()) {
    const network = `network${index}`;
    lines.push(`  ${network}([${quoted([lane.name, ...lane.notes])}])`);
    for (const [name, cell] of lane.cells)
      lines.push(`  ${idOf(name)} ${lane.tunnel ? '-.-' : '---'}|${quoted(cell)}| ${network}`);
    for (const [at, guest] of lane.guests.entries()) {
      lines.push(`  guest${index}x${at}(${quoted([guest])})`, `  guest${index}x${at} -.- ${network}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Mermaid reads `#` as the begin of a character's code. */
function quoted(lines: readonly string[]): string {
  return `"${lines.map((line) => line.replaceAll('#', '#35;').replaceAll('"', '#quot;')).join('<br>')}"`;
}
