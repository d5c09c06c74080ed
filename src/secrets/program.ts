import { spawn } from 'node:child_process';
import { SecretError } from './secret-error.ts';

export interface ProgramOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly interrupted: AbortSignal;
}

/** What a program prints, without the newline at its end. Throws a SecretError with what it complained of. */
export async function outputOfProgram(argv: readonly string[], options: ProgramOptions): Promise<string> {
  const [program = '', ...rest] = argv;
  // Programs such as `pass` ask on the terminal itself; nothing of ours is for them to read.
  const child = spawn(program, rest, {
    cwd: options.workingDirectory,
    env: { ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: options.interrupted,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = await new Promise<number | NodeJS.Signals | Error>((resolve) => {
    child.once('error', resolve);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
  });
  if (ended === 0) return stdout.replace(/\r?\n$/, '');
  const said = stderr.trim().split('\n').slice(-5).join('\n').trim();
  const end = said === '' ? endOf(ended) : `${said} (${endOf(ended)})`;
  throw new SecretError(`\`${program}\` gave no secret: ${end}`);
}

/** How a program ended, in words. */
export function endOf(ended: number | NodeJS.Signals | Error): string {
  if (typeof ended === 'number') return `exit code ${ended}`;
  if (typeof ended === 'string') return ended;
  return 'code' in ended && ended.code === 'ENOENT' ? 'there is no such program' : ended.message;
}
