import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { iniFile } from '../../src/modules/ini_file.ts';
import { SHELLS } from '../rig.ts';
import { sandbox, summaries } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);

test.each(SHELLS)('edits one option and keeps the rest, on %s', async (shell) => {
  writeFileSync(at("it's"), '; ü $HOME\n[a]\nx = `1`\n', { mode: 0o600 });
  const params = { path: "%/it's", section: 'a', option: 'x', value: new Secret("'2'") };
  const { changes } = await box.apply(iniFile, params, { shell });
  expect(readFileSync(at("it's"), 'utf8')).toBe("; ü $HOME\n[a]\nx = '2'\n");
  const { actions: _, ...shown } = changes[0] ?? {};
  expect(JSON.stringify(shown)).not.toContain("'2'");
  await box.apply(iniFile, { path: "%/it's", section: 'a', state: 'absent' }, { shell });
  expect(readFileSync(at("it's"), 'utf8')).toBe('; ü $HOME\n');
});

test('makes the file, unless it is told not to', async () => {
  const params = { path: '%/new', section: 'a', option: 'x', value: 1 };
  const refused = await box.apply(iniFile, { ...params, create: false });
  expect(refused.failure?.failed).toContain('does not exist');
  expect(summaries(await box.apply(iniFile, params))).toEqual([`create ${at('new')}`]);
  expect(readFileSync(at('new'), 'utf8')).toBe('[a]\nx = 1\n');
});

test.each([
  [{ path: '/x', section: 'a', option: 'b' }, '`value` is missing'],
  [{ path: '/x' }, 'give a `section`'],
  [{ path: '/x', section: 'a', value: 'b' }, 'needs an `option`'],
  [{ path: '/x', option: 'a', value: 'b', values: ['c'] }, 'either `value` or `values`'],
  [{ path: '/x', option: 'a', value: 'b\nc' }, 'one line'],
])('will not take %j', (params, why) => {
  expect(iniFile.params.safeParse(params).error?.issues[0]?.message).toContain(why);
});
