#!/usr/bin/env node
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { main } from './commands/main.ts';
import { exitCode, UsageError, type Terminal } from './commands/terminal.ts';

const interruption = new AbortController();
let interruptions = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interruptions++;
    interruption.abort();
    // Whoever presses it three times wants out now.
    if (interruptions >= 3) process.exit(exitCode.interrupted);
  });
}
// A reader that goes away (`homerun run … | head`) is no reason for a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const terminal: Terminal = {
  environment: process.env,
  workingDirectory: process.cwd(),
  homeDirectory: homedir(),
  program: [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)],
  isTerminal: process.stdout.isTTY && process.env['TERM'] !== 'dumb',
  color: wantsColor(),
  columns: () => process.stdout.columns || 80,
  rows: () => process.stdout.rows || 24,
  out: (written) => void process.stdout.write(written),
  error: (written) => void process.stderr.write(written),
  canAsk: process.stdin.isTTY && process.stderr.isTTY,
  ask,
  input: () => text(process.stdin),
  interrupted: interruption.signal,
};

process.exitCode = await main(process.argv.slice(2), terminal);

/** https://no-color.org: any value but the empty one turns colours off. */
function wantsColor(): boolean {
  if (process.env['NO_COLOR']) return false;
  if (process.env['FORCE_COLOR'] && process.env['FORCE_COLOR'] !== '0') return true;
  return process.stdout.isTTY && process.env['TERM'] !== 'dumb';
}

async function ask(question: string, options: { readonly hidden?: boolean } = {}): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(`there is no terminal to ask: ${question.trim()}`);
  }
  // Without an output readline echoes nothing; it comes before the question, so that nobody can answer too early.
  const reader = createInterface({
    input: process.stdin,
    ...(options.hidden ? {} : { output: process.stderr }),
    terminal: true,
  });
  process.stderr.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once('line', resolve);
      reader.once('SIGINT', () => reject(new UsageError('interrupted')));
      reader.once('close', () => reject(new UsageError('no answer')));
    });
  } finally {
    reader.close();
    if (options.hidden) process.stderr.write('\n');
  }
}
