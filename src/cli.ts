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
    // Whoever presses it three times wants out now, and a cursor to go on with.
    if (interruptions < 3) return;
    if (process.stdout.isTTY) process.stdout.write('\u001b[?2026l\u001b[?25h\n');
    process.exit(exitCode.interrupted);
  });
}
// A reader that goes away (`homerun run … | head`), or a terminal that is closed, ends the run as Ctrl-C does: hosts
// are left in order, and a rehearsal is taken down.
let unwritten: Error | undefined;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    interruption.abort();
    // Such as a full disk: nobody would learn of it from an output that just ends.
    if (error.code === 'EPIPE' || error.code === 'EIO' || unwritten) return;
    unwritten = error;
    process.exitCode = exitCode.taskFailed;
    process.stderr.write(`error: this machine says: ${error.message}\n`);
  });
}

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

const code = await main(process.argv.slice(2), terminal);
process.exitCode = unwritten ? exitCode.taskFailed : code;
// Nothing is waited for after an interruption, such as a host that does not answer.
if (interruption.signal.aborted) process.stdout.write('', () => process.exit());

/** https://no-color.org: any value but the empty one turns colours off. */
function wantsColor(): boolean {
  if (process.env['NO_COLOR']) return false;
  if (process.env['FORCE_COLOR'] && process.env['FORCE_COLOR'] !== '0') return true;
  return process.stdout.isTTY && process.env['TERM'] !== 'dumb';
}

async function ask(question: string, options: { readonly hidden?: boolean } = {}): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(
      `there is no terminal to ask: ${question.trim().replace(/:$/, '')}`,
      'run it in a terminal, or take the value from the environment with `!env NAME` in the inventory',
    );
  }
  // Without an output readline echoes nothing; it comes before the question, so that nobody can answer too early.
  const reader = createInterface({
    input: process.stdin,
    ...(options.hidden ? {} : { output: process.stderr }),
    terminal: true,
  });
  process.stderr.write(question);
  let answered = false;
  const stop = (): void => reader.close();
  interruption.signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once('line', (line) => {
        answered = true;
        resolve(line);
      });
      // On a terminal that is read raw, Ctrl-C is a key and no signal.
      reader.once('SIGINT', () => interruption.abort());
      reader.once('close', () => {
        reject(new UsageError(`no answer to: ${question.trim()}`));
        // Ctrl-D leaves the cursor behind the question.
        if (!answered && !options.hidden && !interruption.signal.aborted) process.stderr.write('\n');
      });
    });
  } finally {
    interruption.signal.removeEventListener('abort', stop);
    reader.close();
    if (options.hidden || interruption.signal.aborted) process.stderr.write('\n');
  }
}
