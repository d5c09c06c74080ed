import { z } from 'zod';
import { type Change, type Output, type Probe, ask, known, run } from '../../model/module.ts';
import { flag, path, secretText, text } from '../../model/schema.ts';
import type { Secret } from '../../model/secret.ts';
import { type Script, joinScripts, quote, raw, sh } from '../../model/script.ts';
import type { ValueMap } from '../../model/value.ts';
import { pathWord } from './path.ts';

/** What `command` and `shell` share. */
export const processParams = {
  chdir: path.optional().describe('Folder to run it in. Where it does not exist, nothing is run.'),
  creates: text
    .optional()
    .describe('A path or a pattern such as `/srv/*.db`: where it exists, nothing is run.'),
  removes: text.optional().describe('A path or a pattern: where nothing like it exists, nothing is run.'),
  unless: z
    .string()
    .optional()
    .describe('A shell command that only looks: where it succeeds, nothing is run.'),
  onlyif: z.string().optional().describe('A shell command that only looks: where it fails, nothing is run.'),
  stdin: secretText.optional().describe('What it reads on its standard input.'),
  strip_empty_ends: flag.default(true).describe('Registers outputs without the newlines at their end.'),
  stdin_add_newline: flag.default(true).describe('Ends `stdin` with a newline.'),
};

interface Asked {
  readonly chdir?: string | undefined;
  readonly creates?: string | undefined;
  readonly removes?: string | undefined;
  readonly unless?: string | undefined;
  readonly onlyif?: string | undefined;
  readonly stdin?: string | Secret | undefined;
  readonly stdin_add_newline: boolean;
}

/** Whether it is to be run; else why not. */
export type Guard =
  | { readonly kind: 'run' }
  | { readonly kind: 'skip'; readonly because: string }
  | { readonly kind: 'no-folder' };

/** Asks the host only where there is something to ask. */
export function probeGuard(asked: Asked): Probe<Guard> {
  const { chdir, creates, removes, unless, onlyif } = asked;
  const steps: Script[] = [];
  if (chdir !== undefined)
    steps.push(sh`cd -- ${pathWord(chdir)} 2>/dev/null || { echo no-folder; exit 0; }`);
  if (creates !== undefined)
    steps.push(sh`set -- ${pattern(creates)}; if [ -e "$1" ] || [ -L "$1" ]; then echo creates; exit 0; fi`);
  if (removes !== undefined)
    steps.push(
      sh`set -- ${pattern(removes)}; if ! [ -e "$1" ] && ! [ -L "$1" ]; then echo removes; exit 0; fi`,
    );
  if (unless !== undefined)
    steps.push(sh`if (eval ${unless}) </dev/null >/dev/null 2>&1; then echo unless; exit 0; fi`);
  if (onlyif !== undefined)
    steps.push(sh`if ! (eval ${onlyif}) </dev/null >/dev/null 2>&1; then echo onlyif; exit 0; fi`);
  if (steps.length === 0) return known({ kind: 'run' });
  return ask(joinScripts([...steps, raw('echo run')]), (answer) => guardOf(answer, asked));
}

/** A path in which `*`, `?` and `[…]` are a pattern, and nothing else means anything to the shell. */
function pattern(path: string): Script {
  const home = /^~(?=\/|$)/.test(path);
  const rest = home ? path.slice(1) : path.startsWith('-') ? `./${path}` : path;
  const pieces = rest.split(/([*?[\]]+|\/)/).filter((piece) => piece !== '');
  return raw(
    (home ? '~' : '') + pieces.map((piece) => (/^[*?[\]/]+$/.test(piece) ? piece : quote(piece))).join(''),
  );
}

function guardOf(answer: Output, { creates, removes, unless, onlyif }: Asked): Guard {
  switch (answer.stdout.trim()) {
    case 'run':
      return { kind: 'run' };
    case 'no-folder':
      return { kind: 'no-folder' };
    case 'creates':
      return { kind: 'skip', because: `${creates} exists` };
    case 'removes':
      return { kind: 'skip', because: `${removes} does not exist` };
    case 'unless':
      return { kind: 'skip', because: `\`${unless}\` succeeded` };
    case 'onlyif':
      return { kind: 'skip', because: `\`${onlyif}\` failed` };
    default:
      throw new Error(`unexpected answer: ${answer.stderr.trim() || answer.stdout}`);
  }
}

/** The one change of a command: that it is run. Its exit code is judged in `processResult`. */
export function processChange(asked: Asked, shown: string, command: Script): Change {
  const folder = asked.chdir === undefined ? raw(':') : sh`cd -- ${pathWord(asked.chdir)} || exit`;
  const newline = asked.stdin_add_newline ? raw(String.raw`'%s\n'`) : raw(`'%s'`);
  const fed = asked.stdin === undefined ? command : sh`printf ${newline} ${asked.stdin} | ${command}`;
  const [first = '', ...more] = shown.trim().split('\n');
  const line = first.length > 100 || more.length > 0 ? `${first.slice(0, 99)}…` : first;
  return { summary: `run ${line}`, actions: [run(joinScripts([folder, fed]), { okCodes: 'any' })] };
}

/** What `register` gets; newlines at the end of the outputs are cut off, as Ansible does. */
export function processResult(
  guard: Guard,
  cmd: string | Secret,
  outputs: readonly Output[],
  strips: boolean,
): ValueMap {
  if (guard.kind === 'skip') {
    return {
      cmd,
      rc: 0,
      stdout: '',
      stderr: '',
      stdout_lines: [],
      stderr_lines: [],
      msg: `not run: ${guard.because}`,
    };
  }
  const output = outputs.at(-1);
  if (!output) return { cmd };
  const [stdout, stderr] = [output.stdout, output.stderr].map((text) =>
    strips ? text.replace(/[\r\n]+$/, '') : text,
  );
  const streams = { stdout: stdout ?? '', stderr: stderr ?? '' };
  const lines = { stdout_lines: linesOf(streams.stdout), stderr_lines: linesOf(streams.stderr) };
  const result = { cmd, rc: output.code, ...streams, ...lines };
  if (output.code === 0) return result;
  const last = linesOf(`${streams.stdout}\n${streams.stderr}`).findLast((line) => line.trim() !== '');
  const msg = last === undefined ? `exit code ${output.code}` : `${last.trim()} (exit code ${output.code})`;
  return { ...result, failed: true, msg };
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

export const processReturns = {
  cmd: 'what was run',
  rc: 'exit code; not 0 is a failure unless `failed_when` says otherwise',
  stdout: 'standard output, without newlines at its end',
  stderr: 'the same of standard error',
  stdout_lines: 'standard output as a list of lines',
  stderr_lines: 'standard error as a list of lines',
};
