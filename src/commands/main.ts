import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { DiagnosticError } from '../model/diagnostic.ts';
import { ANSWERS } from './init-answers.ts';
import type { InitFlags } from './init.ts';
import type { RunFlags } from './run.ts';
import { addSecretCommands, withPassword } from './secret-arguments.ts';
import { TransportError } from '../transport/transport.ts';
import { exitCode, UsageError, type Terminal } from './terminal.ts';
import { version } from './version.ts';
import { addVpnCommands } from './vpn-arguments.ts';

/** Reads the arguments, does what they say, and gives the exit code. Catches everything, once. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = exitCode.fine;
  const program = buildProgram(terminal, (result) => (code = result));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, terminal);
  }
}

function explain(error: unknown, terminal: Terminal): number {
  if (terminal.interrupted.aborted) {
    terminal.error('interrupted\n');
    return exitCode.interrupted;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.fine : exitCode.badInput;
  if (error instanceof DiagnosticError) {
    const count = error.diagnostics.length;
    terminal.error(
      `${error.message}\n\n${count} ${count === 1 ? 'mistake' : 'mistakes'}; nothing was run.\n`,
    );
    return exitCode.badInput;
  }
  if (error instanceof UsageError || (error instanceof Error && error.name === 'RehearsalError')) {
    const hint = 'hint' in error && typeof error.hint === 'string' ? `\n  hint: ${error.hint}` : '';
    terminal.error(`error: ${error.message}${hint}\n`);
    return exitCode.badInput;
  }
  if (error instanceof TransportError) {
    terminal.error(`error: ${error.message}${error.hint === undefined ? '' : `\n  hint: ${error.hint}`}\n`);
    return exitCode.unreachable;
  }
  if (error instanceof Error && 'syscall' in error) {
    // A full disk or a file that may not be read, here and not on a host.
    terminal.error(`error: this machine says: ${error.message}\n`);
    return exitCode.taskFailed;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.error(`homerun broke; this is a mistake in homerun, please report it:\n${text}\n`);
  return exitCode.ourBug;
}

function buildProgram(terminal: Terminal, done: (code: number) => void): Command {
  const program = new Command('homerun')
    .description('Runs playbooks on the hosts of a home network over plain SSH.')
    .version(version(), '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.error })
    .showHelpAfterError('(homerun help shows what there is)')
    .addHelpText(
      'after',
      `
Exit codes: 0 fine, 1 a task failed, 2 wrong input and nothing was run,
3 a host was not reached, 4 differences (--detailed-exitcode), 70 a bug,
130 interrupted.`,
    );
  addPlaybookOptions(program.command('run <playbook>').description('run a playbook'))
    .option('-C, --check', 'send no action; say what would change')
    .option('--list-hosts', 'only list the hosts of each play')
    .option('--list-tasks', 'only list the tasks of each play')
    .action(async (playbook: string, flags: RunFlags) =>
      done(await (await import('./run.ts')).runCommand(playbook, flags, terminal)),
    );
  addPlaybookOptions(
    program.command('plan <playbook>').description('show what a run would change: run --check --diff'),
  ).action(async (playbook: string, flags: RunFlags) =>
    done(
      await (await import('./run.ts')).runCommand(playbook, { ...flags, check: true, diff: true }, terminal),
    ),
  );
  program
    .command('check <playbook>')
    .description('look for mistakes in the files; connects to nobody')
    .addOption(inventoryOption())
    .option(
      '-e, --extra-vars <vars>',
      'variables that win over all others: NAME=TEXT, @FILE.yaml or {JSON}',
      collect,
    )
    .action(async (playbook: string, flags: RunFlags) =>
      done(await (await import('./run.ts')).checkCommand(playbook, flags, terminal)),
    );
  addPlaybookOptions(
    program
      .command('rehearse [playbook]')
      .description(
        'boot the inventory as throwaway hosts on this machine, run the playbook twice, take them down',
      ),
  )
    .option('--install', 'install missing programs with apt')
    .option('--keep', 'leave the hosts up afterwards')
    .option('--down', 'only take down hosts that were kept')
    .option('--once', 'run the playbook once only')
    .option('--suite <name>', "Debian release of the hosts; default: this machine's")
    .option('--directory <folder>', 'where it keeps its state; several rehearsals can stand side by side')
    .action(async (playbook: string | undefined, flags: RunFlags) =>
      done(await (await import('./rehearse.ts')).rehearseCommand(playbook, flags, terminal)),
    );
  program
    .command('trust <hosts...>')
    .description('show the key of a host and write it to known_hosts')
    .addOption(inventoryOption())
    .option('--replace', 'replace a key that has changed')
    .option('--known-hosts <file>', 'the file to write; default: ~/.ssh/known_hosts')
    .option('--no-ssh-config', 'do not ask ssh for its configuration')
    .option('-y, --yes', 'do not ask')
    .action(async (hosts: string[], flags) =>
      done(await (await import('./trust.ts')).trustCommand(hosts, flags, terminal)),
    );
  program
    .command('init [folder]')
    .description('write a house of your own: inventory, playbooks, tasks, templates')
    .option('-y, --yes', 'ask nothing; take what is seen and usual')
    .option('-a, --answer <answer>', 'an answer beforehand: NAME=VALUE or @FILE.yaml', collect)
    .option('--no-secrets', 'make no key, and no passwords')
    .addHelpText('after', `\nAnswers:\n  ${ANSWERS.join(', ').replaceAll(/(.{60,70},) /g, '$1\n  ')}\n`)
    .action(async (folder: string | undefined, flags: InitFlags) =>
      done(await (await import('./init.ts')).initCommand(folder, flags, terminal)),
    );
  program
    .command('inventory')
    .description('show the hosts, groups and networks')
    .addOption(inventoryOption())
    .option('--json', 'as JSON')
    .option('--graph [file]', 'draw it: here, or into FILE.svg or FILE.mmd')
    .action(async (flags) => done(await (await import('./inventory.ts')).inventoryCommand(flags, terminal)));
  program
    .command('doc [module]')
    .description('show what a module does; without a name, list them all')
    .action(async (module: string | undefined) =>
      done(await (await import('./doc.ts')).docCommand(module, terminal)),
    );
  addSecretCommands(program, inventoryOption, terminal, done);
  addVpnCommands(program, inventoryOption, terminal, done);
  for (const command of program.commands)
    command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.error });
  return program;
}

function addPlaybookOptions(command: Command): Command {
  return withPassword(command)
    .addOption(inventoryOption())
    .option('-l, --limit <pattern>', 'only these hosts: a name, a group, a:b, !c, &d')
    .option('-t, --tags <tags>', 'only tasks with one of these tags', collect)
    .option('--skip-tags <tags>', 'leave out tasks with one of these tags', collect)
    .option('--start-at-task <name>', 'leave out everything before this task')
    .option(
      '-e, --extra-vars <vars>',
      'variables that win over all others: NAME=TEXT, @FILE.yaml or {JSON}',
      collect,
    )
    .option('-D, --diff', 'show what differed')
    .option('--detailed-exitcode', 'exit code 4 where something changed, or would change')
    .option('-f, --forks <number>', 'hosts at work at the same time', positive, 50)
    .option('-u, --user <name>', 'log in as')
    .option('-k, --ask-pass', 'ask for the password to log in with')
    .option('--private-key <file>', 'key to log in with')
    .option('-b, --become', 'run tasks as another user')
    .option('--become-user <name>', 'that user; default: root')
    .addOption(new Option('--become-method <method>', 'how').choices(['sudo', 'su', 'doas']))
    .option('-K, --ask-become-pass', 'ask for the password for sudo')
    .option('--accept-new', 'trust the keys of hosts that are not known yet')
    .option('--known-hosts <file>', 'instead of ~/.ssh/known_hosts')
    .option('--no-ssh-config', 'do not ask ssh for its configuration')
    .option('-T, --timeout <seconds>', 'to wait for a connection', positive)
    .addOption(
      new Option('-o, --output <format>', 'how to report')
        .choices(['auto', 'screen', 'lines', 'json'])
        .default('auto'),
    )
    .option(
      '-v, --verbose',
      'show outputs; -vv of every task; -vvv scripts too',
      (_value: string, before: number) => before + 1,
      0,
    );
}

function inventoryOption(): Option {
  return new Option('-i, --inventory <file>', 'the inventory').default('inventory.yaml');
}

function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return number;
}
