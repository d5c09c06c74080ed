import type { Inventory } from '../model/inventory.ts';
import { cellWidth, padEnd, truncate } from './cells.ts';
import { lanesOf, type Lane } from './graph-lanes.ts';

/** The house for a terminal of a width: hosts beside each other, below each other where they do not fit. */
export function graphAsText(inventory: Inventory, width: number): string {
  const lanes = lanesOf(inventory);
  const names = inventory.hosts.map((host) => host.name);
  if (names.length === 0 || lanes.length === 0) return 'There are no networks or no hosts to draw.\n';
  const labels = Math.max(12, ...lanes.flatMap((lane) => [lane.name, ...lane.notes]).map(cellWidth)) + 3;
  const column =
    Math.max(8, ...names.map((name) => cellWidth(name) + 2), ...lanes.flatMap(linesOf).map(cellWidth)) + 4;
  const label = Math.min(labels, Math.max(14, width - column));
  const fitting = Math.max(1, Math.floor((width - label) / column));
  const pictures: string[] = [];
  for (let from = 0; from < names.length; from += fitting)
    pictures.push(picture(lanes, names.slice(from, from + fitting), label, Math.min(column, width - label)));
  const guests = lanes.filter((lane) => lane.guests.length > 0);
  const notes = guests.map((lane) => `Others on ${lane.name}: ${lane.guests.join(', ')}\n`);
  return [...pictures, ...(notes.length > 0 ? [notes.join('')] : [])].join('\n');
}

function linesOf(lane: Lane): string[] {
  return [...lane.cells.values()].flat();
}

function picture(lanes: readonly Lane[], names: readonly string[], label: number, column: number): string {
  const margin = ' '.repeat(label);
  const shown = names.map((name) => truncate(name, column - 5));
  const lines = [
    ...['┌', '│', '└'].map((side) => margin + shown.map((name) => padEnd(card(name, side), column)).join('')),
  ];
  for (const [index, lane] of lanes.entries()) {
    const goesOn = names.map((name) => lanes.slice(index + 1).some((later) => later.cells.has(name)));
    lines.push(laneLine(lane, names, label, column, goesOn));
    const height = Math.max(lane.notes.length, ...names.map((name) => lane.cells.get(name)?.length ?? 0));
    for (let row = 0; row <= height; row++) {
      const cells = names.map((name, at) => {
        const own = lane.cells.get(name)?.[row];
        const line = own !== undefined || goesOn[at] ? '│' : ' ';
        return padEnd(truncate(`${line} ${own ?? ''}`, column - 1), column);
      });
      lines.push(padEnd(truncate(`  ${lane.notes[row] ?? ''}`, label - 1), label) + cells.join(''));
    }
  }
  return `${lines
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()}\n`;
}

/** One of the three lines of a box with a name, whose line to the networks leaves it at the left. */
function card(name: string, side: string): string {
  const wide = cellWidth(name) + 2;
  if (side === '┌') return `┌${'─'.repeat(wide)}┐`;
  return side === '│' ? `│ ${name} │` : `├${'─'.repeat(wide)}┘`;
}

function laneLine(
  lane: Lane,
  names: readonly string[],
  label: number,
  column: number,
  goesOn: readonly boolean[],
): string {
  const stroke = lane.tunnel ? '╌' : '━';
  const name = `${truncate(lane.name, label - 2)} `;
  const knots = names.map((host, at) => {
    const knot = lane.cells.has(host) ? '●' : goesOn[at] ? '│' : stroke;
    return knot + stroke.repeat(column - 1);
  });
  return name + stroke.repeat(label - cellWidth(name)) + knots.join('').slice(0, -1);
}
