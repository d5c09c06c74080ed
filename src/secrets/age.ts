import type { Decrypter } from 'age-encryption';
import { SecretError } from './secret-error.ts';

export const ARMOR_BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
const BINARY_BEGIN = 'age-encryption.org/v1';

/** Loaded where there is something to open: most runs start without it. */
const library = () => import('age-encryption');

/** A new key pair: the identity opens what is encrypted to the recipient. */
export async function newIdentity(): Promise<{ identity: string; recipient: string }> {
  const { generateX25519Identity } = await library();
  const identity = await generateX25519Identity();
  return { identity, recipient: await recipientOf(identity) };
}

/** The public side of an identity. */
export async function recipientOf(identity: string): Promise<string> {
  const { identityToRecipient } = await library();
  return identityToRecipient(identity);
}

/** ASCII armor that each of the recipients can open, with a newline at its end. */
export async function encryptTo(recipients: readonly string[], plain: Uint8Array | string): Promise<string> {
  const { armor, Encrypter } = await library();
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(plain));
}

/** The same for one who knows a passphrase. */
export async function encryptWithPassphrase(passphrase: string, plain: string): Promise<string> {
  const { armor, Encrypter } = await library();
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return armor.encode(await encrypter.encrypt(plain));
}

/** What is in an age file, armored or binary. Throws a SecretError that says why not. */
export async function decryptWith(identities: readonly string[], file: Uint8Array): Promise<Uint8Array> {
  const decrypter = new (await library()).Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypt(decrypter, file);
}

export async function decryptWithPassphrase(passphrase: string, file: Uint8Array): Promise<Uint8Array> {
  const decrypter = new (await library()).Decrypter();
  decrypter.addPassphrase(passphrase);
  return decrypt(decrypter, file);
}

export function isAge(file: Uint8Array): boolean {
  const head = Buffer.from(file.subarray(0, 200)).toString('latin1').trimStart();
  return head.startsWith(ARMOR_BEGIN) || head.startsWith(BINARY_BEGIN);
}

/** Encrypted with a passphrase instead of to recipients. */
export async function wantsPassphrase(file: Uint8Array): Promise<boolean> {
  const head = (await binary(file)).subarray(0, 1000);
  return /^-> scrypt /m.test(Buffer.from(head).toString('latin1'));
}

async function decrypt(decrypter: Decrypter, file: Uint8Array): Promise<Uint8Array> {
  const bytes = await binary(file);
  try {
    return await decrypter.decrypt(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason.startsWith('no identity matched')) throw new WrongIdentity();
    throw damaged(reason);
  }
}

/** None of the keys opens it. */
export class WrongIdentity extends SecretError {
  constructor() {
    super(
      'none of your age identities opens this',
      'who can open it adds your recipient to `.homerun-recipients` and runs `homerun secret rekey FILE`',
    );
  }
}

async function binary(file: Uint8Array): Promise<Uint8Array> {
  const text = Buffer.from(file).toString('latin1');
  if (text.startsWith(BINARY_BEGIN)) return file;
  if (!text.includes(ARMOR_BEGIN))
    throw new SecretError('this is not encrypted', '`homerun secret encrypt` makes a value to put here');
  const { armor } = await library();
  try {
    return armor.decode(text);
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
}

function damaged(reason: string): SecretError {
  return new SecretError(
    `this age text is damaged: ${reason}`,
    'it must stand as it was written, from BEGIN to END',
  );
}
