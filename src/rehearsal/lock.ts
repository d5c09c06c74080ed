import { spawn } from 'node:child_process';
import { RehearsalError } from './error.ts';

/**
 * Does this while no other process of the machine does such a thing: rehearsals share the folders of namespaces, which
 * whoever is the last one takes away. The lock is on /run itself, so that it leaves no file, and ends with this process.
 */
export async function alone<Value>(work: () => Promise<Value>): Promise<Value> {
  // A process group of its own: Ctrl-C must not open the lock while things are taken away.
  const holder = spawn('flock', ['/run', 'sh', '-c', 'echo; exec cat'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await new Promise<void>((held, failed) => {
    holder.stdout.once('data', () => held());
    holder.once('error', (error) => failed(new RehearsalError(`flock cannot be run: ${error.message}`)));
    holder.once('close', () => failed(new RehearsalError('flock could not lock /run')));
  });
  try {
    return await work();
  } finally {
    holder.stdin.end();
  }
}
