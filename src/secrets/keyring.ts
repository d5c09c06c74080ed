import { readIdentities, type IdentityOptions } from './identities.ts';
import { decryptWith, isAge, wantsPassphrase } from './age.ts';
import { openByPassphrase } from './passphrase.ts';
import type { ProgramOptions } from './program.ts';
import { SecretError } from './secret-error.ts';
import { isVault, openVault } from './vault.ts';
import { vaultPassword } from './vault-password.ts';

export interface KeyringOptions extends IdentityOptions, ProgramOptions {
  readonly vaultPasswordFile?: string | undefined;
}

/** Opens whole files, whatever they are encrypted with; who must be asked is asked once. */
export interface Keyring {
  /** Undefined where the file is not encrypted. */
  open(file: Uint8Array): Promise<Uint8Array | undefined>;
}

export function createKeyring(options: KeyringOptions): Keyring {
  const identities = once(() => readIdentities(options));
  const password = once(() => vaultPassword(options));
  return {
    async open(file) {
      if (isAge(file))
        return (await wantsPassphrase(file))
          ? openByPassphrase('this file', file, options)
          : decryptWith(await identities(), file);
      const text = Buffer.from(file).toString('utf8');
      return isVault(text) ? Buffer.from(openVault(text, await password())) : undefined;
    },
  };
}

/** The same promise for everybody, so that a person is asked once; also where it fails. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let promise: Promise<T> | undefined;
  return () => (promise ??= work());
}

/** The text of a file that must be encrypted. */
export async function openOrFail(keyring: Keyring, path: string, file: Uint8Array): Promise<Uint8Array> {
  const plain = await keyring.open(file);
  if (plain === undefined)
    throw new SecretError(`${path} is not encrypted`, `encrypt it: homerun secret encrypt ${path}`);
  return plain;
}
