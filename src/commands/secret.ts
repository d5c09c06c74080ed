import { dirname } from 'node:path';
import { Redactor } from '../model/secret.ts';
import {
  createKeyring,
  editFile,
  encryptFile,
  encryptValue,
  initSecrets,
  rekeyFiles,
  SecretError,
  viewFile,
} from '../secrets/index.ts';
import { keysOf } from './secrets.ts';
import { exitCode, UsageError, type Terminal } from './terminal.ts';

/** `homerun secret init`. */
export function secretInitCommand(
  flags: { readonly inventory: string; readonly passphrase?: boolean },
  terminal: Terminal,
): Promise<number> {
  return told(async () => {
    const made = await initSecrets({
      ...keysOf(terminal, new Redactor()),
      folder: dirname(flags.inventory),
      now: new Date().toISOString(),
      ...(flags.passphrase ? { passphrase: await newPassphrase(terminal) } : {}),
    });
    if (!made.made && !made.added)
      throw new SecretError(
        `${made.identity} is there already, and is left alone`,
        `your recipient is ${made.recipient}; it stands in ${made.recipients} too`,
      );
    terminal.out(
      made.made
        ? `made ${made.identity}: keep a copy of it in a safe place, or the secrets are lost with this machine\n`
        : `${made.identity} was there already, and is left alone\n`,
    );
    terminal.out(`your recipient is ${made.recipient}\nit stands in ${made.recipients}\n`);
  });
}

/** `homerun secret encrypt [FILE]`. */
export function secretEncryptCommand(
  file: string | undefined,
  flags: { readonly name?: string },
  terminal: Terminal,
): Promise<number> {
  return told(async () => {
    if (file === undefined || file === '-') {
      const value = await valueFrom(terminal);
      terminal.out(await encryptValue(value, terminal.workingDirectory, flags.name));
      return;
    }
    await encryptFile(file);
    terminal.out(`${file} is encrypted; to change it: homerun secret edit ${file}\n`);
  });
}

export interface OpenFlags {
  readonly vaultPasswordFile?: string;
}

/** `homerun secret view FILE`. */
export function secretViewCommand(file: string, flags: OpenFlags, terminal: Terminal): Promise<number> {
  return told(async () => {
    terminal.out(await viewFile(file, keyringOf(flags, terminal)));
  });
}

/** `homerun secret edit FILE`. */
export function secretEditCommand(file: string, flags: OpenFlags, terminal: Terminal): Promise<number> {
  return told(async () => {
    const changed = await editFile(file, keyringOf(flags, terminal), terminal);
    terminal.out(changed ? `${file} is written\n` : `nothing was changed, so ${file} is as it was\n`);
  });
}

/** `homerun secret rekey FILE…`. */
export function secretRekeyCommand(
  files: readonly string[],
  flags: OpenFlags,
  terminal: Terminal,
): Promise<number> {
  return told(async () => {
    await rekeyFiles(files, keyringOf(flags, terminal));
    for (const file of files) terminal.out(`${file} is encrypted to the present recipients\n`);
  });
}

function keyringOf(flags: OpenFlags, terminal: Terminal): ReturnType<typeof createKeyring> {
  return createKeyring(keysOf(terminal, new Redactor(), flags.vaultPasswordFile));
}

/** What cannot be done is for the operator, and no mistake of ours. */
async function told(work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return exitCode.fine;
  } catch (error) {
    throw error instanceof SecretError ? new UsageError(error.message, error.hint) : error;
  }
}

/** Typed unseen, or whatever comes in; without the newline that ends it. */
async function valueFrom(terminal: Terminal): Promise<string> {
  const value = terminal.canAsk ? await terminal.ask('Value: ', { hidden: true }) : await terminal.input();
  const text = value.replace(/\r?\n$/, '');
  if (text === '') throw new UsageError('there is no value to encrypt');
  return text;
}

async function newPassphrase(terminal: Terminal): Promise<string> {
  const first = await terminal.ask('New passphrase: ', { hidden: true });
  if (first === '') throw new UsageError('an empty passphrase protects nothing');
  if (first === (await terminal.ask('Once more: ', { hidden: true }))) return first;
  throw new UsageError('the two passphrases differ; nothing was made');
}
