import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadExtraVariables, loadInventory, loadPlaybook } from '../language/index.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Become, Playbook } from '../model/playbook.ts';
import { Secret, type Redactor } from '../model/secret.ts';
import { modules } from '../modules/index.ts';
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
  readonly check?: boolean;
}

/** Reads inventory and playbook. Throws a DiagnosticError with every mistake in them. */
export async function load(
  path: string,
  flags: LoadFlags,
  terminal: Terminal,
  redactor: Redactor,
): Promise<{ inventory: Inventory; playbook: Playbook }> {
  const inventory = await loadInventoryFile(findInventory(path, flags.inventory), terminal, flags.extraVars);
  const password = flags.askBecomePass
    ? new Secret(await terminal.ask('Password for sudo: ', { hidden: true }))
    : undefined;
  if (password) redactor.add(password);
  const playbook = loadPlaybook(path, {
    inventory,
    modules,
    extraVariables: loadExtraVariables(flags.extraVars ?? []),
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
  return { inventory, playbook };
}

export async function loadInventoryFile(
  path: string,
  terminal: Terminal,
  extraVars: readonly string[] = [],
): Promise<Inventory> {
  return loadInventory(path, {
    extraVariables: loadExtraVariables(extraVars),
    environment: terminal.environment,
  });
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
