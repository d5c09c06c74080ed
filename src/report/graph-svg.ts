import type { Inventory } from '../model/inventory.ts';
import { lanesOf, type Lane } from './graph-lanes.ts';

const LABEL = 250;
const COLUMN = 200;
const HEAD = 110;
const LINE = 20;
const GAP = 18;
const MARGIN = 24;
/** Text, line and ground of each lane in turn; readable for those who see no red or green too. */
const COLOURS = [
  ['#1d4ed8', '#3b82f6', '#eff6ff'],
  ['#b45309', '#f59e0b', '#fffbeb'],
  ['#6d28d9', '#8b5cf6', '#f5f3ff'],
  ['#0f766e', '#14b8a6', '#f0fdfa'],
  ['#be185d', '#ec4899', '#fdf2f8'],
] as const;

/** The house as a picture of its own, without anything from elsewhere. */
export function graphAsSvg(inventory: Inventory): string {
  const lanes = lanesOf(inventory);
  const names = inventory.hosts.map((host) => host.name);
  const guests = lanes.some((lane) => lane.guests.length > 0) ? 1 : 0;
  const width = 2 * MARGIN + LABEL + Math.max(1, names.length + guests) * COLUMN;
  const tops: number[] = [];
  let bottom = HEAD;
  for (const lane of lanes) {
    tops.push(bottom);
    bottom += heightOf(lane) + GAP;
  }
  const wires = names.map((name, at) => wire(name, at, lanes, tops));
  const bands = lanes.map((lane, at) => band(lane, at, tops[at] ?? 0, width - 2 * MARGIN));
  const cells = lanes.map((lane, at) => cellsOf(lane, at, tops[at] ?? 0, names));
  const height = bottom - GAP + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="14">
<title>Networks and hosts of the house</title>
<rect width="${width}" height="${height}" rx="14" fill="#ffffff"/>
${[...bands, ...wires, ...names.map(card), ...cells].join('\n')}
</svg>
`;
}

function heightOf(lane: Lane): number {
  const longest = Math.max(1 + lane.notes.length, ...[...lane.cells.values()].map((cell) => cell.length));
  return Math.max(longest * LINE + 34, lane.guests.length * 30 + 26);
}

function band(lane: Lane, at: number, top: number, width: number): string {
  const [dark, line, ground] = colours(at);
  const dashes = lane.tunnel ? ' stroke-dasharray="7 5"' : '';
  const notes = lane.notes.map((note, row) =>
    text(MARGIN + 20, top + 32 + (row + 1) * LINE, note, `fill="#475569" font-size="13"`),
  );
  return `<rect x="${MARGIN}" y="${top}" width="${width}" height="${heightOf(lane)}" rx="12" fill="${ground}" stroke="${line}" stroke-width="1.5"${dashes}/>
${text(MARGIN + 20, top + 30, lane.name, `fill="${dark}" font-size="17" font-weight="700"`)}${notes.length > 0 ? `\n${notes.join('\n')}` : ''}`;
}

/** From the card of a host down to the last network that it is on. */
function wire(name: string, at: number, lanes: readonly Lane[], tops: readonly number[]): string {
  const last = lanes.findLastIndex((lane) => lane.cells.has(name));
  if (last === -1) return '';
  const x = columnOf(at);
  return `<line x1="${x}" y1="70" x2="${x}" y2="${(tops[last] ?? 0) + 26}" stroke="#94a3b8" stroke-width="2"/>`;
}

function card(name: string, at: number): string {
  const x = columnOf(at);
  return `<rect x="${x - 14}" y="${MARGIN}" width="${COLUMN - 40}" height="48" rx="10" fill="#0f172a"/>
${text(x + 4, MARGIN + 30, name, `fill="#ffffff" font-size="17" font-weight="700"`)}`;
}

function cellsOf(lane: Lane, at: number, top: number, names: readonly string[]): string {
  const [dark, line] = colours(at);
  const drawn = names.flatMap((name, column) => {
    const cell = lane.cells.get(name);
    if (!cell) return [];
    const x = columnOf(column);
    const lines = cell.map((words, row) =>
      text(x + 16, top + 31 + row * LINE, words, look(row, words, dark)),
    );
    return [
      `<circle cx="${x}" cy="${top + 26}" r="6" fill="#ffffff" stroke="${line}" stroke-width="3"/>`,
      ...lines,
    ];
  });
  const x = columnOf(names.length);
  const guests = lane.guests.flatMap((guest, row) => {
    const y = top + 16 + row * 30;
    return [
      `<rect x="${x - 14}" y="${y}" width="${COLUMN - 40}" height="24" rx="12" fill="#ffffff" stroke="${line}" stroke-dasharray="4 3"/>`,
      text(x + 2, y + 17, guest, `fill="${dark}" font-size="13"`),
    ];
  });
  return [...drawn, ...guests].join('\n');
}

function look(row: number, words: string, dark: string): string {
  if (row === 0) return `fill="${dark}" font-weight="600"`;
  return words.includes('→') ? `fill="${dark}" font-size="13"` : `fill="#0f172a"`;
}

function columnOf(at: number): number {
  return MARGIN + LABEL + at * COLUMN + 14;
}

function colours(at: number): (typeof COLOURS)[number] {
  return COLOURS[at % COLOURS.length] ?? COLOURS[0];
}

function text(x: number, y: number, words: string, attributes: string): string {
  const safe = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${x}" y="${y}" ${attributes}>${safe}</text>`;
}
