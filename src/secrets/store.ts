import type { Secret } from '../model/secret.ts';
import type { Revealed, SecretSource } from '../model/secret-source.ts';
import { decryptWith, wantsPassphrase } from './age.ts';
import { readIdentities } from './identities.ts';
import { once, type KeyringOptions } from './keyring.ts';
import { openByPassphrase } from './passphrase.ts';
import { outputOfProgram } from './program.ts';
import { SecretError } from './secret-error.ts';
import { openVault } from './vault.ts';
import { vaultPassword } from './vault-password.ts';

export interface StoreOptions extends KeyringOptions {
  /** Told of every secret that was read. */
  readonly loaded: (secret: Secret) => void;
}

/** Secrets that were asked for, each looked up once. */
export interface SecretStore extends SecretSource {
  /** Looks up what is still pending. Gives false where nothing was. */
  settle(): Promise<boolean>;
}

/** What opens the secrets of this user on this machine. */
export function createSecretStore(options: StoreOptions): SecretStore {
  const answers = new Map<string, Revealed>();
  const pending = new Map<string, () => Promise<string>>();
  const identities = once(() => readIdentities(options));
  const password = once(() => vaultPassword(options));

  const lookUp = (key: string, work: () => Promise<string>): Revealed => {
    const known = answers.get(key);
    if (!known) pending.set(key, work);
    return known ?? { kind: 'pending' };
  };
  return {
    age: (armor) =>
      lookUp(`age ${armor.trim()}`, async () => {
        const file = Buffer.from(armor);
        const plain = (await wantsPassphrase(file))
          ? await openByPassphrase('an encrypted value', file, options)
          : await decryptWith(await identities(), file);
        return Buffer.from(plain).toString('utf8');
      }),
    vault: (text) => lookUp(`vault ${text.trim()}`, async () => openVault(text, await password())),
    command: (argv) => lookUp(`command ${JSON.stringify(argv)}`, async () => outputOfProgram(argv, options)),
    environment: (name) => variable(name, options.environment),
    loaded: options.loaded,
    async settle() {
      const work = [...pending];
      pending.clear();
      // One after the other: two that ask on the terminal would talk at the same time.
      for (const [key, open] of work) answers.set(key, await answerOf(open));
      return work.length > 0;
    },
  };
}

async function answerOf(open: () => Promise<string>): Promise<Revealed> {
  try {
    return { kind: 'known', text: await open() };
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    const { message: failed, hint } = error;
    return { kind: 'failed', failed, ...(hint === undefined ? {} : { hint }) };
  }
}

function variable(name: string, environment: StoreOptions['environment']): Revealed {
  const text = environment[name];
  if (text !== undefined) return { kind: 'known', text };
  return {
    kind: 'failed',
    failed: `the environment variable ${name} is not set`,
    hint: `set it for this run: ${name}=… homerun …`,
  };
}
