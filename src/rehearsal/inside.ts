import { readFile, readlink } from 'node:fs/promises';

/**
 * The first process inside a namespace of processes, given the process outside that made it; undefined while it
 * is not `program` yet. Until then it may still stand in this machine's own file system, where nothing of a
 * rehearsal may run.
 */
export async function initOf(parent: number, program: string): Promise<number | undefined> {
  try {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
    for (const child of children.trim().split(/\s+/)) {
      if (child === '' || (await readFile(`/proc/${child}/comm`, 'utf8')).trim() !== program) continue;
      const status = await readFile(`/proc/${child}/status`, 'utf8');
      const root = await readlink(`/proc/${child}/ns/mnt`);
      if (/^NSpid:\t.*\t1$/m.test(status) && root !== (await readlink('/proc/self/ns/mnt')))
        return Number(child);
    }
  } catch {
    // It ended while we looked.
  }
  return undefined;
}

/** What no process of a rehearsal may do, as it would be done to this machine: set its clock, load modules… */
export const withheld = ['sys_time', 'sys_module', 'sys_rawio', 'syslog'] as const;

/** argv that runs `command` without the capabilities that are withheld, for ever. */
export function restrained(command: readonly string[]): readonly string[] {
  const set = withheld.map((name) => `-${name}`).join(',');
  return ['setpriv', `--bounding-set=${set}`, `--inh-caps=${set}`, ...command];
}

/** argv that runs `command` in namespaces of a process, in its root, with nothing of our environment. */
export function entered(
  pid: number,
  spaces: readonly string[],
  command: readonly string[],
): readonly string[] {
  const environment = [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'HOME=/root',
    'LANG=C.UTF-8',
    'TERM=dumb',
  ];
  const inside = ['--root', '--wd', 'env', '-i', ...environment, ...command];
  // The namespaces alone would leave it all of our own capabilities.
  return restrained(['nsenter', `--target=${pid}`, ...spaces, ...inside]);
}

/** argv of a script that is killed inside after `timeout` milliseconds: to kill nsenter would leave it running. */
export function shell(script: string, timeout?: number): readonly string[] {
  const limit = timeout === undefined ? [] : ['timeout', '--signal=KILL', `${timeout / 1000}`];
  return [...limit, 'sh', '-c', script];
}
