import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs a contestant, and refuses a run that failed: its time and processor time on the controller, and the memory of its largest process. */
export function measure({ argv, env, cwd, read }, { folder }) {
  const memoryFile = join(folder, 'memory');
  const command = argv();
  const started = performance.now();
  const ran = spawnSync('/usr/bin/time', ['-o', memoryFile, '-f', '%M %U %S', ...command], {
    cwd,
    env: { ...process.env, ...env() },
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const seconds = (performance.now() - started) / 1000;
  if (ran.status !== 0) throw new Error(`${command.join(' ')}\n${ran.stdout.slice(-8000)}\n${ran.stderr}`);
  const last = readFileSync(memoryFile, 'utf8').trim().split('\n').at(-1);
  const [kilobytes, user, system] = last.split(' ').map(Number);
  return { seconds, processor: user + system, megabytes: kilobytes / 1024, ...read(ran.stdout) };
}

export function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
