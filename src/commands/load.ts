import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadExtraVariables, loadInventory, loadPlaybook } from '../language/index.ts';
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
  const inventory = await readInventory(findInventory(path, flags.inventory), reading);
  const password = flags.askBecomePass
    ? new Secret(await terminal.ask('Password for sudo: ', { hidden: true }))
    : undefined;
  if (password) redactor.add(password);
  const read = (answers: ReadonlyMap<string, Value> = new Map()): Playbook =>
    loadPlaybook(path, {
      answers,
      inventory,
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
  const playbook = await readWithSecrets(store, redactor, () => read());
  const { prompts = [] } = playbook;
  if (prompts.length === 0 || flags.asks === false) return { inventory, playbook };
  // Nobody is asked before the files are known to be right; what was answered may show one more mistake.
  const answers = await askPrompts(prompts, terminal, redactor);
  return { inventory, playbook: await readWithSecrets(store, redactor, () => read(answers)) };
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
  return readInventory(path, { redactor, store, extraVars });
}

interface Reading {
  readonly redactor: Redactor;
  readonly store: SecretStore;
  readonly extraVars: readonly string[];
}

async function readInventory(path: string, { redactor, store, extraVars }: Reading): Promise<Inventory> {
  const inventory = await readWithSecrets(store, redactor, () =>
    loadInventory(path, { extraVariables: loadExtraVariables(extraVars, store), secrets: store }),
  );
  // Passwords in the clear are secrets all the same.
  for (const { connection } of inventory.hosts)
    for (const password of [connection.password, connection.become?.password])
      if (password) redactor.add(password);
  return inventory;
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
