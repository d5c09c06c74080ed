import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { userInfo } from 'node:os';
import { Redactor } from '../model/secret.ts';
import { encryptValue, initSecrets, SecretError } from '../secrets/index.ts';
import { checkFree, knownServices, writeHouse } from './init-files.ts';
import { lookAround } from './init-network.ts';
import { askForHouse } from './init-questions.ts';
import { keysOf } from './secrets.ts';
import { exitCode, UsageError, type Terminal } from './terminal.ts';

/** `homerun init [DIR]`: a house of one's own, from a few questions. */
export async function initCommand(
  given: string | undefined,
  flags: { readonly yes?: boolean; readonly secrets: boolean },
  terminal: Terminal,
): Promise<number> {
  const folder = resolve(terminal.workingDirectory, given ?? '.');
  checkFree(folder);
  if (!flags.yes && !terminal.canAsk)
    throw new UsageError(
      'there is no terminal to ask on',
      'homerun init --yes takes all that it would offer',
    );
  if (!flags.yes)
    terminal.error('Enter takes what stands in brackets; all of it can be changed in inventory.yaml.\n\n');
  const seen = {
    ...(await lookAround()),
    user: ownName(),
    keys: publicKeys(terminal.homeDirectory),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    services: knownServices(flags.secrets),
  };
  const answers = await askForHouse(seen, flags.yes ? undefined : terminal);
  const passwords = ['backup_password', ...('jupyter' in answers.services ? ['jupyter_password'] : [])];
  // Jupyter lets nobody in without one.
  const secrets = flags.secrets && (flags.yes || passwords.length > 1 || (await wantsPasswords(terminal)));
  const written = writeHouse(folder, answers);
  terminal.out(`${given ?? 'here'}: wrote ${written.join(', ')}\n`);
  if (secrets) await makeSecrets(folder, passwords, terminal);
  const enter = relative(terminal.workingDirectory, folder);
  terminal.out(`
Look at inventory.yaml, then try all of it on throwaway hosts, without touching a real one:

  ${enter === '' ? '' : `cd ${enter} && `}homerun rehearse playbooks/site.yaml
`);
  return exitCode.fine;
}

async function wantsPasswords(terminal: Terminal): Promise<boolean> {
  return !/^n/i.test(await terminal.ask('Make a password for the backups, encrypted for you alone [yes]: '));
}

/** A password of the backups that each host makes for itself would be lost with its SD card. */
async function makeSecrets(folder: string, names: readonly string[], terminal: Terminal): Promise<void> {
  try {
    const keys = keysOf(terminal, new Redactor());
    const made = await initSecrets({ ...keys, folder, now: new Date().toISOString() });
    const blocks = [HEAD];
    for (const name of names)
      blocks.push(await encryptValue(randomBytes(24).toString('base64url'), folder, name));
    writeFileSync(join(folder, 'secrets.yaml'), blocks.join('\n'), { mode: 0o600, flag: 'wx' });
    terminal.out(
      made.made
        ? `made ${made.identity}: keep a copy of it in a safe place, or the secrets are lost with this machine\n`
        : `${made.identity} was there already, and opens the secrets of this house too\n`,
    );
    terminal.out(`made secrets.yaml: ${names.join(' and ')}, encrypted for you\n`);
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    const hint = error.hint === undefined ? '' : `\n  hint: ${error.hint}`;
    terminal.error(`no secrets were made: ${error.message}${hint}\n`);
  }
}

const HEAD = '# Secrets of the house. To read or change them: homerun secret view|edit secrets.yaml\n';

/** root is on every host already, and is no name for an owner. */
function ownName(): string {
  const { username } = userInfo();
  return username !== 'root' && /^[a-z_][a-z0-9_-]{0,31}$/.test(username) ? username : 'owner';
}

function publicKeys(home: string): readonly string[] {
  const folder = join(home, '.ssh');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^id_.*\.pub$/.test(name))
    .toSorted((left, right) => left.localeCompare(right))
    .map((name) => readFileSync(join(folder, name), 'utf8').trim())
    .filter((key) => /^(?:ssh|ecdsa|sk)-\S+ \S+[^\n]*$/.test(key));
}
