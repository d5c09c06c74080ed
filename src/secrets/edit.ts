import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, readFile, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { splitWords } from '../model/words.ts';
import { encryptTo, isAge, wantsPassphrase } from './age.ts';
import { holdsArmor } from './armored.ts';
import { openValues } from './edit-values.ts';
import { contentOf, openArmor } from './file-work.ts';
import { openOrFail, type Keyring } from './keyring.ts';
import { endOf, type ProgramOptions } from './program.ts';
import { recipientsFor } from './recipients.ts';
import { replaceFile } from './replace-file.ts';
import { SecretError } from './secret-error.ts';

/**
 * Opens an encrypted file, or a new one, in the editor. Gives false where nothing was changed, and then writes
 * nothing. The text in the clear is gone afterwards, whatever happened.
 */
export async function editFile(path: string, keyring: Keyring, options: ProgramOptions): Promise<boolean> {
  const recipients = await recipientsFor(dirname(path));
  const { before, seal } = await opened(path, keyring, async (text) => encryptTo(recipients, text));
  const folder = await mkdtemp(join(await memoryFolder(options), 'homerun-edit-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // At once: a second signal may end this program before anything else is done.
  options.interrupted.addEventListener('abort', remove, { once: true });
  try {
    const plain = join(folder, basename(path));
    await writeFile(plain, before, { mode: 0o600, flag: 'wx' });
    await runEditor(plain, path, options);
    options.interrupted.throwIfAborted();
    const after = await readFile(plain);
    if (after.equals(before)) return false;
    await replaceFile(path, await seal(after));
    return true;
  } finally {
    options.interrupted.removeEventListener('abort', remove);
    remove();
  }
}

interface Opened {
  readonly before: Buffer;
  /** The text of the file for what it shall hold. */
  readonly seal: (after: Buffer) => Promise<string>;
}

/** The whole of an encrypted file, or one with its encrypted values in the clear. */
async function opened(
  path: string,
  keyring: Keyring,
  encrypt: (text: Uint8Array | string) => Promise<string>,
): Promise<Opened> {
  if (!existsSync(path)) return { before: Buffer.alloc(0), seal: encrypt };
  const file = await contentOf(path);
  const text = file.toString('utf8');
  if (!isAge(file) && holdsArmor(text)) {
    const values = await openValues(text, async (armor) => openArmor(path, armor, keyring));
    return {
      before: Buffer.from(values.text),
      seal: async (after) => values.seal(after.toString('utf8'), encrypt),
    };
  }
  if (isAge(file) && (await wantsPassphrase(file)))
    throw new SecretError(
      `${path} is encrypted with a passphrase, and would be to recipients afterwards`,
      `turn it into one for them: homerun secret rekey ${path}`,
    );
  if (!isAge(file) && (await keyring.open(file)))
    throw new SecretError(
      `${path} is an ansible-vault file, which is only read`,
      `turn it into age: homerun secret rekey ${path}`,
    );
  return { before: Buffer.from(await openOrFail(keyring, path, file)), seal: encrypt };
}

/** A folder of this user whose files never reach a disk, where there is one. */
async function memoryFolder({ environment }: ProgramOptions): Promise<string> {
  for (const folder of [environment['XDG_RUNTIME_DIR'], '/dev/shm'])
    if (folder && existsSync(folder) && (await isInMemory(folder))) return folder;
  return tmpdir();
}

const TMPFS = 0x01021994;
const RAMFS = 0x858458f6;

async function isInMemory(folder: string): Promise<boolean> {
  const { type } = await statfs(folder);
  return type === TMPFS || type === RAMFS;
}

async function runEditor(file: string, path: string, options: ProgramOptions): Promise<void> {
  const named = options.environment['VISUAL'] || options.environment['EDITOR'] || 'vi';
  const [program = '', ...words] = splitWords(named) ?? [];
  const child = spawn(program, [...words, file], {
    cwd: options.workingDirectory,
    env: { ...options.environment },
    stdio: 'inherit',
    signal: options.interrupted,
  });
  const ended = await new Promise<number | NodeJS.Signals | Error>((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
  });
  options.interrupted.throwIfAborted();
  if (ended === 0) return;
  throw new SecretError(
    `the editor \`${named}\` did not do it: ${endOf(ended)}`,
    `${path} is as it was; EDITOR names another editor`,
  );
}
