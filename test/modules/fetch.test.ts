import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDestination } from '../../src/language/destination.ts';
import type { Inputs, Output } from '../../src/model/module.ts';
import { fetch } from '../../src/modules/fetch.ts';
import { SHELLS, type ShellName } from '../rig.ts';
import { complaint } from './on-shells.ts';
import { sandbox, summaries } from './sandbox.ts';

const box = sandbox();
const at = (...names: string[]): string => join(box.folder, ...names);
const inputsFor = (params: Readonly<Record<string, unknown>>) => (): Inputs => {
  const destination = fetch.destination?.(fetch.params.parse(params), 'pi');
  if (!destination) throw new Error('it writes somewhere');
  return { destination: readDestination(destination, box.folder) };
};
const apply = (params: Readonly<Record<string, unknown>>, shell: ShellName = 'dash') =>
  box.apply(fetch, params, { shell, inputs: inputsFor(params) });
const everyByte = Buffer.from(
  Array.from({ length: 9 * 1024 * 1024 + 3 }, (_, index) => (index * 7919) % 256),
);

describe.each(SHELLS)('on %s', (shell) => {
  test('every byte arrives, of a large file in pieces, and then nothing is left to do', async () => {
    writeFileSync(at('data'), everyByte);
    const applied = await apply({ src: at('data'), dest: 'fetched' }, shell);
    expect(summaries(applied)).toHaveLength(1);
    expect(applied.result).toMatchObject({ dest: at('fetched/pi', at('data')), size: everyByte.length });
    expect(readFileSync(at('fetched/pi', at('data'))).equals(everyByte)).toBe(true);
    expect(readdirSync(at('fetched/pi', box.folder))).toEqual(['data']);
  });

  test('an empty file, a link to a file, and names with blanks, quotes and line ends', async () => {
    for (const name of ['empty', "a 'b' $c", 'two\nlines', '-n'])
      writeFileSync(at(name), name === 'empty' ? '' : `${name}\n`);
    symlinkSync(at('-n'), at('link'));
    for (const name of ['empty', "a 'b' $c", 'two\nlines', '-n', 'link'])
      expect(summaries(await apply({ src: at(name), dest: 'all/', flat: true }, shell))).toHaveLength(1);
    expect(readdirSync(at('all')).sort()).toEqual(['-n', "a 'b' $c", 'empty', 'link', 'two\nlines']);
    expect(readFileSync(at('all/two\nlines'), 'utf8')).toBe('two\nlines\n');
    expect(statSync(at('all/empty')).size).toBe(0);
    expect(readFileSync(at('all/link'), 'utf8')).toBe('-n\n');
  });

  test('what differs is shown, and a file of the home folder is found again', async () => {
    writeFileSync(at('.profile'), 'one\ntwo\n');
    chmodSync(at('.profile'), 0o644);
    const params = { src: '~/.profile', dest: 'fetched' };
    expect((await apply(params, shell)).result).toMatchObject({
      dest: at('fetched/pi', box.folder, '.profile'),
      file: at('.profile'),
    });
    writeFileSync(at('.profile'), 'one\nthree\n');
    const { changes } = await apply(params, shell);
    expect(changes).toMatchObject([{ before: 'one\ntwo\n', after: 'one\nthree\n' }]);
  });

  test('what not everybody may read stays so, also where a folder keeps them out', async () => {
    writeFileSync(at('key'), 'open sesame\n', { mode: 0o640 });
    mkdirSync(at('private'), { mode: 0o700 });
    writeFileSync(at('private/key'), 'open sesame\n', { mode: 0o644 });
    for (const src of [at('key'), at('private/key')]) {
      const { changes } = await apply({ src, dest: 'fetched' }, shell);
      expect(JSON.stringify(changes)).not.toContain('sesame');
      expect(statSync(at('fetched/pi', src)).mode & 0o777).toBe(0o600);
    }
    writeFileSync(at('key'), 'another\n');
    chmodSync(at('fetched/pi', at('key')), 0o644);
    await apply({ src: at('key'), dest: 'fetched' }, shell);
    expect(statSync(at('fetched/pi', at('key'))).mode & 0o777).toBe(0o600);
    writeFileSync(at('note'), 'for all\n');
    await apply({ src: at('note'), dest: 'fetched' }, shell);
    expect(statSync(at('fetched/pi', at('note'))).mode & 0o004).toBe(0o004);
  });

  test('says why it cannot, or passes it over', async () => {
    mkdirSync(at('folder'));
    symlinkSync('/nowhere', at('broken'));
    const failed = async (src: string) => (await apply({ src, dest: 'fetched' }, shell)).failure?.failed;
    expect(await failed(at('none'))).toBe(`${at('none')} is not on the host`);
    expect(await failed(at('folder'))).toBe(`${at('folder')} is a folder`);
    expect(await failed(at('broken'))).toBe(`${at('broken')} is a link that leads nowhere`);
    expect(await failed('/dev/null')).toBe('/dev/null is not a regular file');
    const passed = await apply({ src: at('none'), dest: 'fetched', fail_on_missing: false }, shell);
    expect(passed).toMatchObject({ changes: [], result: { msg: `${at('none')} is not on the host` } });
    expect(existsSync(at('fetched'))).toBe(false);
  });
});

describe('on the controller', () => {
  test('a folder, or a file where a folder must be, is said before or instead of a half-written file', async () => {
    writeFileSync(at('data'), 'data\n');
    mkdirSync(at('there'));
    const failed = async (dest: string) =>
      (await apply({ src: at('data'), dest, flat: true })).failure?.failed;
    expect(await failed('there')).toContain('there is a folder on this machine');
    expect(await failed('data/below')).toMatch(
      /^cannot write .*data\/below on this machine: E(?:NOTDIR|EXIST)/,
    );
    expect(readdirSync(box.folder).sort()).toEqual(['data', 'there']);
  });

  test('a link is followed, and the mode of the file is kept', async () => {
    writeFileSync(at('data'), 'new\n');
    writeFileSync(at('real'), 'old\n');
    chmodSync(at('real'), 0o604);
    symlinkSync(at('real'), at('link'));
    await apply({ src: at('data'), dest: 'link', flat: true });
    expect(readFileSync(at('real'), 'utf8')).toBe('new\n');
    expect(statSync(at('real')).mode & 0o777).toBe(0o604);
  });

  test('no answer of a host leads out of the destination', () => {
    const asked = fetch.params.parse({ src: '~/x', dest: 'fetched' });
    const bytes = Buffer.from(['../../../../etc/x', 'file', '1', 'a'.repeat(64), 'open', ''].join('\0'));
    const answer: Output = { code: 0, stdout: bytes.toString(), stderr: '', bytes };
    const inputs = { destination: readDestination({ folder: 'fetched/pi', path: '~/x' }, '/srv') };
    const probe = fetch.probe(asked, inputs);
    if (probe.kind === 'known') throw new Error('it asks the host');
    expect(fetch.plan(probe.parse(answer), asked, inputs)).toMatchObject([
      { actions: [{ to: '/srv/fetched/pi/etc/x' }] },
    ]);
    expect(
      fetch.destination?.(fetch.params.parse({ src: '/a/../../../etc/x', dest: 'fetched' }), 'pi'),
    ).toEqual({
      folder: 'fetched/pi',
      path: 'etc/x',
    });
  });

  test('a file that is no longer what was looked at is not taken', async () => {
    writeFileSync(at('log'), 'one\n');
    const params = { src: at('log'), dest: 'fetched' };
    const asked = fetch.params.parse(params);
    const inputs = inputsFor(params)();
    const state = {
      kind: 'file',
      path: at('log'),
      size: 4,
      sha256: 'f'.repeat(64),
      isPrivate: false,
    } as const;
    const changing = { ...fetch, probe: () => ({ kind: 'known' as const, state }) };
    const { failure } = await box.apply(changing, params, { inputs });
    expect(failure?.failed).toBe(
      `${at('log')} changed while it was read: other bytes arrived, and nothing was saved`,
    );
    expect(readdirSync(at('fetched/pi', box.folder))).toEqual([]);
    expect(fetch.plan(state, { ...asked, validate_checksum: false }, inputs)).toMatchObject([
      { actions: [expect.not.objectContaining({ sha256: expect.anything() })] },
    ]);
  });
});

test('a source that names no file is refused', () => {
  expect(complaint(fetch, { src: '/etc/..', dest: 'x' })).toBe('`src` must name a file');
  expect(complaint(fetch, { src: 'etc/hosts', dest: 'x' })).toBeDefined();
});
