import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineModule, known } from '../../../src/model/module.ts';
import { Secret } from '../../../src/model/secret.ts';
import { type FileToWrite, writeFile } from '../../../src/modules/lib/write-file.ts';
import { type Execute, SHELLS, applyTask, localShell, makeFolder } from '../../rig.ts';

let folder: string;

beforeEach(() => {
  folder = makeFolder();
  chmodSync(folder, 0o755);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file through the rig; gives why it failed. */
async function write(execute: Execute, file: FileToWrite): Promise<string | undefined> {
  const module = defineModule({
    name: 'write',
    summary: '',
    params: z.strictObject({}),
    examples: [],
    probe: () => known(undefined),
    plan: () => [{ summary: 'write', actions: writeFile(file) }],
  });
  return (await applyTask({ module, params: {}, execute, repeats: true })).failure?.failed;
}

const every256 = new Uint8Array(2048).map((_, index) => index % 256);
let letters = '';
for (let code = 1; code < 0x3000; code++) letters += String.fromCharCode(code);

const contents: readonly (readonly [string, string | Uint8Array])[] = [
  ['an empty text', ''],
  ['no newline at the end', 'one\ntwo'],
  ['several newlines at the end', 'one\n\n\n'],
  ['Windows lines', 'one\r\ntwo\r\n'],
  ['what shells expand', `$HOME \`id\` $(id) "a" 'b' \\n %s %% ! * ~ \\`],
  ['every letter up to U+2FFF', letters],
  ['bytes', every256],
  ['a NUL in a text', 'a\0b'],
  ['a text of 200 KiB', 'x'.repeat(99).concat('\n').repeat(2048)],
  ['200 KiB of bytes', Buffer.concat(Array.from({ length: 100 }, () => Buffer.from(every256)))],
];

const names = [
  'plain',
  'with space',
  `'quoted' "twice"`,
  '-leading dash',
  '$HOME',
  'new\nline',
  'new line at the end\n',
  'täst',
  '*',
  '\\',
];

describe.each(SHELLS)('on %s', (shell) => {
  const here = (): Execute => localShell(shell, folder);

  test.each(contents)('writes %s', async (_, bytes) => {
    const path = join(folder, 'file');
    expect(await write(here(), { path, bytes })).toBeUndefined();
    expect(readFileSync(path).equals(Buffer.from(bytes))).toBe(true);
    expect(readdirSync(folder)).toEqual(['file']);
    expect(statSync(path).mode & 0o7777).toBe(0o644);
  });

  test.each(names)('writes to %j', async (name) => {
    expect(await write(here(), { path: join(folder, name), bytes: 'x' })).toBeUndefined();
    expect(await write(here(), { path: join(folder, name), bytes: 'y' })).toBeUndefined();
    expect(readFileSync(join(folder, name), 'utf8')).toBe('y');
    expect(readdirSync(folder)).toEqual([name]);
  });

  test('takes `~` for the home folder', async () => {
    const execute = localShell(shell, '/', { HOME: folder });
    expect(await write(execute, { path: '~/file', bytes: 'x' })).toBeUndefined();
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('x');
  });

  test('keeps mode and owner of the old file, and sets those that are asked for', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    chmodSync(path, 0o4751);
    expect(await write(here(), { path, bytes: 'new' })).toBeUndefined();
    expect(statSync(path).mode & 0o7777).toBe(0o4751);
    expect(
      await write(here(), { path, bytes: 'new', mode: '0600', owner: 'nobody', group: '65534' }),
    ).toBeUndefined();
    expect(statSync(path)).toMatchObject({ uid: 65534, gid: 65534, mode: 0o100600 });
    expect(await write(here(), { path, bytes: 'newer' })).toBeUndefined();
    expect(statSync(path)).toMatchObject({ uid: 65534, gid: 65534, mode: 0o100600 });
  });

  test('writes to the target of a link', async () => {
    mkdirSync(join(folder, 'there'));
    writeFileSync(join(folder, 'there/target'), 'old');
    symlinkSync('there/target', join(folder, 'link'));
    const big = 'x'.repeat(60_000);
    expect(await write(here(), { path: join(folder, 'link'), bytes: big })).toBeUndefined();
    expect(readFileSync(join(folder, 'there/target'), 'utf8')).toBe(big);
    expect(readdirSync(folder)).toEqual(['link', 'there']);
    expect(readdirSync(join(folder, 'there'))).toEqual(['target']);
  });

  test('refuses a folder, a pipe, a broken link and a missing folder', async () => {
    mkdirSync(join(folder, 'folder'));
    symlinkSync('nowhere/at all', join(folder, 'link'));
    const failures = [];
    for (const name of ['folder', 'link', 'no/file'])
      failures.push(await write(here(), { path: join(folder, name), bytes: 'x' }));
    failures.push(await write(here(), { path: '/dev/null', bytes: 'x' }));
    expect(failures).toEqual([
      `cannot write ${folder}/folder: it is a directory`,
      `cannot write ${folder}/link: it is a broken link`,
      expect.stringMatching(
        /^cannot write \S+\/no\/file: (No such file or directory|Directory nonexistent|nonexistent directory)$/,
      ),
      'cannot write /dev/null: it is not a regular file',
    ]);
    expect(readdirSync(folder)).toEqual(['folder', 'link']);
  });

  test('makes the folder where it is asked to', async () => {
    const path = join(folder, "a b/it's/file");
    expect(await write(here(), { path, bytes: 'x'.repeat(60_000), createFolder: '0700' })).toBeUndefined();
    expect(statSync(join(folder, "a b/it's")).mode & 0o777).toBe(0o700);
    expect(readFileSync(path, 'utf8')).toHaveLength(60_000);
  });

  test('leaves the old file where the new one is not valid', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    const validate = 'echo looking; grep new %s; echo "line 3: no good" >&2; false';
    expect(await write(here(), { path, bytes: 'new', validate })).toBe(
      [
        'looking',
        'new',
        'line 3: no good',
        `cannot write ${path}: the new content did not pass \`${validate}\`, so nothing was changed: line 3: no good`,
      ].join('\n'),
    );
    expect(await write(here(), { path, bytes: 'new', validate: 'echo "unbalanced %s' })).toContain(
      'did not pass',
    );
    expect(await write(here(), { path, bytes: 'new', validate: 'false %s' })).toMatch(
      /so nothing was changed$/,
    );
    expect(await write(here(), { path, bytes: 'new', validate: `grep -q new '%s'` })).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['file']);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  test('keeps a copy of the old file', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    chmodSync(path, 0o600);
    expect(await write(here(), { path, bytes: 'new', mode: '0644', backup: true })).toBeUndefined();
    const [, copy = ''] = readdirSync(folder);
    expect(copy).toMatch(/^file\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~$/);
    expect(readFileSync(join(folder, copy), 'utf8')).toBe('old');
    expect(statSync(join(folder, copy)).mode & 0o777).toBe(0o600);
  });

  test('removes what a broken run has left', async () => {
    const path = join(folder, 'file');
    symlinkSync('/etc/passwd', join(folder, '.file.homerun'));
    expect(await write(here(), { path, bytes: 'new' })).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['file']);
    expect(readFileSync('/etc/passwd', 'utf8')).not.toBe('new');
  });

  test('writes one’s own read-only file, and leaves those of others alone', async () => {
    const nobody = localShell(shell, folder, {}, [
      '/usr/bin/setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
    ]);
    const path = join(folder, 'own/file');
    mkdirSync(join(folder, 'own'));
    chmodSync(join(folder, 'own'), 0o777);
    expect(await write(nobody, { path, bytes: 'old', mode: '0444' })).toBeUndefined();
    expect(await write(nobody, { path, bytes: 'new' })).toBeUndefined();
    expect(statSync(path)).toMatchObject({ uid: 65534, mode: 0o100444 });
    writeFileSync(join(folder, 'file'), 'of root');
    expect(await write(nobody, { path: join(folder, 'file'), bytes: 'x' })).toBe(
      `cannot write ${folder}/file: Permission denied`,
    );
    expect(readdirSync(folder)).toEqual(['file', 'own']);
  });
});

test('a secret stands in the script as a secret', () => {
  const secret = new Secret('open sesame');
  const [action] = writeFile({ path: '/x', bytes: secret });
  expect(action).toMatchObject({ script: { secrets: [secret] } });
});

describe('where nothing can be written', () => {
  let host: ChildProcess;
  let disk: string;

  /** A tiny disk, mounted in a namespace of its own. */
  beforeEach(async () => {
    disk = join(folder, 'disk');
    mkdirSync(disk);
    const script = 'mount -t tmpfs -o size=128k tmpfs "$1" && echo ready && exec sleep 600';
    host = spawn('unshare', ['-m', 'sh', '-c', script, 'sh', disk], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => host.stdout?.once('data', resolve));
  });

  afterEach(async () => {
    const gone = new Promise((resolve) => host.once('close', resolve));
    host.kill('SIGKILL');
    await gone;
  });

  const inside = (path: string): string => `/proc/${host.pid}/root${path}`;

  test.each(SHELLS)('on %s: a full disk leaves the old file and nothing else', async (shell) => {
    const execute = localShell(shell, '/', {}, ['/usr/bin/nsenter', '-t', String(host.pid), '-m']);
    const path = join(disk, 'file');
    expect(await write(execute, { path, bytes: 'old\n' })).toBeUndefined();
    writeFileSync(inside(join(disk, 'ballast')), 'x'.repeat(100 * 1024));
    const failure = await write(execute, { path, bytes: 'new\n'.repeat(10_000) });
    expect(failure).toBe(`cannot write ${path}: No space left on device`);
    expect(readFileSync(inside(path), 'utf8')).toBe('old\n');
    expect(readdirSync(inside(disk))).toEqual(['ballast', 'file']);
  });

  test.each(SHELLS)('on %s: a disk that fills up under an upload', async (shell) => {
    const execute = localShell(shell, '/', {}, ['/usr/bin/nsenter', '-t', String(host.pid), '-m']);
    const path = join(disk, 'file');
    expect(await write(execute, { path, bytes: 'old\n' })).toBeUndefined();
    const failure = await write(execute, { path, bytes: 'new\n'.repeat(50_000) });
    expect(failure).toContain('No space left on device');
    expect(readFileSync(inside(path), 'utf8')).toBe('old\n');
    // What was uploaded so far is the engine's to remove; the next run removes it in any case.
    expect(readdirSync(inside(disk)).filter((name) => !name.endsWith('-upload'))).toEqual(['file']);
  });

  test.each(SHELLS)('on %s: a read-only disk is named as such', async (shell) => {
    const execute = localShell(shell, '/', {}, ['/usr/bin/nsenter', '-t', String(host.pid), '-m']);
    const path = join(disk, 'file');
    expect(await write(execute, { path, bytes: 'old\n' })).toBeUndefined();
    await execute({ text: `mount -o remount,ro ${disk}`, secrets: [] });
    expect(await write(execute, { path, bytes: 'new\n' })).toBe(
      `cannot write ${path}: Read-only file system`,
    );
    expect(await write(execute, { path, bytes: 'new\n'.repeat(50_000) })).toBe(
      `cannot write ${path}: Read-only file system`,
    );
    expect(readFileSync(inside(path), 'utf8')).toBe('old\n');
    expect(existsSync(inside(join(disk, '.file.homerun')))).toBe(false);
  });
});
