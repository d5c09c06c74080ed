import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { RehearsalError } from './error.ts';

/** What a program gave back; `code` is 128 + n where signal n ended it, 127 where it could not be started. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Text for stdin; without it stdin is empty. */
  readonly input?: string;
  /** Milliseconds after which it is killed (code 137). */
  readonly timeout?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Ctrl-C reaches us alone, and this goes on to its end. */
  readonly undisturbed?: boolean;
}

/** Milliseconds more for a script inside a host, which is killed there first: see `shell`. */
const grace = 1000;

/** Runs a program to its end. Never rejects: a program that fails is an answer. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Result> {
  const [program = '', ...args] = argv;
  return new Promise((resolve) => {
    const { env, undisturbed = false } = options;
    const child = spawn(program, args, { env: { ...process.env, ...env }, detached: undisturbed });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const timer =
      options.timeout === undefined
        ? undefined
        : setTimeout(() => child.kill('SIGKILL'), options.timeout + grace);
    const finish = (code: number, note = ''): void => {
      clearTimeout(timer);
      resolve({
        code,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString() + note,
      });
    };
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A program that ends without reading its input is no failure of ours.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => finish(127, error.message));
    child.on('close', (code, signal) => finish(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/** Runs a program that has to succeed. Throws a RehearsalError which says `doing` and what it printed last. */
export async function must(
  doing: string,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(argv, options);
  if (code === 0) return stdout;
  throw new RehearsalError(`${doing} failed (exit code ${code})\n${tail(`${stdout}\n${stderr}`)}`);
}

/** The last lines of a text, indented, without empty ones. */
export function tail(text: string, lines = 20): string {
  const kept = text.split('\n').filter((line) => line.trim() !== '');
  return kept
    .slice(-lines)
    .map((line) => `  ${line}`)
    .join('\n');
}
