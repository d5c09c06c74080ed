import type { Secret } from './secret.ts';

/** What became of a secret that a file names. `pending`: it is being looked up; the file is read again afterwards. */
export type Revealed =
  | { readonly kind: 'known'; readonly text: string }
  | { readonly kind: 'pending' }
  | { readonly kind: 'failed'; readonly failed: string; readonly hint?: string };

/**
 * Where the language gets secrets from. It answers at once, so that reading stays a plain function; what takes time
 * (decryption, programs, questions) is `pending` and there when the files are read the next time.
 */
export interface SecretSource {
  /** The text in age's ASCII armor. */
  age(armor: string): Revealed;
  /** The text in `$ANSIBLE_VAULT;…`. */
  vault(text: string): Revealed;
  /** A variable of the environment. */
  environment(name: string): Revealed;
  /** What a program on the controller prints. */
  command(argv: readonly string[]): Revealed;
  /** Told of every secret that was read, before anything is printed. */
  loaded(secret: Secret): void;
}
