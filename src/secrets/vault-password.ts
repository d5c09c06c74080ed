import { accessSync, constants, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { outputOfProgram, type ProgramOptions } from './program.ts';
import { SecretError } from './secret-error.ts';

export interface VaultPasswordOptions extends ProgramOptions {
  readonly vaultPasswordFile?: string | undefined;
  readonly ask?: ((question: string) => Promise<string>) | undefined;
}

/** The password for ansible-vault: of the file that is named, run where it is a program as Ansible does, or asked for. */
export async function vaultPassword(options: VaultPasswordOptions): Promise<string> {
  const { environment, ask } = options;
  const named =
    options.vaultPasswordFile ??
    (environment['HOMERUN_VAULT_PASSWORD_FILE'] || environment['ANSIBLE_VAULT_PASSWORD_FILE'] || undefined);
  if (named !== undefined) return fromFile(resolve(options.workingDirectory, named), options);
  if (ask) return ask('Vault password: ');
  throw new SecretError(
    'there is no password for ansible-vault',
    'name a file that holds it: --vault-password-file FILE, or HOMERUN_VAULT_PASSWORD_FILE',
  );
}

async function fromFile(path: string, options: ProgramOptions): Promise<string> {
  if (isProgram(path)) return outputOfProgram([path], options);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SecretError(`cannot read the vault password: ${reason}`);
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
