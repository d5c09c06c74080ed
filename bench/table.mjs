import { median } from './measure.mjs';

/** A row for each contestant: time, how many times as long as `base`, spread, processor time on the controller, memory, tasks, exchanges. */
export function table(times, base) {
  const middle = (name, key = 'seconds') => median(times[name].map((one) => one[key]));
  const head = ['', 'time', `× ${base}`, 'from – to', 'CPU here', 'memory', 'tasks', 'exchanges'];
  const rows = Object.entries(times).map(([name, list]) => {
    const seconds = list.map((one) => one.seconds);
    return [
      name,
      `${middle(name).toFixed(2)} s`,
      (middle(name) / middle(base)).toFixed(2),
      `${Math.min(...seconds).toFixed(2)} – ${Math.max(...seconds).toFixed(2)}`,
      `${middle(name, 'processor').toFixed(1)} s`,
      `${Math.max(...list.map(({ megabytes }) => megabytes)).toFixed(0)} MB`,
      `${list[0].tasks || ''}`,
      `${list[0].exchanges ?? ''}`,
    ];
  });
  return alongside([head, ...rows]);
}

/** Columns one below the other; the first one is text, the others are numbers. */
export function alongside(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const pad = (text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]));
  return rows.map((row) => `  ${row.map(pad).join('  ')}`).join('\n');
}
