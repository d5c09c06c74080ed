import { readFile } from 'node:fs/promises';

/** A process, told apart from a later one with the same id by the time it was started. */
export interface ProcessMark {
  readonly pid: number;
  readonly started: string;
}

/** The mark of a process that runs, or undefined where it has ended, even if nobody has asked for its exit code. */
export async function markOf(pid: number): Promise<ProcessMark | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, can contain anything; behind it come the state and, 19 later, the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = 'X', started = ''] = [fields[0], fields[19]];
    return /[ZX]/.test(state) ? undefined : { pid, started };
  } catch {
    return undefined;
  }
}

export async function isAlive(mark: ProcessMark): Promise<boolean> {
  return (await markOf(mark.pid))?.started === mark.started;
}
