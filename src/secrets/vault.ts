import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { SecretError } from './secret-error.ts';

/** True for a text that ansible-vault has made. */
export function isVault(text: string): boolean {
  return text.trimStart().startsWith('$ANSIBLE_VAULT;');
}

/** What is in an ansible-vault text, of format 1.1 or 1.2 with AES256. Throws a SecretError that says why not. */
export function openVault(text: string, password: string): string {
  const [head = '', ...lines] = text.trim().split(/\s*\n\s*/);
  if (!/^\$ANSIBLE_VAULT;1\.[12];AES256(?:;|$)/.test(head))
    throw new SecretError(`this kind of ansible-vault is not known: ${head.slice(0, 60)}`);
  const [salt, sum, code] = fields(lines.join(''));
  // The numbers of the format: two keys of 32 bytes and a counter of 16.
  const keys = pbkdf2Sync(password, salt, 10_000, 80, 'sha256');
  const expected = createHmac('sha256', keys.subarray(32, 64)).update(code).digest();
  if (sum.length !== expected.length || !timingSafeEqual(sum, expected))
    throw new SecretError('the vault password does not open this', 'is it the right password file?');
  const decipher = createDecipheriv('aes-256-ctr', keys.subarray(0, 32), keys.subarray(64, 80));
  const padded = Buffer.concat([decipher.update(code), decipher.final()]);
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0)).toString('utf8');
}

/** Salt, checksum and ciphertext: three lines in hexadecimal, which are in hexadecimal again. */
function fields(hex: string): readonly [Buffer, Buffer, Buffer] {
  if (!/^(?:[0-9a-f]{2})+$/.test(hex)) throw damaged();
  const [salt, sum, code] = Buffer.from(hex, 'hex').toString('latin1').split('\n');
  if (salt === undefined || sum === undefined || code === undefined) throw damaged();
  return [Buffer.from(salt, 'hex'), Buffer.from(sum, 'hex'), Buffer.from(code, 'hex')];
}

function damaged(): SecretError {
  return new SecretError(
    'this ansible-vault text is damaged',
    'it must stand as it was written, all lines of it',
  );
}
