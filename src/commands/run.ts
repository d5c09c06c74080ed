import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { fileJournal, fileSaver, readJournal, runPlaybook, type Journal } from '../engine/index.ts';
import type { HostRecap, RunEvent } from '../model/event.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Playbook } from '../model/playbook.ts';
import { Redactor } from '../model/secret.ts';
import { factsProbe } from '../modules/setup.ts';
import { createReporter, type Reporter } from '../report/index.ts';
import { connector } from './connect.ts';
import { load, type LoadFlags } from './load.ts';
import { withMaskedErrors } from './secrets.ts';
import { exitCode, UsageError, type Terminal } from './terminal.ts';
import { version } from './version.ts';

/** The options of `run`, `plan` and `rehearse`, as commander gives them. */
export interface RunFlags extends LoadFlags {
  readonly check?: boolean;
  readonly diff?: boolean;
  readonly detailedExitcode?: boolean;
  readonly forks?: number;
  readonly acceptNew?: boolean;
  readonly knownHosts?: string;
  readonly sshConfig?: boolean;
  readonly privateKey?: string;
  readonly user?: string;
  readonly askPass?: boolean;
  readonly timeout?: number;
  readonly output?: 'auto' | 'screen' | 'lines' | 'json';
  readonly verbose?: number;
  readonly listHosts?: boolean;
  readonly listTasks?: boolean;
  readonly install?: boolean;
  readonly keep?: boolean;
  readonly down?: boolean;
  readonly once?: boolean;
  readonly suite?: string;
  readonly directory?: string;
}

/** `homerun run` and `homerun plan`. */
export async function runCommand(path: string, flags: RunFlags, terminal: Terminal): Promise<number> {
  const redactor = new Redactor();
  return withMaskedErrors(redactor, () => run(path, flags, terminal, redactor));
}

async function run(path: string, flags: RunFlags, terminal: Terminal, redactor: Redactor): Promise<number> {
  const asks = !flags.listHosts && !flags.listTasks;
  const { inventory, playbook } = await load(path, { ...flags, asks }, terminal, redactor);
  if (flags.listHosts || flags.listTasks) return list(playbook, flags, terminal);
  let reporter: Reporter | undefined;
  const pause = (): (() => void) => reporter?.pause?.() ?? (() => undefined);
  const connect = await connector(inventory, flags, terminal, redactor, pause);
  reporter = await createReporter({
    format: flags.output ?? 'auto',
    write: terminal.out,
    isTerminal: terminal.isTerminal,
    columns: terminal.columns,
    rows: terminal.rows,
    color: terminal.color,
    verbosity: Math.min(flags.verbose ?? 0, 3) as 0 | 1 | 2 | 3,
    diff: flags.diff ?? false,
    now: () => performance.now(),
    version: version(),
  });
  let changed = 0;
  let recap: readonly HostRecap[];
  try {
    recap = await runPlaybook({
      playbook,
      connect,
      facts: factsProbe,
      journal: openJournal(inventory, flags.check ?? false, terminal),
      redactor,
      saver: fileSaver(),
      emit: (event: RunEvent) => {
        if (event.kind === 'task-finished' && event.outcome === 'changed') changed++;
        reporter?.event(event);
      },
      clock: () => performance.now(),
      time: new Date().toISOString(),
      forks: flags.forks ?? 50,
      check: flags.check ?? false,
      diff: flags.diff ?? false,
      verbose: (flags.verbose ?? 0) > 0 || flags.output === 'json',
      signal: terminal.interrupted,
    });
  } finally {
    await reporter.finish();
  }
  if (terminal.interrupted.aborted) return exitCode.interrupted;
  return codeOf(recap, flags, changed);
}

/** `homerun check`: all that can be found wrong without a host. */
export async function checkCommand(path: string, flags: RunFlags, terminal: Terminal): Promise<number> {
  const { playbook } = await load(path, { ...flags, asks: false }, terminal, new Redactor());
  const tasks = playbook.plays.reduce((sum, play) => sum + play.tasks.length, 0);
  const plays = count(playbook.plays.length, 'play');
  terminal.out(`${playbook.path}: no mistakes in ${plays} with ${count(tasks, 'task')}.\n`);
  return exitCode.fine;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function codeOf(recap: readonly HostRecap[], flags: RunFlags, changed: number): number {
  if (recap.some((host) => host.failed > 0)) return exitCode.taskFailed;
  if (recap.some((host) => host.unreachable)) return exitCode.unreachable;
  const unknown = recap.some((host) => host.unknown > 0);
  return flags.detailedExitcode && (changed > 0 || unknown) ? exitCode.differences : exitCode.fine;
}

function list(playbook: Playbook, flags: RunFlags, terminal: Terminal): number {
  for (const play of playbook.plays) {
    terminal.out(`${play.name} (${play.where})\n`);
    if (flags.listHosts)
      terminal.out(`  hosts: ${play.hosts.map((host) => host.name).join(', ') || 'none'}\n`);
    for (const task of flags.listTasks ? play.tasks : [])
      terminal.out(`  ${task.name}  (${task.module}, ${task.where})\n`);
  }
  return exitCode.fine;
}

/** One journal for each inventory, under `$XDG_STATE_HOME`. */
function openJournal(inventory: Inventory, check: boolean, terminal: Terminal): Journal {
  // Set but empty counts as not set, says the standard.
  const base = terminal.environment['XDG_STATE_HOME'] || join(terminal.homeDirectory, '.local/state');
  const id = createHash('sha256')
    .update(resolve(terminal.workingDirectory, inventory.path))
    .digest('hex')
    .slice(0, 16);
  const path = join(base, 'homerun', `${id}.jsonl`);
  try {
    return check ? readJournal(path) : fileJournal(path, () => new Date().toISOString());
  } catch (error) {
    throw new UsageError(
      `the journal cannot be ${check ? 'read' : 'written'}: ${(error as Error).message}`,
      'set XDG_STATE_HOME to a folder of yours',
    );
  }
}
