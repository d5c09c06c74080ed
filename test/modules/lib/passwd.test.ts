import { expect, test } from 'vitest';
import {
  findAccount,
  findGroup,
  findShadow,
  isLocked,
  parseGroups,
} from '../../../src/modules/lib/passwd.ts';

const PASSWD = [
  'root:x:0:0:root:/root:/bin/bash',
  'pi:x:1000:1000:,,,:/home/pi:/bin/bash',
  'svc.web:x:998:996::/nonexistent:',
  '+::::::',
  'broken:x:1',
];

test('reads accounts, also with empty fields', () => {
  expect(findAccount(PASSWD, 'svc.web')).toEqual({
    name: 'svc.web',
    uid: 998,
    gid: 996,
    comment: '',
    home: '/nonexistent',
    shell: '',
  });
  expect(findAccount(PASSWD, 'svc-web')).toBeUndefined();
  expect(findAccount(PASSWD, 'broken')).toBeUndefined();
});

test('reads groups and finds them by name, then by number', () => {
  const groups = parseGroups(['sudo:x:27:pi,nas', 'pi:x:1000:', '+:::', '27:x:5000:']);
  expect(groups).toHaveLength(3);
  expect(findGroup(groups, 'sudo')).toEqual({ name: 'sudo', gid: 27, members: ['pi', 'nas'] });
  expect(findGroup(groups, '1000')?.name).toBe('pi');
  expect(findGroup(groups, '27')?.gid).toBe(5000);
  expect(findGroup(groups, 'docker')).toBeUndefined();
});

test('reads hash and end of an account from shadow', () => {
  const lines = ['pi:$y$j9T$abc:19700:0:99999:7::20000:', 'new:!:19700:0:99999:7:::', 'busy:*:1::::::'];
  expect(findShadow(lines, 'pi')).toEqual({
    hash: '$y$j9T$abc',
    ...{ shortest: 0, longest: 99999, warning: 7, expires: 20000 },
  });
  expect(findShadow(lines, 'new')).toMatchObject({ hash: '!', longest: 99999 });
  expect(findShadow(lines, 'busy')).toEqual({ hash: '*' });
  expect(findShadow([], 'pi')).toBeUndefined();
});

test.each([
  ['!', true],
  ['!$6$x$y', true],
  ['*', true],
  ['', false],
  ['$6$x$y', false],
])('hash %j: locked is %s', (hash, locked) => {
  expect(isLocked(hash)).toBe(locked);
});
