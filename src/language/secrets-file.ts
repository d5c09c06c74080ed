import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SecretSource } from '../model/secret-source.ts';
import type { ValueMap } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { readVariables } from './variables-file.ts';

/** The variables of `secrets.yaml` beside the inventory, where there is one; all of them are secret. */
export function readSecretsFile(
  inventory: string,
  secrets: SecretSource | undefined,
  mistakes: Mistakes,
): ValueMap {
  const path = join(dirname(inventory), 'secrets.yaml');
  return existsSync(path) ? readVariables(path, mistakes, { secrets, confidential: true }) : {};
}
