import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { replace } from '../../src/modules/replace.ts';
import { SHELLS } from '../rig.ts';
import { complaint } from './on-shells.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();

describe.each(SHELLS)('on %s', (shell) => {
  test('replaces every match, and keeps the rest', async () => {
    const file = join(box.folder, 'conf');
    writeFileSync(file, "port = 1\r\n# 'x' $HOME\nport = 2");
    await box.apply(replace, { path: '%/conf', regexp: '^port = (\\d)', replace: 'port=\\1' }, { shell });
    expect(readFileSync(file, 'utf8')).toBe("port=1\r\n# 'x' $HOME\nport=2");
    const again = await box.apply(replace, { path: '%/conf', regexp: '^port = (\\d)' }, { shell });
    expect(again.changes).toEqual([]);
  });
});

test('a file that is not there is a failure', async () => {
  const { failure } = await box.apply(replace, { path: '%/conf', regexp: 'a' });
  expect(failure).toEqual({ failed: `${box.folder}/conf does not exist` });
});

test('a secret is written, and shown nowhere', async () => {
  const file = join(box.folder, 'conf');
  writeFileSync(file, 'password=x\n');
  const asked = { path: '%/conf', regexp: '^(password=)x$', replace: new Secret('\\1sesame') };
  const done = await box.apply(replace, asked);
  expect(readFileSync(file, 'utf8')).toBe('password=sesame\n');
  const shown = done.changes.map((change) => ({ ...change, actions: [] }));
  expect(JSON.stringify(shown)).not.toContain('sesame');
});

test('`regexp` must be there, and be one', () => {
  expect(complaint(replace, { path: '/x' })).toBe('`regexp` is missing');
  expect(complaint(replace, { path: '/x', regexp: '(' })).toContain('not a regular expression');
  expect(complaint(replace, { path: '/x', regexp: '(', replace: '\\1' })).toContain(
    'not a regular expression',
  );
  expect(complaint(replace, { path: '/x', regexp: 'a', replace: '\\1' })).toBe(
    '`\\1` in `replace` is a group that `regexp` has not',
  );
});
