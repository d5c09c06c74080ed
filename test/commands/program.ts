import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { RunEvent } from '../../src/model/event.ts';
import { temporaryFolder } from '../temporary.ts';

export const cli = join(resolve(import.meta.dirname, '../..'), 'dist/cli.js');
if (!existsSync(cli)) throw new Error('build first: npm run build');

/** A folder with these files, gone when the tests have ended. `here` is this machine. */
export function folder(files: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder('commands');
  for (const [path, text] of Object.entries({ 'inventory.yaml': INVENTORY, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const INVENTORY = 'hosts:\n  here: {transport: local}\n';

export interface Ended {
  readonly code: number;
  /** Durations are written as `N s`, and the folder as `FOLDER`. */
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly RunEvent[];
}

export interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Waits until stdout holds this text. */
  said(text: string): Promise<void>;
}

/** Runs the built command in a folder, as a user without a terminal does. */
export async function homerun(
  root: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return start(root, args, env).ended;
}

export function start(
  root: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const own = { PATH: process.env['PATH'] ?? '', HOME: root, XDG_STATE_HOME: join(root, 'state'), ...env };
  const child = spawn(process.execPath, [cli, ...args], { cwd: root, env: own });
  child.stdin.end();
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((done) => {
    child.on('close', (code) =>
      done({
        code: code ?? -1,
        stdout: tidy(stdout, root),
        stderr: tidy(stderr, root),
        events: eventsOf(stdout),
      }),
    );
  });
  const said = async (text: string): Promise<void> =>
    new Promise((done) => {
      const look = (): void => {
        if (!stdout.includes(text)) return;
        listeners.delete(look);
        done();
      };
      listeners.add(look);
      look();
    });
  return { child, ended, said };
}

function tidy(text: string, root: string): string {
  return text.replaceAll(root, 'FOLDER').replace(/ +\d+(?:\.\d+)? s\b/g, ' N s');
}

function eventsOf(stdout: string): RunEvent[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as RunEvent);
}
