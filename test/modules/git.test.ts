import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { git } from '../../src/modules/git.ts';
import { SHELLS, applyTask, localShell } from '../rig.ts';
import { complaint } from './on-shells.ts';
import { onlyPrograms, sandbox, summaries } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);
const WHO = ['-c', 'user.name=x', '-c', 'user.email=x@localhost'];

function run(folder: string, ...words: readonly string[]): string {
  return execFileSync('git', [...WHO, '-C', at(folder), ...words], { stdio: 'pipe' })
    .toString()
    .trim();
}

function commit(text: string, folder = 'work'): string {
  writeFileSync(at(`${folder}/file`), text);
  run(folder, 'add', '.');
  run(folder, 'commit', '-q', '-m', text);
  return run(folder, 'rev-parse', 'HEAD');
}

let first = '';
let second = '';

beforeEach(() => {
  for (const name of ['work', 'origin.git']) mkdirSync(at(name));
  run('origin.git', 'init', '-q', '--bare', '-b', 'main');
  run('work', 'init', '-q', '-b', 'main');
  run('work', 'remote', 'add', 'origin', at('origin.git'));
  first = commit('one');
  run('work', 'tag', '-a', 'v1', '-m', 'v1');
  second = commit('two');
  run('work', 'push', '-q', 'origin', 'main', 'v1');
});

const file = (): string => readFileSync(at('copy/file'), 'utf8');
const push = (): string => run('work', 'push', '-q', 'origin', 'HEAD');

describe.each(SHELLS.filter((shell) => shell !== 'busybox'))('on %s', (shell) => {
  const apply = (more: Readonly<Record<string, unknown>> = {}) =>
    box.apply(git, { repo: `file://${at('origin.git')}`, dest: '%/copy', ...more }, { shell });

  test('clones, and follows the main branch', async () => {
    const done = await apply();
    expect(done.changes).toMatchObject([{ before: 'absent', after: second }]);
    expect(done.result).toMatchObject({ before: null, after: second });
    const third = commit('three');
    push();
    expect((await apply()).changes).toMatchObject([{ before: second, after: third }]);
    expect(file()).toBe('three');
    expect(run('copy', 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expect(readdirSync(box.folder).sort()).toEqual(['copy', 'origin.git', 'work']);
  });

  test('takes a tag, a commit, another branch, and comes back', async () => {
    await apply({ version: 'v1' });
    expect(file()).toBe('one');
    await apply({ version: second });
    expect(file()).toBe('two');
    run('work', 'checkout', '-q', '-b', 'feature/x');
    commit('x');
    push();
    await apply({ version: 'feature/x' });
    expect(file()).toBe('x');
    await apply({ version: 'main' });
    expect(file()).toBe('two');
    expect((await apply({ version: 'v1', update: false })).changes).toEqual([]);
  });

  test('gets little with `depth`, also of a commit', async () => {
    await apply({ depth: 1 });
    expect(run('copy', 'rev-list', '--count', 'HEAD')).toBe('1');
    commit('three');
    push();
    await apply({ depth: 1 });
    expect(file()).toBe('three');
    await apply({ depth: 1, version: 'v1' });
    expect(file()).toBe('one');
  });

  test('throws local work away only with `force`', async () => {
    await apply();
    commit('three');
    push();
    writeFileSync(at('copy/file'), 'mine');
    expect((await apply()).failure).toEqual({
      failed: `${at('copy')} has local changes: file`,
      hint: '`force: true` throws them away',
    });
    expect(file()).toBe('mine');
    await apply({ force: true });
    expect(file()).toBe('three');
    commit('own', 'copy');
    expect((await apply()).changes).toEqual([]);
    commit('four');
    push();
    expect((await apply()).failure?.failed).toContain('fast-forward');
    await apply({ force: true });
    expect(file()).toBe('four');
  });

  test('keeps a bare copy like its origin', async () => {
    await apply({ bare: true });
    run('work', 'checkout', '-q', '-b', 'a/new');
    run('work', 'commit', '-q', '--allow-empty', '-m', 'more');
    run('work', 'push', '-q', 'origin', 'a/new', ':refs/tags/v1');
    run('origin.git', 'update-ref', 'refs/remotes/other/HEAD', 'HEAD');
    const { result } = await apply({ bare: true });
    expect(result['after']).toBe(run('origin.git', 'rev-parse', 'HEAD'));
    expect(run('copy', 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/a/new\nrefs/heads/main');
    expect((await apply()).failure?.failed).toBe(`${at('copy')} is a bare repository`);
  });

  test('moves to another origin, and says what it cannot read', async () => {
    await apply();
    run('origin.git', 'clone', '-q', '--bare', at('origin.git'), at('moved.git'));
    const moved = await apply({ repo: at('moved.git') });
    expect(moved.result).toMatchObject({ remote_url_changed: true });
    expect(run('copy', 'config', 'remote.origin.url')).toBe(at('moved.git'));
    expect((await apply({ repo: at('none.git') })).failure?.failed).toContain(
      `cannot read ${at('none.git')}: `,
    );
    expect((await apply({ version: 'none' })).failure?.failed).toContain('has no branch or tag none');
    mkdirSync(at('taken'));
    writeFileSync(at('taken/x'), '');
    expect((await apply({ dest: '%/taken' })).failure?.failed).toContain('is no git repository');
    expect((await apply({ dest: '%/never', clone: false })).changes).toEqual([]);
    expect(existsSync(at('never'))).toBe(false);
  });
});

test('brings submodules, and follows them', async () => {
  // Git itself refuses submodules from the same machine.
  writeFileSync(at('.gitconfig'), '[protocol "file"]\n\tallow = always\n');
  mkdirSync(at('part'));
  run('part', 'init', '-q', '-b', 'main');
  commit('part one', 'part');
  run('work', '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', at('part'), 'sub');
  commit('with a part');
  push();
  const asked = { repo: `file://${at('origin.git')}`, dest: '%/copy' };
  await box.apply(git, asked);
  expect(readFileSync(at('copy/sub/file'), 'utf8')).toBe('part one');
  commit('part two', 'part');
  run('work/sub', 'pull', '-q');
  commit('with a newer part');
  push();
  await box.apply(git, asked);
  expect(readFileSync(at('copy/sub/file'), 'utf8')).toBe('part two');
});

test('without git it says so', async () => {
  const execute = localShell('dash', box.folder, { PATH: onlyPrograms(box.folder, 'dash') });
  const params = { repo: at('origin.git'), dest: at('copy') };
  expect((await applyTask({ module: git, params, execute })).failure?.failed).toBe('the host has no git');
});

test('the annotated tag is the commit behind it', async () => {
  const done = await box.apply(git, { repo: at('origin.git'), dest: '%/copy', version: 'v1' });
  expect(done.result['after']).toBe(first);
  expect(summaries(done)).toEqual([`clone ${at('origin.git')} into ${at('copy')}`]);
});

test.each([
  [{ repo: '--upload-pack=x', dest: '/x' }, 'does not begin with `-`'],
  [{ repo: 'x', dest: '/x', bare: true, version: 'v1' }, 'no `version`'],
  [{ repo: 'x', dest: '/x', key_file: "/a'b" }, 'no quotes'],
])('will not take %j', (params, why) => {
  expect(complaint(git, params)).toContain(why);
});
