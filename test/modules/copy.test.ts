import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Inputs } from '../../src/model/module.ts';
import { Secret } from '../../src/model/secret.ts';
import { copy } from '../../src/modules/copy.ts';
import { SHELLS } from '../rig.ts';
import { sandbox, summaries } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);

function files(
  source: string,
  contents: Readonly<Record<string, string>>,
  isFolder = true,
): { inputs: Inputs } {
  const loaded = Object.entries(contents).map(([path, text]) => ({
    path,
    bytes: Buffer.from(text),
    mode: '0755',
  }));
  return { inputs: { src: { kind: 'files', source, isFolder, files: loaded } } };
}

describe.each(SHELLS)('on %s', (shell) => {
  test('shows what it changes, and changes no more than that', async () => {
    const made = await box.apply(copy, { dest: '%/a', content: 'one\n', mode: '0640' }, { shell });
    expect(made.changes).toMatchObject([
      { summary: `create ${at('a')} (mode: 0640)`, before: '', after: 'one\n' },
    ]);
    const content = await box.apply(copy, { dest: '%/a', content: 'two' }, { shell });
    expect(content.changes).toMatchObject([{ summary: `update ${at('a')}`, before: 'one\n', after: 'two' }]);
    expect(statSync(at('a')).mode & 0o777).toBe(0o640);
    const mode = await box.apply(copy, { dest: '%/a', content: 'two', mode: 'a=r' }, { shell });
    expect(mode.changes).toMatchObject([{ summary: `set mode: 0444 of ${at('a')}`, before: 'mode: 0640' }]);
    expect((await box.apply(copy, { dest: '%/a', content: 'two' }, { shell })).changes).toEqual([]);
  });

  test('goes into a folder: one that is there, and one that is not', async () => {
    mkdirSync(at('there'));
    const one = files('one', { one: '1' }, false);
    const done = await box.apply(copy, { src: 'one', dest: '%/there' }, { shell, ...one });
    expect(done.result).toMatchObject({ dest: at('there/one') });
    await box.apply(
      copy,
      { src: 'one', dest: '%/new/inner/', directory_mode: '0700', mode: 'preserve' },
      { shell, ...one },
    );
    expect(statSync(at('new/inner')).mode & 0o777).toBe(0o700);
    expect(statSync(at('new/inner/one')).mode & 0o777).toBe(0o755);
  });

  test('copies a folder, itself or what is in it', async () => {
    const tree = { 'a.txt': 'a', 'in ner/b.txt': 'b', "in ner/de'ep/c.txt": 'c' };
    await box.apply(copy, { src: 'tree', dest: '%/whole' }, { shell, ...files('tree', tree) });
    expect(readFileSync(at("whole/tree/in ner/de'ep/c.txt"), 'utf8')).toBe('c');
    const only = { src: 'tree/', dest: '%/inside', directory_mode: '0750' };
    await box.apply(copy, only, { shell, ...files('tree/', tree) });
    expect(readdirSync(at('inside')).sort()).toEqual(['a.txt', 'in ner']);
    expect(statSync(at("inside/in ner/de'ep")).mode & 0o777).toBe(0o750);
    chmodSync(at('inside/in ner'), 0o700);
    const changed = await box.apply(copy, only, { shell, ...files('tree/', { ...tree, 'a.txt': 'A' }) });
    expect(summaries(changed)).toEqual([`update ${at('inside/a.txt')}`]);
  });

  test('copies on the host', async () => {
    writeFileSync(at('from'), Buffer.from([0, 1, 2, 255]));
    chmodSync(at('from'), 0o750);
    const params = { remote_src: true, src: '%/from', dest: '%/to', mode: 'preserve' };
    await box.apply(copy, params, { shell });
    expect(readFileSync(at('to'))).toEqual(Buffer.from([0, 1, 2, 255]));
    expect(statSync(at('to')).mode & 0o777).toBe(0o750);
    const missing = await box.apply(copy, { ...params, src: '%/nothing' }, { shell });
    expect(missing.failure?.failed).toContain('is not on the host');
  });

  test('leaves what exists alone without `force`', async () => {
    writeFileSync(at('a'), 'old');
    const done = await box.apply(copy, { dest: '%/a', content: 'new', force: false }, { shell });
    expect(done.changes).toEqual([]);
    expect(readFileSync(at('a'), 'utf8')).toBe('old');
  });

  test('tells where the old file went', async () => {
    writeFileSync(at('a'), 'old');
    const { result } = await box.apply(copy, { dest: '%/a', content: 'new', backup: true }, { shell });
    const kept = result['backup_file'];
    expect(kept).toEqual(expect.stringMatching(/\/a\.\d{4}-.*~$/));
    expect(readFileSync(kept as string, 'utf8')).toBe('old');
  });

  test('large and binary files are replaced without being shown', async () => {
    const big = 'x'.repeat(300 * 1024);
    writeFileSync(at('a'), big);
    const done = await box.apply(copy, { dest: '%/a', content: `${big}y` }, { shell });
    expect(done.changes).toMatchObject([
      { before: '(307200 bytes, not shown)', after: expect.stringMatching(/^\(307201 bytes, sha256/) },
    ]);
    expect(statSync(at('a')).size).toBe(307_201);
  });
});

test('folders that hold nothing come along', async () => {
  const files = [{ path: 'a', bytes: Buffer.from('a'), mode: '0644' }];
  const folders = ['empty', 'empty/inner'];
  const inputs = { src: { kind: 'files', source: 'tree', isFolder: true, files, folders } } as const;
  await box.apply(copy, { src: 'tree', dest: '%/to', directory_mode: '0750' }, { inputs });
  expect(statSync(join(box.folder, 'to/tree/empty/inner')).mode & 0o777).toBe(0o750);
});

test('a secret is written, and shown nowhere', async () => {
  const done = await box.apply(copy, { dest: '%/a', content: new Secret('open sesame'), mode: '0600' });
  expect(readFileSync(at('a'), 'utf8')).toBe('open sesame');
  expect(done.changes).toHaveLength(1);
  const { actions: _, ...shown } = done.changes[0] ?? {};
  expect(JSON.stringify(shown)).not.toContain('sesame');
});

test.each([
  ['folder', 'is a directory'],
  ['broken', 'is a broken link'],
  ['folder/', '`content` needs the name of a file'],
])('will not write a text to %s', async (name, why) => {
  mkdirSync(at('folder'));
  symlinkSync('broken', at('broken'));
  const { failure } = await box.apply(copy, { dest: `%/${name}`, content: 'x' });
  expect(`${failure?.failed} ${failure?.hint}`).toContain(why);
});

test.each([
  [{ dest: '/x' }, 'give either `src` or `content`'],
  [{ dest: '/x', src: 'a', content: 'b' }, 'give either `src` or `content`'],
  [{ dest: '/x', content: 'b', validate: 'visudo -c' }, '`validate` needs `%s`'],
])('will not take %j', (params, why) => {
  expect(copy.params.safeParse(params).error?.issues[0]?.message).toContain(why);
});
