import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, readFile, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { splitWords } from '../model/words.ts';
import { encryptTo, isAge } from './age.ts';
import { contentOf } from './file-work.ts';
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
  const before = existsSync(path) ? await editable(path, keyring) : Buffer.alloc(0);
  const recipients = await recipientsFor(dirname(path));
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
    await replaceFile(path, await encryptTo(recipients, after));
    return true;
  } finally {
    options.interrupted.removeEventListener('abort', remove);
    remove();
  }
}

async function editable(path: string, keyring: Keyring): Promise<Buffer> {
  const file = await contentOf(path);
  if (!isAge(file) && (await keyring.open(file)))
    throw new SecretError(
      `${path} is an ansible-vault file, which is only read`,
      `turn it into age: homerun secret rekey ${path}`,
    );
  return Buffer.from(await openOrFail(keyring, path, file));
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
