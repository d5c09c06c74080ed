import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { find } from '../../src/modules/find.ts';
import { SHELLS, type ShellName } from '../rig.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);
const names = async (params: Readonly<Record<string, unknown>>, shell: ShellName): Promise<string[]> => {
  const { result, failure } = await box.apply(find, { paths: '%', ...params }, { shell });
  if (failure) throw new Error(failure.failed);
  return (result['files'] as { path: string }[]).map(({ path }) => path.slice(box.folder.length + 1));
};

function fill(): void {
  mkdirSync(at('sub dir/deep'), { recursive: true });
  mkdirSync(at('.git'));
  writeFileSync(at('a.log'), 'first\nerror: 1\n', { mode: 0o640 });
  writeFileSync(at("-it's\nü.log"), 'no error\n');
  writeFileSync(at('sub dir/b.log'), Buffer.alloc(2048));
  writeFileSync(at('sub dir/deep/c.txt'), '');
  writeFileSync(at('.hidden.log'), '');
  writeFileSync(at('.git/config.log'), '');
  symlinkSync('sub dir', at('link'));
  const old = Date.now() / 1000 - 3600;
  utimesSync(at('a.log'), old, old);
}

describe.each(SHELLS)('on %s', (shell) => {
  test('by name and kind', async () => {
    fill();
    expect(await names({}, shell)).toEqual(["-it's\nü.log", 'a.log']);
    expect(await names({ hidden: true, patterns: '*.log' }, shell)).toEqual([
      "-it's\nü.log",
      '.hidden.log',
      'a.log',
    ]);
    expect(await names({ patterns: ['*.log', '[bc].*'], excludes: '?.log', recurse: true }, shell)).toEqual([
      "-it's\nü.log",
      '.git/config.log',
      'sub dir/deep/c.txt',
    ]);
    expect(await names({ patterns: String.raw`[ab]\.`, use_regex: true, recurse: true }, shell)).toEqual([
      'a.log',
      'sub dir/b.log',
    ]);
    expect(await names({ file_type: 'directory', recurse: true }, shell)).toEqual([
      'sub dir',
      'sub dir/deep',
    ]);
    expect(await names({ file_type: 'link' }, shell)).toEqual(['link']);
    expect(await names({ patterns: 'a.*, .hidden*', hidden: true }, shell)).toEqual(['.hidden.log', 'a.log']);
    expect(await names({ paths: `${box.folder}/link` }, shell)).toEqual(['link/b.log']);
    expect(await names({ file_type: 'any', hidden: true }, shell)).toEqual([
      "-it's\nü.log",
      '.git',
      '.hidden.log',
      'a.log',
      'link',
      'sub dir',
    ]);
  });

  test('by depth, size, age, mode and content', async () => {
    fill();
    expect(await names({ recurse: true, depth: 2, patterns: '[bc]*' }, shell)).toEqual([
      '.git/config.log',
      'sub dir/b.log',
    ]);
    expect(await names({ recurse: true, follow: true, patterns: 'b*' }, shell)).toEqual([
      'link/b.log',
      'sub dir/b.log',
    ]);
    expect(await names({ recurse: true, size: '2k' }, shell)).toEqual(['sub dir/b.log']);
    expect(await names({ size: '-9' }, shell)).toEqual(["-it's\nü.log"]);
    expect(await names({ age: '30m' }, shell)).toEqual(['a.log']);
    expect(await names({ age: '-30m' }, shell)).toEqual(["-it's\nü.log"]);
    expect(await names({ mode: '0640' }, shell)).toEqual(['a.log']);
    expect(await names({ contains: 'err|fo+' }, shell)).toEqual(['a.log']);
    expect(await names({ contains: 'error', read_whole_file: true }, shell)).toEqual([
      "-it's\nü.log",
      'a.log',
    ]);
    expect(await names({ recurse: true, limit: 1 }, shell)).toEqual(["-it's\nü.log"]);
  });

  test('tells what it is, and which folders are none', async () => {
    fill();
    const params = {
      paths: [at('a.log'), at('none'), `${box.folder}//`],
      patterns: 'a.*',
      get_checksum: true,
    };
    const { result } = await box.apply(find, params, { shell });
    expect(result).toMatchObject({
      matched: 1,
      files: [{ path: at('a.log'), mode: '0640', size: 15, isreg: true, wusr: true, roth: false, uid: 0 }],
      skipped_paths: { [at('a.log')]: 'it is not a folder', [at('none')]: 'it is not a folder' },
    });
    expect(result['files']).toMatchObject([
      { checksum: '0f095c77344bfcfdf2b617801e2c63c1dcf63303be204a95fbf58e4307111df3' },
    ]);
    rmSync(at('a.log'));
    expect((await box.apply(find, params, { shell })).result['matched']).toBe(0);
  });
});

test.each([
  [{ paths: '/x', age: '1y' }, '`age` is a number'],
  [{ paths: '/x', size: 'big' }, '`size` is a number'],
  [{ paths: '/x', patterns: '(', use_regex: true }, 'not a regular expression'],
  [{ paths: '/x', contains: '(?=a)' }, 'grep -E'],
])('will not take %j', (params, why) => {
  expect(find.params.safeParse(params).error?.issues[0]?.message).toContain(why);
});
