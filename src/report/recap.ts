import type { HostRecap } from '../model/event.ts';
import { cellWidth, padEnd, padStart } from './cells.ts';
import { formatSeconds } from './duration.ts';
import type { Look, Style } from './style.ts';

interface Column {
  readonly title: string;
  readonly look?: Look;
  /** Left out where no host has any. */
  readonly onlyWhenNeeded?: boolean;
  value(recap: HostRecap): number;
}

/** A table with a row for each host. */
export function recapTable(recap: readonly HostRecap[], check: boolean, style: Style): string[] {
  const columns = columnsFor(check).filter(
    (column) => column.onlyWhenNeeded !== true || recap.some((host) => column.value(host) > 0),
  );
  const times = recap.map((host) => formatSeconds(host.seconds));
  const nameWidth = Math.max(4, ...recap.map((host) => cellWidth(host.host)));
  const timeWidth = Math.max(4, ...times.map(cellWidth));
  const cells = (column: Column, host: HostRecap) => {
    const value = column.value(host);
    const text = padStart(String(value), column.title.length);
    if (value === 0) return style.dim(text);
    return column.look ? style[column.look](text) : text;
  };
  const head = [
    'host'.padEnd(nameWidth),
    ...columns.map((column) => column.title),
    padStart('time', timeWidth),
  ];
  return [
    style.dim(head.join('  ')),
    ...recap.map((host, index) =>
      [
        style[hostLook(host)](padEnd(host.host, nameWidth)),
        ...columns.map((column) => cells(column, host)),
        padStart(times[index] ?? '', timeWidth),
      ].join('  '),
    ),
  ];
}

function columnsFor(check: boolean): readonly Column[] {
  return [
    { title: '  ok', look: 'green', value: (host) => host.ok },
    { title: check ? 'would change' : 'changed', look: 'yellow', value: (host) => host.changed },
    { title: 'failed', look: 'red', value: (host) => host.failed },
    { title: 'skipped', value: (host) => host.skipped },
    { title: 'unreachable', look: 'red', value: (host) => (host.unreachable ? 1 : 0) },
    { title: 'ignored', look: 'yellow', onlyWhenNeeded: true, value: (host) => host.ignored },
    { title: 'unknown', look: 'cyan', onlyWhenNeeded: true, value: (host) => host.unknown },
  ];
}

function hostLook(host: HostRecap): Look {
  if (host.failed > 0 || host.unreachable) return 'red';
  return host.changed > 0 ? 'yellow' : 'green';
}
