import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Inputs } from '../../src/model/module.ts';
import { unarchive } from '../../src/modules/unarchive.ts';
import { SHELLS, type ShellName } from '../rig.ts';
import { complaint } from './on-shells.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);
let odds: readonly string[] = [];
const NAMES = ['plain', 'two  words', "it's $HOME", '-rf', 'grün', 'back\\slash', '[x]*', 'a -> b'];

/** Packs a folder with names that have trapped others. */
function pack(name: string, ...names: readonly string[]): string {
  const folder = at('source');
  mkdirSync(join(folder, 'sub/deep'), { recursive: true });
  for (const each of [...odds, ...names]) writeFileSync(join(folder, each), `this is ${each}`);
  writeFileSync(join(folder, 'sub/deep/run'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(folder, 'sub/empty'), '');
  chmodSync(join(folder, 'sub'), 0o775);
  symlinkSync('deep/run', join(folder, 'sub/link'));
  const archive = at(name);
  if (name.endsWith('.zip')) execFileSync('zip', ['-qry', archive, '.'], { cwd: folder });
  else execFileSync('tar', ['-caf', archive, '-C', folder, '.']);
  mkdirSync(at('dest'));
  return archive;
}

function sent(archive: string): Inputs {
  const file = { path: basename(archive), bytes: readFileSync(archive), mode: '0644' };
  return { src: { kind: 'files', source: archive, isFolder: false, files: [file] } };
}

const REMOTE = { remote_src: true, dest: '%/dest' };

beforeEach(() => {
  odds = NAMES;
});

describe.each(SHELLS)('on %s', (shell) => {
  // The listing of busybox's unzip has a `?` for other letters.
  const ascii = (name: string): void => {
    if (shell === 'busybox' && name === 'a.zip') odds = NAMES.filter((each) => each !== 'grün');
  };
  const kinds = ['a.tar', 'a.tar.gz', 'a.tar.bz2', 'a.tar.xz', 'a.zip'];

  test.each(shell === 'busybox' ? kinds : [...kinds, 'a.tar.zst'])('unpacks %s of the host', async (name) => {
    ascii(name);
    const src = pack(name);
    const done = await box.apply(unarchive, { ...REMOTE, src, list_files: true }, { shell });
    expect(done.failure).toBeUndefined();
    expectUnpacked();
    const files = done.result['files'];
    const names = Array.isArray(files) ? files.map(String) : [];
    for (const odd of odds)
      expect(
        names.some((each) => each === odd || each === `./${odd}`),
        odd,
      ).toBe(true);
    await expectRepaired(src, shell);
  });

  test.each(shell === 'busybox' ? kinds : [...kinds, 'a.tar.zst'])(
    'unpacks %s of the controller',
    async (name) => {
      const src = pack(name);
      const options = { shell, inputs: sent(src) };
      const done = await box.apply(unarchive, { src: name, dest: '%/dest' }, options);
      expect(done.failure).toBeUndefined();
      expectUnpacked();
      writeFileSync(at('dest/plain'), 'this is PLAIN');
      // Busybox cannot tell two files of the same length and second apart.
      utimesSync(at('dest/plain'), 1, 1);
      const again = await box.apply(unarchive, { src: name, dest: '%/dest' }, options);
      expect(again.changes).toMatchObject([{ after: 'as in the archive' }]);
      expectUnpacked();
    },
  );

  test.each(['a.tar.gz', 'a.zip'])('gives what was in %s its mode and owner', async (name) => {
    ascii(name);
    const src = pack(name);
    const asked = { ...REMOTE, src, mode: 'u=rwX,go=', owner: '1', group: 'daemon' };
    expect((await box.apply(unarchive, asked, { shell })).failure).toBeUndefined();
    const of = (path: string): string => {
      const { mode, uid, gid } = statSync(at(`dest/${path}`));
      return `${(mode & 0o7777).toString(8)} ${uid} ${gid}`;
    };
    expect([of('plain'), of('sub'), of('sub/deep/run')]).toEqual(['600 1 1', '700 1 1', '700 1 1']);
    chmodSync(at('dest/two  words'), 0o644);
    const again = await box.apply(unarchive, asked, { shell });
    expect(again.changes).toMatchObject([{ before: 'something is regular file with mode 644' }]);
    expect(of('two  words')).toBe('600 1 1');
  });

  const excluding = shell === 'busybox' ? ['a.zip'] : ['a.tar.gz', 'a.zip'];

  test.each(excluding)('leaves out of %s what is not wanted', async (name) => {
    ascii(name);
    const src = pack(name);
    const left = { ...REMOTE, src, exclude: ['*plain', '*link'] };
    expect((await box.apply(unarchive, left, { shell })).failure).toBeUndefined();
    expect(existsSync(at('dest/plain'))).toBe(false);
    expect(existsSync(at('dest/sub/deep/run'))).toBe(true);
    rmSync(at('dest'), { recursive: true });
    mkdirSync(at('dest'));
    const include = [name === 'a.zip' ? 'two  words' : './two  words'];
    await box.apply(unarchive, { ...REMOTE, src, include }, { shell });
    expect(readdirSync(at('dest'))).toEqual(['two  words']);
  });

  test('says why it cannot', async () => {
    writeFileSync(at('bad.tar.gz'), Buffer.concat([Buffer.from('1f8b', 'hex'), Buffer.alloc(100, 'x')]));
    const failure = async (params: Readonly<Record<string, unknown>>) =>
      (await box.apply(unarchive, { ...REMOTE, ...params }, { shell })).failure?.failed;
    expect(await failure({ src: at('none.tar') })).toBe(`${at('none.tar')} is not on the host`);
    expect(await failure({ src: at('bad.tar.gz') })).toBe(`there is no folder ${at('dest')}`);
    mkdirSync(at('dest'));
    expect(await failure({ src: at('bad.tar.gz') })).toContain(`cannot unpack ${at('bad.tar.gz')}: `);
    expect(readdirSync(at('dest'))).toEqual([]);
  });
});

function expectUnpacked(): void {
  for (const odd of odds) expect(readFileSync(at(`dest/${odd}`), 'utf8')).toBe(`this is ${odd}`);
  expect(readFileSync(at('dest/sub/link'), 'utf8')).toBe('#!/bin/sh\n');
  expect(statSync(at('dest/sub/deep/run')).mode & 0o777).toBe(0o755);
  expect(readdirSync(at('dest')).sort()).toEqual([...odds, 'sub'].sort());
}

async function expectRepaired(src: string, shell: ShellName): Promise<void> {
  rmSync(at("dest/it's $HOME"));
  writeFileSync(at('dest/-rf'), 'something longer');
  writeFileSync(at('dest/mine'), 'mine');
  const { changes } = await box.apply(unarchive, { ...REMOTE, src }, { shell });
  const before = changes[0]?.before ?? '';
  expect(before).toContain("it's $HOME");
  expect(before).toContain('-rf: Size differs');
  rmSync(at('dest/mine'));
  expectUnpacked();
}

test('the tar of busybox cannot leave out', async () => {
  const src = pack('a.tar.gz');
  const { failure } = await box.apply(unarchive, { ...REMOTE, src, exclude: 'a' }, { shell: 'busybox' });
  expect(failure?.failed).toContain('install GNU tar');
});

test('busybox says that it cannot read the names of a zip', async () => {
  const src = pack('a.zip');
  const { failure } = await box.apply(unarchive, { ...REMOTE, src }, { shell: 'busybox' });
  expect(failure?.failed).toContain('install unzip');
});

test('names with newlines, in the tar of GNU', async () => {
  const src = pack('a.tar.gz', 'new\nline');
  const asked = { ...REMOTE, src, mode: 'a+r' };
  expect((await box.apply(unarchive, asked)).failure).toBeUndefined();
  chmodSync(at('dest/new\nline'), 0o600);
  await box.apply(unarchive, asked);
  expect(statSync(at('dest/new\nline')).mode & 0o777).toBe(0o644);
});

test('takes a folder off', async () => {
  const src = pack('a.tar.xz');
  execFileSync('tar', ['-caf', src, '-C', box.folder, 'source']);
  const asked = { ...REMOTE, src, extra_opts: ['--strip-components=1'], owner: 'root' };
  expect((await box.apply(unarchive, asked)).failure).toBeUndefined();
  expectUnpacked();
});

test.each(['a.tar', 'a.zip'])('leaves what is newer than in %s alone', async (name) => {
  const src = pack(name);
  writeFileSync(at('dest/plain'), 'newer');
  utimesSync(at('dest/plain'), new Date(), new Date(Date.now() + 60_000));
  await box.apply(unarchive, { ...REMOTE, src, keep_newer: true });
  expect(readFileSync(at('dest/plain'), 'utf8')).toBe('newer');
  expect(readFileSync(at('dest/grün'), 'utf8')).toBe('this is grün');
});

test('`creates` decides alone', async () => {
  const src = pack('a.tar');
  const asked = { src: 'a.tar', dest: '%/dest', creates: '%/dest/plain' };
  await box.apply(unarchive, asked, { inputs: sent(src) });
  expectUnpacked();
  rmSync(at('dest/grün'));
  expect((await box.apply(unarchive, asked, { inputs: sent(src) })).changes).toEqual([]);
});

test('what is too large to compare is refused', async () => {
  mkdirSync(at('dest'));
  writeFileSync(at('large.tar'), Buffer.alloc(8 * 1024 * 1024 + 1));
  const { failure } = await box.apply(
    unarchive,
    { src: 'large.tar', dest: '%/dest' },
    { inputs: sent(at('large.tar')) },
  );
  expect(failure?.failed).toContain('is over 8 MiB');
  writeFileSync(at('bad.zip'), 'PK\u0003\u0004 and no more');
  const broken = await box.apply(
    unarchive,
    { src: 'bad.zip', dest: '%/dest' },
    { inputs: sent(at('bad.zip')) },
  );
  expect(broken.failure?.failed).toBe('bad.zip is a broken zip archive');
});

test.each([
  [{ src: 'https://x/y.tar', dest: '/x', remote_src: true }, '`get_url` first'],
  [{ src: 'y.tar', dest: '/x', remote_src: true }, 'an absolute path'],
  [{ src: 'y.tar', dest: '/x', include: 'a', exclude: 'b' }, 'give either'],
])('will not take %j', (params, why) => {
  expect(complaint(unarchive, params)).toContain(why);
});
