import { chmodSync, lstatSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import {
  type FileQuestion,
  type FileState,
  fileStatesScript,
  parseFileStates,
  sha256,
} from '../../../src/modules/lib/file-state.ts';
import { type Execute, SHELLS, localShell, makeFolder } from '../../rig.ts';
import { onlyPrograms } from '../sandbox.ts';

let folder: string;

beforeEach(() => {
  folder = makeFolder();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function look(execute: Execute, ...questions: readonly FileQuestion[]): Promise<readonly FileState[]> {
  const answer = await execute(fileStatesScript(questions));
  expect(answer.stderr).toBe('');
  return parseFileStates(answer);
}

describe.each(SHELLS)('on %s', (shell) => {
  const here = (): Execute => localShell(shell, folder, { HOME: folder });

  test('tells what there is, whatever its name', async () => {
    const names = ['plain', ' space ', `it's "so"`, '-n', 'new\nline\n', 'ü'];
    for (const name of names) writeFileSync(join(folder, name), name);
    const states = await look(
      here(),
      ...names.map((name) => ({ path: join(folder, name), content: 'text' as const })),
    );
    for (const [index, name] of names.entries()) {
      const stat = lstatSync(join(folder, name));
      expect(states[index]).toMatchObject({
        type: 'file',
        real: join(folder, name),
        mode: '0644',
        owner: 'root',
        uid: 0,
        size: stat.size,
        inode: stat.ino,
        links: 1,
        mtime: Math.floor(stat.mtimeMs / 1000),
        content: { kind: 'text', text: name },
      });
    }
  });

  test('tells folders, links, pipes and nothing apart', async () => {
    symlinkSync(folder, join(folder, 'link'));
    symlinkSync('gone', join(folder, 'broken'));
    chmodSync(folder, 0o1777);
    const paths = [
      folder,
      join(folder, 'link'),
      join(folder, 'broken'),
      '/dev/null',
      join(folder, 'absent'),
      '~',
    ];
    const followed = await look(here(), ...paths.map((path) => ({ path })));
    expect(followed.map(({ type }) => type)).toEqual([
      'directory',
      'directory',
      'absent',
      'other',
      'absent',
      'directory',
    ]);
    expect(followed[1]).toMatchObject({ real: folder, link: folder, mode: '1777' });
    expect(followed[2]).toMatchObject({ real: join(folder, 'gone'), link: 'gone' });
    expect(followed[5]).toMatchObject({ real: folder });
    const links = await look(here(), ...paths.map((path) => ({ path, follow: false })));
    expect(links.map(({ type }) => type)).toEqual([
      'directory',
      'link',
      'link',
      'other',
      'absent',
      'directory',
    ]);
    expect(links[1]).toMatchObject({ real: join(folder, 'link'), link: folder });
  });

  test('sends content only where it differs, is text, and is not large', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'as wanted\r\nno end');
    const wanted = (content: string | Secret): FileQuestion => ({ path, content: { wanted: content } });
    const states = await look(
      here(),
      wanted('as wanted\r\nno end'),
      wanted(new Secret('as wanted\r\nno end')),
      wanted('other'),
      {
        path,
        content: 'text',
        limit: 5,
      },
    );
    expect(states.map(({ content }) => content.kind)).toEqual(['same', 'same', 'text', 'large']);
    expect(states[2]?.content).toMatchObject({ text: 'as wanted\r\nno end' });
    writeFileSync(path, 'a\0b');
    const binary = await look(here(), wanted('other'), { path, content: 'checksum' }, { path });
    expect(binary.map(({ content }) => content)).toEqual([
      { kind: 'binary' },
      { kind: 'checksum', sha256: sha256('a\0b') },
      { kind: 'none' },
    ]);
  });

  test('says when it may not read', async () => {
    const nobody = localShell(shell, '/', {}, [
      '/usr/bin/setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
    ]);
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'file'), 'x', { mode: 0o600 });
    const [state] = await look(nobody, { path: join(folder, 'file'), content: 'text' });
    expect(state?.content).toEqual({ kind: 'unreadable' });
  });
});

test('an answer that is cut off is an error, not a state', () => {
  const bytes = Buffer.from('file\0/x\0');
  expect(() => parseFileStates({ code: 0, stdout: '', stderr: 'lost', bytes })).toThrow('lost');
});

test('where there is no `stat` and no `sha256sum`, `ls` and `md5sum` tell', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'text');
  chmodSync(path, 0o6754);
  const execute = localShell('dash', folder, {
    PATH: onlyPrograms(folder, 'dash', 'ls', 'head', 'date', 'md5sum', 'wc', 'tr', 'cat'),
  });
  const [same, differing] = await look(
    execute,
    { path, content: { wanted: 'text' } },
    { path, content: { wanted: 'other' } },
  );
  const mtime = Math.floor(lstatSync(path).mtimeMs / 1000);
  expect(same).toMatchObject({
    mode: '6754',
    owner: 'root',
    group: 'root',
    uid: 0,
    size: 4,
    mtime,
  });
  expect(same).not.toHaveProperty('inode');
  expect(same?.content.kind).toBe('same');
  expect(differing?.content).toMatchObject({ kind: 'text', text: 'text' });
});

test('without any program for sums, the text itself is compared', async () => {
  writeFileSync(join(folder, 'file'), 'text');
  const execute = localShell('dash', folder, {
    PATH: onlyPrograms(folder, 'dash', 'ls', 'head', 'wc', 'tr', 'cat'),
  });
  const [state] = await look(execute, { path: join(folder, 'file'), content: { wanted: 'text' } });
  expect(state?.content).toMatchObject({ kind: 'text', text: 'text' });
  const [secret] = await look(execute, {
    path: join(folder, 'file'),
    content: { wanted: new Secret('other') },
  });
  expect(secret?.content).toMatchObject({ kind: 'text', text: 'text' });
});

test.each(SHELLS)(
  '%s: what differs from a secret stays on the host, as it may be an old one',
  async (shell) => {
    const path = join(folder, 'file');
    writeFileSync(path, 'secret of yesterday');
    const answer = await localShell(
      shell,
      folder,
    )(
      fileStatesScript([
        { path, content: { wanted: new Secret('secret of today') } },
        { path, content: { wanted: new Secret('secret of yesterday') } },
      ]),
    );
    expect(answer.stdout).not.toContain('yesterday');
    const [differing, same] = parseFileStates(answer);
    expect([differing?.content.kind, same?.content.kind]).toEqual(['large', 'same']);
  },
);
