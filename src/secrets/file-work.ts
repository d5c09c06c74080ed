import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encryptTo, isAge } from './age.ts';
import { holdsArmor, replaceArmor, secretBlock } from './armored.ts';
import { openOrFail, type Keyring } from './keyring.ts';
import { recipientsFor } from './recipients.ts';
import { replaceFile } from './replace-file.ts';
import { SecretError } from './secret-error.ts';
import { isVault } from './vault.ts';

/** Encrypts a whole file in place. */
export async function encryptFile(path: string): Promise<void> {
  const plain = await contentOf(path);
  if (isAge(plain))
    throw new SecretError(`${path} is encrypted already`, `to other people: homerun secret rekey ${path}`);
  if (isVault(plain.toString('utf8')))
    throw new SecretError(
      `${path} is an ansible-vault file`,
      `turn it into age: homerun secret rekey ${path}`,
    );
  await replaceFile(path, await encryptTo(await recipientsFor(dirname(path)), plain));
}

/** A text as a file that those who can read the secrets of a folder can open. */
export async function encryptText(text: string, folder: string): Promise<string> {
  return encryptTo(await recipientsFor(folder), text);
}

/** One value as it stands in YAML. */
export async function encryptValue(value: string, folder: string, name?: string): Promise<string> {
  return secretBlock(await encryptTo(await recipientsFor(folder), value), name);
}

/** The text of an encrypted file, or a file with the encrypted values in it opened. */
export async function viewFile(path: string, keyring: Keyring): Promise<string> {
  const file = await contentOf(path);
  const text = file.toString('utf8');
  if (isAge(file) || !holdsArmor(text))
    return Buffer.from(await openOrFail(keyring, path, file)).toString('utf8');
  return replaceArmor(text, async (armor) => openArmor(path, armor, keyring));
}

/** Encrypts files, or the values in them, to those who stand in the recipients file now: all of them or none. */
export async function rekeyFiles(paths: readonly string[], keyring: Keyring): Promise<void> {
  const ready: { readonly path: string; readonly text: string }[] = [];
  for (const path of paths) ready.push({ path, text: await rekeyed(path, keyring) });
  for (const { path, text } of ready) await replaceFile(path, text);
}

export async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new SecretError(`there is no file ${path}`);
    if (code === 'EISDIR') throw new SecretError(`${path} is a folder`, 'name the files in it');
    throw new SecretError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function rekeyed(path: string, keyring: Keyring): Promise<string> {
  const file = await contentOf(path);
  const recipients = await recipientsFor(dirname(path));
  const text = file.toString('utf8');
  if (!isAge(file) && holdsArmor(text))
    return replaceArmor(text, async (armor) => encryptTo(recipients, await openArmor(path, armor, keyring)));
  return encryptTo(recipients, await openOrFail(keyring, path, file));
}

export async function openArmor(path: string, armor: string, keyring: Keyring): Promise<string> {
  return Buffer.from(await openOrFail(keyring, path, Buffer.from(armor))).toString('utf8');
}
