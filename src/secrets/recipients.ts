import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { encryptTo } from './age.ts';
import { SecretError } from './secret-error.ts';

export const RECIPIENTS_FILE = '.homerun-recipients';

/** The recipients file that is meant for a folder: in it, or in the nearest folder above it. */
export function findRecipientsFile(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const path = join(at, RECIPIENTS_FILE);
    if (existsSync(path)) return path;
    if (at === dirname(at)) return undefined;
  }
}

/** Everybody who shall be able to read the secrets of a folder. Throws a SecretError where that cannot be known. */
export async function recipientsFor(folder: string): Promise<readonly string[]> {
  const path = findRecipientsFile(folder);
  if (path === undefined)
    throw new SecretError(
      `there is no ${RECIPIENTS_FILE} in ${resolve(folder)} or above it`,
      '`homerun secret init` writes one, with you in it',
    );
  const recipients = parseRecipients(path, readFileSync(path, 'utf8'));
  if (recipients.length === 0)
    throw new SecretError(`${path} names nobody`, 'write one `age1…` on each line');
  await Promise.all(recipients.map(({ name, line }) => proven(name, `${path}:${line}`)));
  return recipients.map(({ name }) => name);
}

interface Recipient {
  readonly name: string;
  readonly line: number;
}

/** One on each line; what stands behind `#` is for people. */
function parseRecipients(path: string, text: string): readonly Recipient[] {
  const names = text
    .split('\n')
    .map((line, index) => ({ name: line.replace(/#.*/, '').trim(), line: index + 1 }));
  const recipients = names.filter(({ name }) => name !== '');
  for (const { name, line } of recipients) {
    if (name.startsWith('ssh-') || name.startsWith('ecdsa-'))
      throw new SecretError(
        `${path}:${line}: SSH keys cannot be recipients here`,
        'its owner makes an age identity with `homerun secret init`; write the `age1…` that it prints',
      );
    if (!name.startsWith('age1'))
      throw new SecretError(`${path}:${line}: this is no age recipient`, 'a recipient begins with `age1`');
  }
  return recipients;
}

/** Finds a slip of the pen before a file is encrypted to nobody. */
async function proven(name: string, where: string): Promise<void> {
  try {
    await encryptTo([name], '');
  } catch {
    throw new SecretError(`${where}: this recipient has a mistake in it`, 'copy all of it, from `age1` on');
  }
}
