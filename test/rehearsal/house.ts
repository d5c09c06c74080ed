import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { loadInventory } from '../../src/language/index.ts';
import type { HostRecap, RunEvent, TaskFinished } from '../../src/model/event.ts';
import { bootRehearsal, type Rehearsal } from '../../src/rehearsal/index.ts';
import { canRehearse } from './possible.ts';

export const root = resolve(import.meta.dirname, '../..');

/** A suite on real hosts. Where there can be none it is skipped aloud; with CI=true that is a failure. */
export async function describeOnHosts(
  name: string,
  body: (house: () => Rehearsal, folder: () => string) => void,
  inventory = join(root, 'inventory.yaml'),
): Promise<void> {
  describe.skipIf(!(await canRehearse(name)))(name, () => {
    let rehearsal: Rehearsal | undefined;
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'homerun-test-'));
      rehearsal = await bootRehearsal(loadInventory(inventory), {
        log: () => undefined,
        directory: mkdtempSync('/run/homerun-test-hosts-'),
      });
    });
    afterAll(async () => {
      await rehearsal?.down();
      await rm(folder, { recursive: true, force: true });
    });
    body(
      () => {
        if (!rehearsal) throw new Error('the rehearsal is not up');
        return rehearsal;
      },
      () => folder,
    );
  });
}

export interface Ran {
  readonly code: number;
  readonly events: readonly RunEvent[];
  readonly stderr: string;
  readonly stdout: string;
  readonly recap: readonly HostRecap[];
  readonly finished: readonly TaskFinished[];
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly inventory?: string;
  /** Called with each event as it comes. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Instead of the rehearsal's key. */
  readonly privateKey?: string;
  /** Instead of the command that was built here. */
  readonly cli?: string;
  /** Instead of this repository. */
  readonly folder?: string;
}

/** Runs the built command where the controller stands, with `--output json`. */
export async function homerun(
  rehearsal: Rehearsal,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  const cli = options.cli ?? join(root, 'dist/cli.js');
  if (!existsSync(cli)) throw new Error('build first: npm run build');
  const argv = rehearsal.controller([
    ...[process.execPath, cli, ...args, '--output', 'json', '--no-ssh-config'],
    ...['--inventory', options.inventory ?? join(root, 'inventory.yaml')],
    ...['--private-key', options.privateKey ?? rehearsal.privateKey, '--known-hosts', rehearsal.knownHosts],
  ]);
  return collect(argv, rehearsal, options);
}

async function collect(argv: readonly string[], rehearsal: Rehearsal, options: RunOptions): Promise<Ran> {
  const [program = '', ...rest] = argv;
  const env = {
    ...process.env,
    SSH_AUTH_SOCK: '',
    XDG_STATE_HOME: join(rehearsal.directory, 'state'),
    ...options.env,
  };
  const child = spawn(program, rest, { cwd: options.folder ?? root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const events: RunEvent[] = [];
  let stdout = '';
  let read = 0;
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (let end = stdout.indexOf('\n', read); end !== -1; end = stdout.indexOf('\n', read)) {
      const line = stdout.slice(read, end);
      read = end + 1;
      if (!line.startsWith('{')) continue;
      const event = JSON.parse(line) as RunEvent;
      events.push(event);
      options.onEvent?.(event);
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number>((done) => child.on('close', (status) => done(status ?? -1)));
  const last = events.findLast((event) => event.kind === 'run-finished');
  return {
    code,
    events,
    stdout,
    stderr,
    recap: last?.recap ?? [],
    finished: events.filter((event) => event.kind === 'task-finished'),
  };
}

/** `host: task: item` of every turn with this outcome. */
export function named(ran: Ran, outcome: TaskFinished['outcome']): string[] {
  return ran.finished
    .filter((event) => event.outcome === outcome)
    .map((event) =>
      [event.host, event.task.name, ...(event.item === undefined ? [] : [event.item])].join(': '),
    )
    .sort();
}

export async function write(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}
