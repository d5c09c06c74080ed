import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { blockinfile } from '../../src/modules/blockinfile.ts';
import { lineinfile } from '../../src/modules/lineinfile.ts';
import { SHELLS } from '../rig.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);

describe.each(SHELLS)('on %s', (shell) => {
  test('edits the file that is there, and leaves the rest of it as it is', async () => {
    writeFileSync(at('conf'), "port=1\r\nname='a \\b'\r\nlast", { mode: 0o640 });
    const line = await box.apply(lineinfile, { path: '%/conf', regexp: '^port=', line: 'port=2' }, { shell });
    expect(line.changes).toMatchObject([{ summary: `update ${at('conf')}` }]);
    await box.apply(blockinfile, { path: '%/conf', block: 'x=$HOME', insertafter: '^port' }, { shell });
    expect(readFileSync(at('conf'), 'utf8')).toBe(
      "port=2\r\n# BEGIN ANSIBLE MANAGED BLOCK\r\nx=$HOME\r\n# END ANSIBLE MANAGED BLOCK\r\nname='a \\b'\r\nlast",
    );
    expect(statSync(at('conf')).mode & 0o777).toBe(0o640);
    await box.apply(blockinfile, { path: '%/conf', state: 'absent' }, { shell });
    await box.apply(lineinfile, { path: '%/conf', state: 'absent', search_string: 'port' }, { shell });
    expect(readFileSync(at('conf'), 'utf8')).toBe("name='a \\b'\r\nlast");
  });

  test('makes the file only where it is asked to', async () => {
    const params = { path: '%/conf', line: 'x', mode: '0600' };
    const { failure } = await box.apply(lineinfile, params, { shell });
    expect(failure).toEqual({
      failed: `${at('conf')} does not exist`,
      hint: 'use `create: true` to make it',
    });
    expect((await box.apply(lineinfile, { ...params, state: 'absent' }, { shell })).changes).toEqual([]);
    await box.apply(lineinfile, { path: '%/made/for it', line: 'y', create: true }, { shell });
    expect(readFileSync(at('made/for it'), 'utf8')).toBe('y\n');
    await box.apply(lineinfile, { ...params, create: true }, { shell });
    expect(readFileSync(at('conf'), 'utf8')).toBe('x\n');
    expect(statSync(at('conf')).mode & 0o777).toBe(0o600);
  });

  test('keeps the old file where the new one is not valid', async () => {
    writeFileSync(at('conf'), 'good\n');
    const params = { path: '%/conf', line: 'bad', validate: '! grep bad %s' };
    expect((await box.apply(lineinfile, params, { shell })).failure?.failed).toContain('did not pass');
    expect(readFileSync(at('conf'), 'utf8')).toBe('good\n');
    expect(readdirSync(box.folder)).toEqual(['conf']);
  });
});

test.each([
  ['bytes', Buffer.from([97, 0, 98]), 'is not a text file'],
  ['another encoding', Buffer.from([0x67, 0xfc, 0x6e]), 'is not in UTF-8'],
  ['too much', Buffer.alloc(1024 * 1024 + 1, 'x'), 'too large'],
])('will not edit %s', async (_, bytes, why) => {
  writeFileSync(at('file'), bytes);
  for (const module of [lineinfile, blockinfile]) {
    const params = module === lineinfile ? { path: '%/file', line: 'x' } : { path: '%/file', block: 'x' };
    expect((await box.apply(module as typeof lineinfile, params)).failure?.failed).toContain(why);
  }
  expect(readFileSync(at('file')).equals(bytes)).toBe(true);
});

test('a block must not hold its own markers', async () => {
  writeFileSync(at('file'), '');
  const params = { path: '%/file', block: 'a\n# END ANSIBLE MANAGED BLOCK\nb' };
  expect((await box.apply(blockinfile, params)).failure?.failed).toContain('its own markers');
});

test('a secret line is written, and shown nowhere', async () => {
  writeFileSync(at('file'), 'user=me\n');
  const done = await box.apply(lineinfile, { path: '%/file', line: new Secret('password=sesame') });
  expect(readFileSync(at('file'), 'utf8')).toBe('user=me\npassword=sesame\n');
  const { actions: _, ...shown } = done.changes[0] ?? {};
  expect(JSON.stringify(shown)).not.toContain('sesame');
});

test.each([
  [{ path: '/x' }, '`line` is missing'],
  [{ path: '/x', state: 'absent' }, 'say which lines to remove'],
  [{ path: '/x', line: 'a', regexp: '(' }, 'not a regular expression'],
  [{ path: '/x', line: 'a', regexp: 'a', search_string: 'a' }, 'give either `regexp` or `search_string`'],
  [
    { path: '/x', line: 'a', insertafter: 'a', insertbefore: 'a' },
    'give either `insertafter` or `insertbefore`',
  ],
  [{ path: '/x', line: String.raw`\2`, regexp: '(a)', backrefs: true }, '`\\2` in `line` is a group that'],
  [{ path: '/x', line: 'a', backrefs: true }, '`backrefs` needs `regexp`'],
  [{ path: '/x', line: 'a\nb' }, '`line` is one line'],
])('lineinfile will not take %j', (params, why) => {
  expect(lineinfile.params.safeParse(params).error?.issues[0]?.message).toContain(why);
});

test.each([
  [{ path: '/x', marker: '# mine' }, '`marker` must be one line with `{mark}`'],
  [{ path: '/x', marker_begin: 'a', marker_end: 'a' }, 'must differ'],
])('blockinfile will not take %j', (params, why) => {
  expect(blockinfile.params.safeParse(params).error?.issues[0]?.message).toContain(why);
});
