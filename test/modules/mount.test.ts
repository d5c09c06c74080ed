import { expect, test } from 'vitest';
import { mount } from '../../src/modules/mount.ts';
import { SHELLS } from '../rig.ts';
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
])('will not take %j', (params, why) => {
  expect(complaint(mount, params)).toContain(why);
});
