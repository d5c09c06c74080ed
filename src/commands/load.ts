import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadExtraVariables, loadPlaybook, readInventory, togetherWith } from '../language/index.ts';
import { DiagnosticError } from '../model/diagnostic.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Become, Playbook } from '../model/playbook.ts';
import { Redactor, Secret } from '../model/secret.ts';
import { modules } from '../modules/index.ts';
import type { Value } from '../model/value.ts';
import type { SecretStore } from '../secrets/index.ts';
import { askPrompts } from './prompts.ts';
import { openSecrets, readWithSecrets } from './secrets.ts';
import type { Terminal } from './terminal.ts';

export interface LoadFlags {
  readonly inventory: string;
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly startAtTask?: string;
  readonly extraVars?: readonly string[];
  readonly become?: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: Become['method'];
  readonly askBecomePass?: boolean;
  readonly vaultPasswordFile?: string;
  readonly check?: boolean;
  /** `false`: nobody is asked for what `vars_prompt` wants. */
  readonly asks?: boolean;
}

/** Reads inventory and playbook. Throws a DiagnosticError with every mistake in them. */
export async function load(
  path: string,
  flags: LoadFlags,
  terminal: Terminal,
  redactor: Redactor,
): Promise<{ inventory: Inventory; playbook: Playbook }> {
  const store = openSecrets(terminal, redactor, flags.vaultPasswordFile);
  const reading = { redactor, store, extraVars: flags.extraVars ?? [] };
  const house = await readHouse(findInventory(path, flags.inventory), reading);
  const { inventory, mistakes } = house;
  const password =
    flags.askBecomePass && mistakes.length === 0
      ? new Secret(await terminal.ask('Password for sudo: ', { hidden: true }))
      : undefined;
  if (password) redactor.add(password);
  const read = (of: Inventory, answers: ReadonlyMap<string, Value> = new Map()): Playbook =>
    loadPlaybook(path, {
      answers,
      inventory: of,
      modules,
      secrets: store,
      extraVariables: loadExtraVariables(reading.extraVars, store),
      become: {
        ...(flags.become === undefined ? {} : { enabled: flags.become }),
        ...(flags.becomeUser === undefined ? {} : { user: flags.becomeUser }),
        ...(flags.becomeMethod === undefined ? {} : { method: flags.becomeMethod }),
        ...(password ? { password } : {}),
      },
      ...(flags.limit === undefined ? {} : { limit: flags.limit }),
      ...(flags.tags && flags.tags.length > 0 ? { tags: words(flags.tags) } : {}),
      ...(flags.skipTags && flags.skipTags.length > 0 ? { skipTags: words(flags.skipTags) } : {}),
      ...(flags.startAtTask === undefined ? {} : { startAtTask: flags.startAtTask }),
      ...(flags.check ? { check: true } : {}),
    });
  const checked = (answers?: ReadonlyMap<string, Value>): { inventory: Inventory; playbook: Playbook } => {
    if (mistakes.length === 0 && inventory) return { inventory, playbook: read(inventory, answers) };
    throw new DiagnosticError(togetherWith(house, read));
  };
  const loaded = await readWithSecrets(store, redactor, () => checked());
  const { prompts = [] } = loaded.playbook;
  if (prompts.length === 0 || flags.asks === false) return loaded;
  // Nobody is asked before the files are known to be right; what was answered may show one more mistake.
  const answers = await askPrompts(prompts, terminal, redactor);
  return readWithSecrets(store, redactor, () => checked(answers));
}

/** Reads the inventory alone. Throws a DiagnosticError with every mistake in it. */
export async function loadInventoryFile(
  path: string,
  terminal: Terminal,
  extraVars: readonly string[] = [],
  vaultPasswordFile?: string,
): Promise<Inventory> {
  const redactor = new Redactor();
  const store = openSecrets(terminal, redactor, vaultPasswordFile);
  const { inventory, mistakes } = await readHouse(path, { redactor, store, extraVars });
  return readWithSecrets(store, redactor, () => {
    if (mistakes.length === 0 && inventory) return inventory;
    throw new DiagnosticError(mistakes);
  });
}

interface Reading {
  readonly redactor: Redactor;
  readonly store: SecretStore;
  readonly extraVars: readonly string[];
}

/** The inventory as far as it could be read, and its mistakes. */
async function readHouse(
  path: string,
  { redactor, store, extraVars }: Reading,
): Promise<ReturnType<typeof readInventory>> {
  const house = await readWithSecrets(store, redactor, () =>
    readInventory(path, { extraVariables: loadExtraVariables(extraVars, store), secrets: store }),
  );
  // Passwords in the clear are secrets all the same.
  for (const { connection } of house.inventory?.hosts ?? [])
    for (const password of [connection.password, connection.become?.password])
      if (password) redactor.add(password);
  return house;
}

/** The one named; or, where the default is not here, the one beside the playbook's folder. */
export function findInventory(playbook: string, named: string): string {
  if (named !== 'inventory.yaml' || existsSync(named)) return named;
  const beside = [join(dirname(playbook), named), join(dirname(playbook), '..', named)].find((path) =>
    existsSync(path),
  );
  return beside ?? named;
}

function words(lists: readonly string[]): string[] {
  return lists
    .flatMap((list) => list.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
