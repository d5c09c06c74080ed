import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Inventory } from '../model/inventory.ts';
import {
  attachRehearsal,
  bootRehearsal,
  sweepRehearsals,
  takeDownRehearsal,
  type Rehearsal,
} from '../rehearsal/index.ts';
import { findInventory, load, loadInventoryFile } from './load.ts';
import { Redactor } from '../model/secret.ts';
import type { RunFlags } from './run.ts';
import { exitCode, UsageError, type Terminal } from './terminal.ts';

/** `homerun rehearse`: the real playbook over real SSH on throwaway hosts, twice. */
export async function rehearseCommand(
  path: string | undefined,
  flags: RunFlags,
  terminal: Terminal,
): Promise<number> {
  if (flags.down) return takeDown(flags, terminal);
  if (path === undefined)
    throw new UsageError(
      'which playbook? homerun rehearse PLAYBOOK',
      'for example: homerun rehearse playbooks/site.yaml',
    );
  // Mistakes in the files are told before anything is built.
  await load(path, { ...flags, asks: false }, terminal, new Redactor());
  const inventory = await loadInventoryFile(
    findInventory(path, flags.inventory),
    terminal,
    flags.extraVars,
    flags.vaultPasswordFile,
  );
  const say = (line: string): void => aside(`${dim(line, terminal)}\n`, flags, terminal);
  title('Rehearsal: throwaway hosts on this machine, real systemd, real SSH', flags, terminal);
  const rehearsal =
    (flags.keep ? await standing(inventory, flags, say) : undefined) ??
    (await boot(inventory, flags, terminal, say));
  try {
    return await runTwice(rehearsal, path, flags, terminal);
  } finally {
    if (flags.keep) aside(howToLogIn(rehearsal, flags), flags, terminal);
    else await rehearsal.down();
    if (!flags.keep) say('the hosts are taken down; nothing of them is left');
  }
}

async function runTwice(
  rehearsal: Rehearsal,
  path: string,
  flags: RunFlags,
  terminal: Terminal,
): Promise<number> {
  if (terminal.interrupted.aborted) return exitCode.interrupted;
  title(flags.once ? 'The run' : 'First run', flags, terminal);
  const first = await runInside(rehearsal, path, flags, terminal, []);
  if (flags.once || (first !== exitCode.fine && first !== exitCode.differences)) return first;
  title('Second run: it must change nothing', flags, terminal);
  const second = await runInside(rehearsal, path, flags, terminal, ['--detailed-exitcode', '--diff']);
  if (second === exitCode.differences) {
    aside(
      '\nThe rehearsal failed: the second run changed something. The tasks above say what.\n',
      flags,
      terminal,
    );
    return exitCode.taskFailed;
  }
  if (second === exitCode.fine)
    aside('\nThe rehearsal holds: the second run changed nothing.\n', flags, terminal);
  return second;
}

/** The same program again, where the controller stands: every address that it sees is a throwaway host's. */
async function runInside(
  rehearsal: Rehearsal,
  path: string,
  flags: RunFlags,
  terminal: Terminal,
  more: readonly string[],
): Promise<number> {
  const argv = rehearsal.controller([
    ...terminal.program,
    'run',
    path,
    ...argumentsOf(rehearsal, path, flags),
    ...more,
  ]);
  const [program = '', ...args] = argv;
  const env = {
    ...terminal.environment,
    XDG_STATE_HOME: join(rehearsal.directory, 'state'),
    SSH_AUTH_SOCK: '',
  };
  const child = spawn(program, args, { stdio: 'inherit', env });
  const stop = (): void => void child.kill('SIGINT');
  terminal.interrupted.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? exitCode.interrupted));
    });
  } finally {
    terminal.interrupted.removeEventListener('abort', stop);
  }
}

function argumentsOf(rehearsal: Rehearsal, path: string, flags: RunFlags): string[] {
  const lists = [
    ...(flags.tags ?? []).map((tags) => ['--tags', tags]),
    ...(flags.skipTags ?? []).map((tags) => ['--skip-tags', tags]),
    ...(flags.extraVars ?? []).map((vars) => ['--extra-vars', vars]),
  ];
  return [
    ...['--inventory', findInventory(path, flags.inventory)],
    ...['--private-key', rehearsal.privateKey, '--known-hosts', rehearsal.knownHosts, '--no-ssh-config'],
    ...(flags.limit === undefined ? [] : ['--limit', flags.limit]),
    ...(flags.startAtTask === undefined ? [] : ['--start-at-task', flags.startAtTask]),
    ...(flags.vaultPasswordFile === undefined ? [] : ['--vault-password-file', flags.vaultPasswordFile]),
    ...(flags.diff ? ['--diff'] : []),
    ...(flags.output === undefined ? [] : ['--output', flags.output]),
    ...Array.from({ length: flags.verbose ?? 0 }, () => '-v'),
    ...['--forks', String(flags.forks ?? 50)],
    ...lists.flat(),
  ];
}

async function boot(
  inventory: Inventory,
  flags: RunFlags,
  terminal: Terminal,
  log: (line: string) => void,
): Promise<Rehearsal> {
  return bootRehearsal(inventory, {
    log,
    signal: terminal.interrupted,
    ...(flags.directory === undefined ? {} : { directory: flags.directory }),
    ...(flags.install ? { install: true } : {}),
    ...(flags.keep ? { keep: true } : {}),
    ...(flags.suite === undefined ? {} : { suite: flags.suite }),
  });
}

/** A kept rehearsal of the same hosts is used again. */
async function standing(
  inventory: Inventory,
  flags: RunFlags,
  log: (line: string) => void,
): Promise<Rehearsal | undefined> {
  const rehearsal = await attachRehearsal(flags.directory, log);
  const wanted = inventory.hosts.map((host) => `${host.name} ${host.connection.address}`).join();
  if (!rehearsal || rehearsal.hosts.map((host) => `${host.name} ${host.address}`).join() !== wanted)
    return undefined;
  log('the hosts of the last rehearsal are still up and are used again; `homerun rehearse --down` ends them');
  return rehearsal;
}

async function takeDown(flags: RunFlags, terminal: Terminal): Promise<number> {
  const down = await takeDownRehearsal(flags.directory);
  const swept = await sweepRehearsals();
  if (down) terminal.out('The hosts are taken down; nothing of them is left.\n');
  for (const directory of swept)
    terminal.out(`Cleared away the rehearsal in ${directory}, whose process was killed.\n`);
  if (!down && swept.length === 0) terminal.out('There is no rehearsal to take down.\n');
  return exitCode.fine;
}

function howToLogIn(rehearsal: Rehearsal, flags: RunFlags): string {
  const logins = rehearsal.hosts.map((host) => {
    const command = [
      'ssh',
      '-i',
      rehearsal.privateKey,
      '-o',
      `UserKnownHostsFile=${rehearsal.knownHosts}`,
      `${host.user}@${host.address}`,
    ];
    return `  ${rehearsal.controller(command).join(' ')}`;
  });
  return `\nThe hosts are still up. To log in:\n${logins.join('\n')}\nTo end them: homerun rehearse --down${flags.directory === undefined ? '' : ` --directory ${flags.directory}`}\n`;
}

function title(text: string, flags: RunFlags, terminal: Terminal): void {
  aside(terminal.color ? `\n\u001b[1m${text}\u001b[22m\n` : `\n${text}\n`, flags, terminal);
}

/** For a person: where the run's events go to a program, it stands beside them. */
function aside(text: string, flags: RunFlags, terminal: Terminal): void {
  if (flags.output === 'json') terminal.error(text);
  else terminal.out(text);
}

function dim(text: string, terminal: Terminal): string {
  return terminal.color ? `\u001b[2m${text}\u001b[22m` : text;
}
