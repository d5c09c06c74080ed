import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keysAt } from '../../src/language/schema-walk.ts';
import { parameterHint } from '../../src/language/unsupported-words.ts';
import { modules } from '../../src/modules/index.ts';

/** What `ansible-doc -j` of ansible-core 2.14 and the collections of its time names, aliases too. */
const OPTIONS = JSON.parse(
  readFileSync(join(import.meta.dirname, 'ansible-options.json'), 'utf8'),
) as Readonly<Record<string, readonly string[]>>;

test.each(modules.filter(({ name }) => name in OPTIONS).map((module) => [module.name, module] as const))(
  '%s takes every option of Ansible’s, or says what to write instead',
  (name, module) => {
    const takes = [...keysAt(module.params, []), ...Object.keys(module.aliases ?? {})];
    const unheard = (OPTIONS[name] ?? []).filter(
      (option) => !takes.includes(option) && parameterHint(module, option, takes) === undefined,
    );
    expect(unheard).toEqual([]);
  },
);

test.each(modules.map((module) => [module.name, module] as const))(
  '%s refuses nothing that it takes',
  (_name, module) => {
    const takes = [...keysAt(module.params, []), ...Object.keys(module.aliases ?? {})];
    expect(Object.keys(module.unsupported ?? {}).filter((option) => takes.includes(option))).toEqual([]);
  },
);
