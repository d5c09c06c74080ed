import { decryptWithPassphrase, WrongIdentity } from './age.ts';
import type { IdentityOptions } from './identities.ts';
import { SecretError } from './secret-error.ts';

/** Opens what was encrypted with a passphrase, which is asked for. `what` names it in the question. */
export async function openByPassphrase(
  what: string,
  file: Uint8Array,
  { ask }: Pick<IdentityOptions, 'ask'>,
): Promise<Uint8Array> {
  if (!ask)
    throw new SecretError(
      `${what} has a passphrase, and nobody is there to type it`,
      'run homerun in a terminal',
    );
  try {
    return await decryptWithPassphrase(await ask(`Passphrase of ${what}: `), file);
  } catch (error) {
    if (error instanceof WrongIdentity) throw new SecretError(`this is not the passphrase of ${what}`);
    throw error;
  }
}
