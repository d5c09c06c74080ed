import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { raw } from '../../src/model/script.ts';
import { tableCheck } from '../../src/modules/lib/mount-plan.ts';
import { mount } from '../../src/modules/mount.ts';
import { SHELLS, localShell, makeFolder } from '../rig.ts';
import { complaint, summariesHere } from './on-shells.ts';

const TMPFS = { path: '/no/such/folder', src: 'tmpfs', fstype: 'tmpfs' };

test.each(SHELLS)('%s sees what is mounted here', async (shell) => {
  const proc = { path: '/proc', src: 'proc', fstype: 'proc', state: 'ephemeral' };
  expect(await summariesHere(shell, mount, proc)).toEqual([]);
  expect(await summariesHere(shell, mount, { path: '/proc/', state: 'unmounted' })).toEqual([
    'unmount /proc/',
  ]);
  expect(await summariesHere(shell, mount, { ...TMPFS, path: '/proc', state: 'ephemeral' })).toEqual([
    'mount tmpfs at /proc instead of proc',
  ]);
  expect(await summariesHere(shell, mount, { ...TMPFS, state: 'ephemeral' })).toEqual([
    'create folder /no/such/folder',
    'mount tmpfs at /no/such/folder',
  ]);
  expect(await summariesHere(shell, mount, { ...TMPFS, state: 'remounted' })).toEqual([
    'failed: nothing is mounted at /no/such/folder',
  ]);
  expect(await summariesHere(shell, mount, { ...TMPFS, state: 'absent' })).toEqual([]);
});

test.each([
  [{ path: 'mnt', state: 'mounted' }, 'an absolute path'],
  [{ path: '/mnt', state: 'mounted' }, '`mounted` needs `src` and `fstype`'],
  [{ ...TMPFS, opts: 'a, b', state: 'mounted' }, 'no blanks'],
  [{ ...TMPFS, path: 'none', state: 'mounted' }, 'swap is only'],
  [{ ...TMPFS, fstype: 'a b', state: 'mounted' }, '`fstype` has no blanks'],
  [{ ...TMPFS, passno: 'x', state: 'mounted' }, 'a number'],
])('will not take %j', (params, why) => {
  expect(complaint(mount, params)).toContain(why);
});

test('a table that findmnt cannot read is refused, but not for what was wrong before', async () => {
  const box = makeFolder();
  const file = (name: string, text: string): string => {
    writeFileSync(join(box, name), text);
    return join(box, name);
  };
  const old = file('old', 'broken\ntmpfs /mnt tmpfs\n');
  const check = async (text: string): Promise<number> => {
    const command = tableCheck(old).replaceAll('%s', file('new', text));
    return (await localShell('dash', box)(raw(command))).code;
  };
  expect(await check('broken\ntmpfs /mnt tmpfs noexec\n')).toBe(0);
  expect(await check('broken\ntmpfs /mnt tmpfs a b\n')).toBe(1);
  rmSync(box, { recursive: true });
});
