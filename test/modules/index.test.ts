import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { modules } from '../../src/modules/index.ts';

const folder = join(import.meta.dirname, '../../src/modules');

test('every module that a file declares is in the list, once', () => {
  const declared = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && name !== 'index.ts')
    .flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/^export const (\w+)[^=]*= /gm)].map(
        (match) => match[1],
      ),
    );
  const list = readFileSync(join(folder, 'index.ts'), 'utf8');
  const listed = [...list.matchAll(/^ {2}(\w+)/gm)].map((match) => match[1]);
  const unlisted = new Set(declared.filter((name) => !listed.includes(name)));
  expect(unlisted).toEqual(new Set(['factsProbe']));
  expect(new Set(modules.map((module) => module.name)).size).toBe(modules.length);
});
