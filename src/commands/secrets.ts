import { DiagnosticError } from '../model/diagnostic.ts';
import type { Redactor } from '../model/secret.ts';
import { createSecretStore, type SecretStore, type StoreOptions } from '../secrets/index.ts';
import type { Terminal } from './terminal.ts';

/** What opens the secrets in the files; every one that is read is masked from then on. */
export function openSecrets(terminal: Terminal, redactor: Redactor, vaultPasswordFile?: string): SecretStore {
  return createSecretStore({
    ...keysOf(terminal, redactor, vaultPasswordFile),
    loaded: (secret) => redactor.add(secret),
  });
}

/** Where the keys of this user are, and how to ask for what is in no file. */
export function keysOf(
  terminal: Terminal,
  redactor: Redactor,
  vaultPasswordFile?: string,
): Omit<StoreOptions, 'loaded'> {
  const { environment, homeDirectory, workingDirectory, interrupted } = terminal;
  const ask = askHidden(terminal, redactor);
  const warn = (text: string): void => terminal.error(`warning: ${text}\n`);
  return { environment, homeDirectory, workingDirectory, interrupted, vaultPasswordFile, ask, warn };
}

/**
 * Reads files, and again once the secrets that they name are there, until nothing is pending: mistakes are told by
 * the last reading only, and together. Nothing of a secret is in their text.
 */
export async function readWithSecrets<T>(store: SecretStore, redactor: Redactor, read: () => T): Promise<T> {
  for (;;) {
    const attempt = tried(read);
    if (await store.settle()) continue;
    if (attempt.kind === 'read') return attempt.value;
    throw withoutSecrets(attempt.error, redactor);
  }
}

/** Asks a person for what nobody shall see. */
function askHidden(
  terminal: Terminal,
  redactor: Redactor,
): ((question: string) => Promise<string>) | undefined {
  if (!terminal.canAsk) return undefined;
  return async (question) => {
    const answer = await terminal.ask(question, { hidden: true });
    redactor.add(answer);
    return answer;
  };
}

/** Does something with secrets; whatever is thrown, also for a mistake of ours, goes on without them in its text. */
export async function withMaskedErrors<T>(redactor: Redactor, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    error.message = redactor.redact(error.message);
    if (error.stack !== undefined) error.stack = redactor.redact(error.stack);
    throw error;
  }
}

type Attempt<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'mistaken'; readonly error: DiagnosticError };

function tried<T>(read: () => T): Attempt<T> {
  try {
    return { kind: 'read', value: read() };
  } catch (error) {
    if (error instanceof DiagnosticError) return { kind: 'mistaken', error };
    throw error;
  }
}

/** Messages quote values, and excerpts quote files, where a secret may stand a second time. */
function withoutSecrets(error: DiagnosticError, redactor: Redactor): DiagnosticError {
  const clean = new DiagnosticError(
    error.diagnostics.map((diagnostic) => ({
      ...diagnostic,
      message: redactor.redact(diagnostic.message),
      ...(diagnostic.hint === undefined ? {} : { hint: redactor.redact(diagnostic.hint) }),
    })),
  );
  clean.message = redactor.redact(clean.message);
  return clean;
}
