import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { group } from '../../src/modules/group.ts';
import type { UserState } from '../../src/modules/lib/user-state.ts';
import { user } from '../../src/modules/user.ts';
import { SHELLS } from '../rig.ts';
import { complaint, summaries, summariesHere } from './on-shells.ts';

const HASH = '$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.';
const account = { name: 'pi', uid: 1000, gid: 1000, comment: 'Pi', home: '/home/pi', shell: '/bin/bash' };
const pi: UserState = {
  account,
  shadow: { hash: HASH },
  groups: [
    { name: 'pi', gid: 1000, members: [] },
    { name: 'sudo', gid: 27, members: ['pi'] },
    { name: 'adm', gid: 4, members: ['pi', 'syslog'] },
  ],
  hasHome: true,
  publicKey: '',
  tools: 'shadow',
  isRoot: true,
};
const nobody: UserState = { ...pi, account: undefined, shadow: undefined, hasHome: false };

describe('what is done', () => {
  test.each([
    [
      'as asked',
      pi,
      { uid: 1000, group: 'pi', groups: ['adm', 'sudo'], shell: '/bin/bash', password: HASH },
      [],
    ],
    ['groups by number', pi, { group: '1000', groups: ['4', '27'] }, []],
    ['groups, one less', pi, { groups: ['sudo'] }, ['change groups of the user pi']],
    ['groups, appended', pi, { groups: ['sudo'], append: true }, []],
    ['groups, none', pi, { groups: [] }, ['change groups of the user pi']],
    ['several', pi, { shell: '/bin/sh', comment: '', uid: 5 }, ['change uid, comment, shell of the user pi']],
    ['home folder missing', { ...pi, hasHome: false }, {}, ['change home folder of the user pi']],
    ['home folder not wanted', { ...pi, hasHome: false }, { create_home: false }, []],
    [
      'new',
      nobody,
      { password: HASH, generate_ssh_key: true },
      ['create the user pi', 'set the password of pi', 'make an ssh key for pi'],
    ],
    ['new, without root', { ...nobody, isRoot: false }, {}, ['failed: only root may see and change users']],
    ['another password', pi, { password: `${HASH}x` }, ['set the password of pi']],
    ['another password, kept', pi, { password: `${HASH}x`, update_password: 'on_create' }, []],
    ['a locked password is the same', { ...pi, shadow: { hash: `!${HASH}` } }, { password: HASH }, []],
    ['lock', pi, { password_lock: true }, ['lock the password of pi']],
    [
      'lock what is open to all',
      { ...pi, shadow: { hash: '' } },
      { password_lock: true },
      ['lock the password of pi'],
    ],
    [
      'unlock',
      { ...pi, shadow: { hash: `!${HASH}` } },
      { password_lock: false },
      ['unlock the password of pi'],
    ],
    ['nothing to unlock', { ...pi, shadow: { hash: '!' } }, { password_lock: false }, []],
    [
      'set and lock',
      nobody,
      { password: HASH, password_lock: true },
      ['create the user pi', 'set the password of pi', 'lock the password of pi'],
    ],
    ['expires', pi, { expires: '2040-05-01' }, ['change expiry of the user pi']],
    ['expires as asked', { ...pi, shadow: { hash: HASH, expires: 25_688 } }, { expires: '2040-05-01' }, []],
    ['never expires', pi, { expires: -1 }, []],
    ['gone', pi, { state: 'absent', remove: true }, ['remove the user pi and its home folder']],
    ['gone already', nobody, { state: 'absent' }, []],
    ['no tools, as asked', { ...pi, tools: 'none' }, {}, []],
    ['no tools', { ...nobody, tools: 'none' }, {}, ['failed: this host has neither useradd nor adduser']],
    ['busybox: groups', { ...pi, tools: 'busybox' }, { groups: ['sudo'] }, ['change groups of the user pi']],
    [
      'busybox: shell',
      { ...pi, tools: 'busybox' },
      { shell: '/bin/ash' },
      ['failed: pi has shell /bin/bash, and this host has no usermod to change it'],
    ],
  ] as const)('%s', (_title, state, given, wanted) => {
    expect(summaries(user, state, { name: 'pi', ...given })).toEqual(wanted);
  });

  test('a secret hash is compared, and stays marked', () => {
    const params = user.params.parse({ name: 'pi', password: new Secret(HASH) });
    expect(user.plan(pi, params, {})).toEqual([]);
    const plan = user.plan({ ...pi, shadow: { hash: '!' } }, params, {});
    const [action] = 'failed' in plan ? [] : (plan[0]?.actions ?? []);
    expect(action?.kind === 'run' && action.script.secrets.map((secret) => secret.reveal())).toEqual([HASH]);
  });
});

test.each(SHELLS)('asks this machine through %s', async (shell) => {
  const root = { name: 'root', uid: 0, group: 'root', home: '/root', password_lock: false };
  expect(await summariesHere(shell, user, root)).toEqual([]);
  expect(await summariesHere(shell, user, { name: 'no-such-user', state: 'absent' })).toEqual([]);
  expect(await summariesHere(shell, group, { name: 'root', gid: 0 })).toEqual([]);
  expect(await summariesHere(shell, group, { name: 'no-such-group' })).toEqual([
    // Debian's busybox was built without adduser and its kin.
    shell === 'busybox'
      ? 'failed: this host has neither useradd nor adduser'
      : 'create the group no-such-group',
  ]);
});

test.each([
  [{ name: 'pi', password: 'hunter2' }, '`password` must be a hash, never the password itself'],
  [{ name: '-r' }, 'a name of a user or group begins with a letter'],
  [{ name: 'pi', append: true }, '`append` needs `groups`'],
  [{ name: 'pi', move_home: true }, '`move_home` needs `home`'],
  [{ name: 'pi', comment: 'a:b' }, 'without colon and newline'],
])('%j is refused', (given, message) => {
  expect(complaint(user, given)).toContain(message);
});
