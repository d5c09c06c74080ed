import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { file } from '../../src/modules/file.ts';
import { SHELLS, applyTask, localShell } from '../rig.ts';
import { onlyPrograms, sandbox, summaries } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);
const modeOf = (name: string): string => (statSync(at(name)).mode & 0o7777).toString(8);

describe.each(SHELLS)('on %s', (shell) => {
  test('makes a folder and its parents with the mode asked for', async () => {
    const done = await box.apply(
      file,
      { path: `%/a b/it's/c`, state: 'directory', mode: '2770', group: '65534' },
      { shell },
    );
    expect(summaries(done)).toEqual([`create folder ${box.folder}/a b/it's/c (group: 65534, mode: 2770)`]);
    expect(['a b', `a b/it's`, `a b/it's/c`].map(modeOf)).toEqual(['2770', '2770', '2770']);
    expect(statSync(at('a b')).gid).toBe(65534);
  });

  test.each(['a/b/', 'a//b', 'a/./b', 'a/c/../b'])('makes a folder named as %s', async (name) => {
    await box.apply(file, { path: `%/${name}`, state: 'directory', mode: '01700' }, { shell });
    expect(modeOf('a/b')).toBe('1700');
  });

  test('sets what differs of a folder, setgid too', async () => {
    mkdirSync(at('folder'));
    chmodSync(at('folder'), 0o2755);
    const done = await box.apply(file, { path: '%/folder', state: 'directory', mode: '0755' }, { shell });
    expect(done.changes).toMatchObject([{ before: 'mode: 2755', after: 'mode: 0755' }]);
    expect(modeOf('folder')).toBe('755');
  });

  test('goes through everything in a folder, and of a link changes only the link', async () => {
    const names = ['plain', ' sp ace ', 'new\nline', "qu'ote", '-dash', 'run'];
    mkdirSync(at('tree/inner'), { recursive: true });
    for (const name of names) writeFileSync(at(`tree/inner/${name}`), '', { mode: 0o600 });
    chmodSync(at('tree/inner/run'), 0o700);
    chmodSync(at('tree/inner'), 0o700);
    symlinkSync('/etc/passwd', at('tree/link'));
    const params = { path: '%/tree', state: 'directory', recurse: true, mode: 'u=rwX,go=rX', owner: '65534' };
    const done = await box.apply(file, params, { shell });
    expect(summaries(done)).toEqual([
      `set owner: 65534 of ${box.folder}/tree`,
      `set owner and mode of 8 inside ${box.folder}/tree`,
    ]);
    expect(names.map((name) => modeOf(`tree/inner/${name}`))).toEqual([
      '644',
      '644',
      '644',
      '644',
      '644',
      '755',
    ]);
    expect(lstatSync(at('tree/link')).uid).toBe(65534);
    expect(statSync('/etc/passwd').uid).toBe(0);
    expect(statSync(at('tree/inner/new\nline')).uid).toBe(65534);
  });

  test('removes anything, and of a link only the link', async () => {
    mkdirSync(at("tree/it's"), { recursive: true });
    symlinkSync(at('tree'), at('link'));
    await box.apply(file, { path: '%/link', state: 'absent' }, { shell });
    expect(readdirSync(box.folder)).toEqual(['tree']);
    await box.apply(file, { path: '%/tree', state: 'absent' }, { shell });
    expect(readdirSync(box.folder)).toEqual([]);
  });

  test('makes and turns links', async () => {
    mkdirSync(at('one'));
    mkdirSync(at('two'));
    await box.apply(file, { path: '%/link', src: 'one', state: 'link' }, { shell });
    const turned = await box.apply(
      file,
      { path: '%/link', src: 'two', state: 'link', owner: '65534' },
      { shell },
    );
    expect(turned.changes).toMatchObject([{ before: 'link to one', after: 'link to two' }]);
    expect(readlinkSync(at('link'))).toBe('two');
    expect(lstatSync(at('link')).uid).toBe(65534);
    expect(readdirSync(box.folder)).toEqual(['link', 'one', 'two']);
    const missing = await box.apply(file, { path: '%/link', src: 'three', state: 'link' }, { shell });
    expect(missing.failure).toMatchObject({ failed: 'three does not exist' });
    await box.apply(file, { path: '%/link', src: 'three', state: 'link', force: true }, { shell });
    expect(readlinkSync(at('link'))).toBe('three');
  });

  test('a link replaces a file only by force, and never a folder with something in it', async () => {
    writeFileSync(at('file'), 'old');
    mkdirSync(at('folder/inner'), { recursive: true });
    const link = { src: '/etc', state: 'link' };
    expect((await box.apply(file, { ...link, path: '%/file' }, { shell })).failure?.hint).toContain('force');
    await box.apply(file, { ...link, path: '%/file', force: true }, { shell });
    expect(readlinkSync(at('file'))).toBe('/etc');
    const kept = await box.apply(file, { ...link, path: '%/folder', force: true }, { shell });
    expect(kept.failure?.failed).toContain('not empty');
    expect(readdirSync(box.folder)).toEqual(['file', 'folder']);
  });

  test('makes a hard link', async () => {
    writeFileSync(at('file'), 'x');
    await box.apply(file, { path: '%/second', src: '%/file', state: 'hard' }, { shell });
    expect(statSync(at('second')).ino).toBe(statSync(at('file')).ino);
  });

  test('tells what is there after a touch', async () => {
    mkdirSync(at('folder'));
    const folder = { path: '%/folder', state: 'touch', modification_time: 'preserve' };
    expect((await box.apply(file, folder, { shell })).result).toMatchObject({ state: 'directory' });
    const made = await box.apply(file, { ...folder, path: '%/mark' }, { shell });
    expect(made.result).toMatchObject({ state: 'file' });
  });

  test('touches: makes what is missing, and sets times only where asked to', async () => {
    const made = await box.apply(
      file,
      { path: '%/mark', state: 'touch', mode: 'u=rw,go=', modification_time: 'preserve' },
      { shell },
    );
    expect(made.changes).toHaveLength(1);
    expect(modeOf('mark')).toBe('600');
    utimesSync(at('mark'), 1000, 1000);
    await box.apply(file, { path: '%/mark', state: 'touch', modification_time: 'preserve' }, { shell });
    expect(statSync(at('mark')).mtimeMs).toBe(1_000_000);
    await box.apply(file, { path: '%/mark', state: 'touch' }, { shell, repeats: true });
    expect(statSync(at('mark')).mtimeMs).toBeGreaterThan(1_000_000);
  });
});

test.each([
  [{ path: '%/absent' }, 'does not exist'],
  [{ path: '%/absent', state: 'file' }, 'does not exist'],
  [{ path: '%/folder', state: 'file' }, 'is a folder'],
  [{ path: '%/file', state: 'directory' }, 'is a file, not a folder'],
  [{ path: '%/hard', src: '%/folder', state: 'hard' }, 'is a folder, not a file'],
  [{ path: '/..', state: 'absent' }, 'will not remove /'],
])('refuses %j', async (params, why) => {
  mkdirSync(at('folder'));
  writeFileSync(at('file'), '');
  expect((await box.apply(file, params)).failure?.failed).toContain(why);
  expect(existsSync(at('folder'))).toBe(true);
});

test.each([
  [{ path: '/x', state: 'link' }, 'a link needs `src`'],
  [{ path: '/x', state: 'link', src: '/y', mode: '0644' }, 'a link has no `mode`'],
  [{ path: '/x', src: '/y' }, '`src` is for links only'],
  [{ path: '/x', recurse: true }, '`recurse` needs `state: directory`'],
])('will not take %j', (params, why) => {
  expect(file.params.safeParse(params).error?.issues[0]?.message).toContain(why);
});

test('says so where it cannot list what is in a folder', async () => {
  mkdirSync(at('tree'));
  writeFileSync(at('tree/file'), '');
  const bin = onlyPrograms(box.folder, 'dash', 'ls', 'head');
  const execute = localShell('dash', box.folder, { PATH: bin });
  const params = { path: at('tree'), state: 'directory', recurse: true, mode: '0700' };
  const { failure } = await applyTask({ module: file, params, execute });
  expect(failure?.failed).toContain(`not everything in ${at('tree')} can be listed`);
});
