import { join, resolve } from 'node:path';
import type { Destination } from '../model/module.ts';
import { folderOf } from './destination.ts';

/** Files that tasks will bring to this machine, so that later tasks may name them before they are there. */
export class Arrivals {
  readonly #noted: Arrival[] = [];

  /** Gives another host that the same task brings to the same place. */
  note(destination: Destination, beside: string, by: Bringer): string | undefined {
    const arrival = { ...destination, folder: folderOf(destination.folder, beside), by };
    const same = this.#noted.filter(
      (other) => other.by.where === by.where && placeOf(other) === placeOf(arrival),
    );
    this.#noted.push(arrival);
    // Once for all hosts.
    return same.length === 1 && same[0]?.by.host !== by.host ? same[0]?.by.host : undefined;
  }

  /** The task that will bring a file to one of these paths, or into the folder that one of them is. */
  taskFor(paths: readonly string[]): string | undefined {
    const wanted = paths.map((path) => resolve(path));
    return this.#noted.find((arrival) => wanted.some((path) => isAt(path, arrival)))?.by.task;
  }
}

interface Bringer {
  readonly task: string;
  readonly where: string;
  readonly host: string;
}

interface Arrival extends Destination {
  readonly by: Bringer;
}

function placeOf({ folder, path }: Arrival): string {
  return join(folder, path);
}

function isAt(wanted: string, arrival: Arrival): boolean {
  const { folder, path } = arrival;
  if (`${placeOf(arrival)}/`.startsWith(`${wanted}/`)) return true;
  return (
    path.startsWith('~') && wanted.startsWith(`${folder}/`) && wanted.endsWith(path.replace(/^~[^/]*/, ''))
  );
}
