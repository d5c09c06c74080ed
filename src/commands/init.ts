import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { userInfo } from 'node:os';
import { Redactor } from '../model/secret.ts';
import { encryptText, initSecrets, SecretError, type Initialized } from '../secrets/index.ts';
import { asker, givenAnswers } from './init-asker.ts';
import { checkFree, draftHouse, type Draft } from './init-files.ts';
import { lookAround } from './init-network.ts';
import { askForHouse, type Seen } from './init-questions.ts';
import { secretsFor, secretsText, type HouseSecret } from './init-secrets.ts';
import { whatComesNext, whatWasMade } from './init-telling.ts';
import { keysOf } from './secrets.ts';
import { exitCode, UsageError, type Terminal } from './terminal.ts';

export interface InitFlags {
  readonly yes?: boolean;
  readonly answer?: readonly string[];
  readonly secrets: boolean;
}

/** `homerun init [DIR]`: a house of one's own, from a few questions. Nothing is written before the last is answered. */
export async function initCommand(
  given: string | undefined,
  flags: InitFlags,
  terminal: Terminal,
): Promise<number> {
  const folder = resolve(terminal.workingDirectory, given ?? '.');
  checkFree(folder);
  const answers = givenAnswers(flags.answer ?? []);
  if (!flags.yes && !terminal.canAsk)
    throw new UsageError(
      'there is no terminal to ask on',
      'homerun init --yes takes all that it would offer; --answer NAME=VALUE gives an answer beforehand',
    );
  if (!flags.yes)
    terminal.error('Enter takes what stands in brackets; all of it can be changed in inventory.yaml.\n');
  const house = await askForHouse(
    await look(flags.secrets, terminal),
    asker(answers, flags.yes ? undefined : terminal),
    (title) => {
      if (!flags.yes) terminal.error(`\n${title}\n`);
    },
  );
  const draft = draftHouse(house);
  try {
    draft.check(folder);
    const secrets = flags.secrets ? secretsFor(house) : [];
    const keys = flags.secrets ? await makeSecrets(secrets, folder, draft, terminal) : undefined;
    const written = draft.place(folder);
    const place = relative(terminal.workingDirectory, folder);
    const list = `${place === '' ? 'here' : place}: wrote ${written.join(', ')}`;
    terminal.out(`\n${list.replaceAll(/(.{60,75},) /g, '$1\n  ')}\n`);
    if (keys) terminal.out(whatWasMade(secrets, keys, { place, home: terminal.homeDirectory }));
    terminal.out(whatComesNext(house, place, terminal));
    return exitCode.fine;
  } finally {
    draft.discard();
  }
}

async function look(passwords: boolean, terminal: Terminal): Promise<Seen> {
  return {
    ...(await lookAround()),
    user: ownName(),
    keys: publicKeys(terminal.homeDirectory),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    workingDirectory: terminal.workingDirectory,
    passwords,
  };
}

/** Before the house is in its place: one without its secrets would make others on the hosts. */
async function makeSecrets(
  secrets: readonly HouseSecret[],
  folder: string,
  draft: Draft,
  terminal: Terminal,
): Promise<Initialized> {
  try {
    mkdirSync(folder, { recursive: true });
    const keys = keysOf(terminal, new Redactor());
    const made = await initSecrets({ ...keys, folder, now: new Date().toISOString() });
    if (secrets.length > 0) draft.add('secrets.yaml', await encryptText(secretsText(secrets), folder));
    return made;
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    throw new UsageError(error.message, error.hint ?? '--no-secrets does without');
  }
}

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
