import type { Command, Option } from 'commander';
import type { OpenFlags } from './secret.ts';
import type { Terminal } from './terminal.ts';

// Loaded by whoever needs it: the other commands start without it.
const commands = () => import('./secret.ts');

/** The arguments of `homerun secret`. */
export function addSecretCommands(
  program: Command,
  inventoryOption: () => Option,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  const secret = program
    .command('secret')
    .description('keep passwords and keys in files that only you can read (age)');
  secret
    .command('init')
    .description('make your age identity, and put you among those who can read the secrets of this house')
    .addOption(inventoryOption())
    .option('--passphrase', 'protect the identity with a passphrase')
    .action(async (flags) => done(await (await commands()).secretInitCommand(flags, terminal)));
  secret
    .command('encrypt [file]')
    .description(
      'encrypt a file in place; without one, or with -, a value for YAML, typed or from standard input',
    )
    .option('-n, --name <name>', 'the name of the value')
    .action(async (file: string | undefined, flags: { name?: string }) =>
      done(await (await commands()).secretEncryptCommand(file, flags, terminal)),
    );
  withPassword(secret.command('view <file>'))
    .description('print an encrypted file, or a file with its encrypted values opened')
    .action(async (file: string, flags: OpenFlags) =>
      done(await (await commands()).secretViewCommand(file, flags, terminal)),
    );
  withPassword(secret.command('edit <file>'))
    .description('open an encrypted file, or a new one, in $EDITOR')
    .action(async (file: string, flags: OpenFlags) =>
      done(await (await commands()).secretEditCommand(file, flags, terminal)),
    );
  withPassword(secret.command('rekey <files...>'))
    .description('encrypt files, or the values in them, to those who stand in .homerun-recipients now')
    .action(async (files: string[], flags: OpenFlags) =>
      done(await (await commands()).secretRekeyCommand(files, flags, terminal)),
    );
}

/** For those who come from Ansible. */
export function withPassword(command: Command): Command {
  return command.option(
    '--vault-password-file <file>',
    'password for ansible-vault, or a program that prints it',
  );
}
