import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encryptWithPassphrase, newIdentity, recipientOf } from './age.ts';
import { identityPath, readIdentities, type IdentityOptions } from './identities.ts';
import { RECIPIENTS_FILE } from './recipients.ts';
import { createPrivateFile, replaceFile } from './replace-file.ts';
import { SecretError } from './secret-error.ts';

export interface InitOptions extends IdentityOptions {
  /** Where the recipients file goes. */
  readonly folder: string;
  /** For the comment in the file. */
  readonly now: string;
  /** Protects the identity; absent: the file's permissions alone do. */
  readonly passphrase?: string | undefined;
}

export interface Initialized {
  readonly identity: string;
  /** False where the identity was there before. */
  readonly made: boolean;
  /** False where it stood among the recipients before. */
  readonly added: boolean;
  readonly recipient: string;
  readonly recipients: string;
}

/** Makes an identity where there is none, and puts its owner among those who can read the secrets of a folder. */
export async function initSecrets(options: InitOptions): Promise<Initialized> {
  const identity = identityPath(options);
  const made = !existsSync(identity);
  const recipient = made ? await makeIdentity(identity, options) : await ownRecipient(options);
  const recipients = join(options.folder, RECIPIENTS_FILE);
  const before = existsSync(recipients) ? readFileSync(recipients, 'utf8') : HEAD;
  const added = !before.includes(recipient);
  if (added) await replaceFile(recipients, `${before.replace(/([^\n])$/, '$1\n')}${recipient}\n`, 0o644);
  return { identity, made, added, recipient, recipients };
}

const HEAD = `# Who can read the secrets of this folder: one age recipient on each line.
# After a change: homerun secret rekey secrets.yaml
`;

async function makeIdentity(path: string, { now, passphrase }: InitOptions): Promise<string> {
  const { identity, recipient } = await newIdentity();
  const text = `# created: ${now}\n# public key: ${recipient}\n${identity}\n`;
  await createPrivateFile(
    path,
    passphrase === undefined ? text : await encryptWithPassphrase(passphrase, text),
  );
  return recipient;
}

async function ownRecipient(options: InitOptions): Promise<string> {
  const [first] = await readIdentities(options);
  if (first === undefined) throw new SecretError('there is no age identity');
  return recipientOf(first);
}
