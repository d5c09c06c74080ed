import { expect, test } from 'vitest';
import type { Inputs } from '../../src/model/module.ts';
import { authorizedKey } from '../../src/modules/authorized_key.ts';
import { SHELLS } from '../rig.ts';
import { noFile, textFile } from './file-fixture.ts';
import { complaint, summaries, summariesHere } from './on-shells.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPsSrwEr9Iwmt8l7Ql+CtUuJdnFJqc2e9QcUj/jU3b2Y';
const account = { name: 'pi', uid: 1000, gid: 1000, comment: '', home: '/home/pi', shell: '/bin/sh' };
const own = { owner: 'pi', group: 'pi', uid: 1000, gid: 1000 };
const folder = textFile('/home/pi/.ssh', '', {
  ...own,
  type: 'directory',
  mode: '0700',
  content: { kind: 'none' },
});
const file = (text: string, mode = '0600') =>
  textFile('/home/pi/.ssh/authorized_keys', text, { ...own, mode });
const noFolder = noFile('/home/pi/.ssh');
const noKeys = noFile('/home/pi/.ssh/authorized_keys');
const given = { user: 'pi', key: `${KEY} me` };

test.each([
  ['as asked', { account, folder, file: file(`${KEY} me\n`) }, {}, []],
  [
    'nothing there',
    { account, folder: noFolder, file: noKeys },
    {},
    ['create /home/pi/.ssh', 'create /home/pi/.ssh/authorized_keys (owner: pi, group: 1000, mode: 0600)'],
  ],
  [
    'open to others',
    { account, folder: { ...folder, mode: '0755' }, file: file(`${KEY} me\n`, '0644') },
    {},
    ['set mode: 0700 of /home/pi/.ssh', 'set mode: 0600 of /home/pi/.ssh/authorized_keys'],
  ],
  ['not to be there', { account, folder, file: file('# x\n') }, { state: 'absent' }, []],
  [
    'no folder, and none wanted',
    { account, folder: noFolder, file: noKeys },
    { manage_dir: false },
    ['failed: there is no folder /home/pi/.ssh'],
  ],
  ['no such user', { account: undefined }, {}, ['failed: there is no user pi on this host']],
] as const)('%s', (_title, state, more, wanted) => {
  expect(summaries(authorizedKey, state, { ...given, ...more })).toEqual(wanted);
});

test('keys of a file of the controller', () => {
  const inputs = (text: string): Inputs => ({
    key_file: {
      kind: 'files',
      source: 'a.pub',
      isFolder: false,
      files: [{ path: 'a.pub', bytes: Buffer.from(text), mode: '0644' }],
    },
  });
  const params = authorizedKey.params.parse({ user: 'pi', key_file: 'a.pub' });
  const state = { account, folder, file: file(`${KEY} me\n`) };
  expect(authorizedKey.plan(state, params, inputs(`${KEY}\n`))).toEqual([]);
  expect(
    authorizedKey.plan(state, params, inputs('-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n')),
  ).toMatchObject({
    failed: 'a.pub holds a line that is no public key: -----BEGIN OPENSSH PRIVATE KEY…',
  });
});

test.each(SHELLS)('asks this machine through %s', async (shell) => {
  const there = { user: 'root', key: KEY, path: '/nowhere/keys', manage_dir: false };
  expect(await summariesHere(shell, authorizedKey, there)).toEqual(['failed: there is no folder /nowhere']);
  expect(await summariesHere(shell, authorizedKey, { user: 'no-such-user', key: KEY })).toEqual([
    'failed: there is no user no-such-user on this host',
  ]);
});

test.each([
  [{ user: 'pi' }, '`authorized_key` needs one of `key` and `key_file`'],
  [{ user: 'pi', key: 'ssh-ed25519 AAAA' }, '`ssh-ed25519 AAAA` is no public key'],
  [{ user: 'pi', key: KEY, state: 'absent', exclusive: true }, '`exclusive` is for `state: present`'],
])('%j is refused', (params, message) => {
  expect(complaint(authorizedKey, params)).toContain(message);
});
