import { existsSync, readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAge } from './age.ts';
import { openByPassphrase } from './passphrase.ts';
import { SecretError } from './secret-error.ts';

export interface IdentityOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  /** Asks for a passphrase, unseen; absent where nobody is there. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Told of what is dangerous, and goes on all the same. */
  readonly warn?: ((text: string) => void) | undefined;
}

/** `HOMERUN_IDENTITY_FILE`, or `homerun/age.txt` in the folder for configuration. */
export function identityPath({ environment, homeDirectory }: Omit<IdentityOptions, 'ask'>): string {
  const named = environment['HOMERUN_IDENTITY_FILE'];
  if (named) return named.startsWith('~/') ? join(homeDirectory, named.slice(2)) : named;
  return join(environment['XDG_CONFIG_HOME'] || join(homeDirectory, '.config'), 'homerun', 'age.txt');
}

/** The age identities of this user. Throws a SecretError that says why there are none. */
export async function readIdentities(options: IdentityOptions): Promise<readonly string[]> {
  const path = presentPath(options);
  const file = await contentOf(path);
  const { mode } = await stat(path);
  if (!isAge(file) && (mode & 0o077) !== 0)
    options.warn?.(`others on this machine can read ${path}, which opens your secrets: chmod 600 ${path}`);
  const plain = isAge(file) ? await openByPassphrase(path, file, options) : file;
  const text = Buffer.from(plain).toString('utf8');
  const lines = text.split('\n').map((line) => line.trim());
  const identities = lines.filter((line) => line.startsWith('AGE-SECRET-KEY-'));
  if (identities.length > 0) return identities;
  const isSsh = lines.some((line) => /^-----BEGIN (?:OPENSSH|RSA|EC) PRIVATE KEY-----$/.test(line));
  throw isSsh
    ? new SecretError(
        `${path} is an SSH key, which homerun cannot use for secrets`,
        'make an age identity: `homerun secret init`',
      )
    : new SecretError(`there is no age identity in ${path}`, 'a line of it must begin with AGE-SECRET-KEY-');
}

/** Who runs homerun by sudo means the identity of their own, where root has none. */
function presentPath(options: IdentityOptions): string {
  const path = identityPath(options);
  const user = options.environment['SUDO_USER'];
  if (!user || options.environment['HOMERUN_IDENTITY_FILE'] || existsSync(path)) return path;
  const home = homeOf(user);
  const own = home === undefined ? undefined : join(home, '.config/homerun/age.txt');
  return own !== undefined && existsSync(own) ? own : path;
}

function homeOf(user: string): string | undefined {
  if (!existsSync('/etc/passwd')) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  return lines.map((line) => line.split(':')).find(([name]) => name === user)?.[5];
}

async function contentOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new SecretError(
        `you have no age identity: there is no ${path}`,
        '`homerun secret init` makes one; HOMERUN_IDENTITY_FILE names another file',
      );
    throw new SecretError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
