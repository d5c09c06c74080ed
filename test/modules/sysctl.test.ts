import { describe, expect, test } from 'vitest';
import { sysctl } from '../../src/modules/sysctl.ts';
import { SHELLS } from '../rig.ts';
import { noFile, textFile } from './file-fixture.ts';
import { complaint, summaries, summariesHere } from './on-shells.ts';

const none = noFile('/etc/sysctl.d/99-homerun.conf');
const holding = (text: string) => textFile('/etc/sysctl.d/99-homerun.conf', text);
const NAME = 'net.ipv4.tcp_rmem';
const create = 'create /etc/sysctl.d/99-homerun.conf';
const live = `set ${NAME} to 1 2 3 in the running kernel`;

describe('what is done', () => {
  test.each([
    ['nothing set yet', { file: none, live: '4 5 6', others: [] }, {}, [create, live]],
    [
      'as asked, in the words of the kernel',
      { file: holding(`${NAME}=1 2  3\n`), live: '1\t2\t3\n', others: [] },
      {},
      [],
    ],
    ['lost in the running kernel', { file: holding(`${NAME}=1 2 3\n`), live: '4', others: [] }, {}, [live]],
    ['only the file', { file: none, live: '4', others: [] }, { sysctl_set: false }, [create]],
    [
      'unknown to the kernel',
      { file: none, others: [] },
      {},
      [`failed: the kernel of this host has no setting ${NAME}`],
    ],
    ['unknown, but never mind', { file: none, others: [] }, { ignoreerrors: true }, [create]],
    [
      'another file wins',
      { file: none, live: '4', others: [`/etc/sysctl.d/99-sysctl.conf:${NAME} = 4`] },
      {},
      [
        `failed: /etc/sysctl.d/99-sysctl.conf is read after /etc/sysctl.d/99-homerun.conf and sets ${NAME} to 4: it would win at the next start`,
      ],
    ],
    [
      'others that do not count',
      {
        file: none,
        live: '1 2 3',
        others: [
          `/etc/sysctl.d/10-x.conf:${NAME} = 4`,
          `/etc/sysctl.d/99-z.conf:#${NAME}=4`,
          `/etc/sysctl.d/99-z.conf:${NAME}=1 2 3`,
        ],
      },
      {},
      [create],
    ],
    [
      'gone',
      { file: holding(`a.b=1\n${NAME}=1\n`), live: '1', others: [] },
      { state: 'absent' },
      ['update /etc/sysctl.d/99-homerun.conf'],
    ],
    ['gone already', { file: none, live: '1', others: [] }, { state: 'absent' }, []],
  ] as const)('%s', (_title, state, given, wanted) => {
    expect(summaries(sysctl, state, { name: NAME, value: '1 2 3', ...given })).toEqual(wanted);
  });
});

test.each(SHELLS)('asks the kernel of this machine through %s', async (shell) => {
  const file = '/nowhere/at/all.conf';
  expect(
    await summariesHere(shell, sysctl, { name: 'kernel.ostype', value: 'Linux', sysctl_file: file }),
  ).toEqual([`create ${file}`]);
  expect(await summariesHere(shell, sysctl, { name: 'kernel.no_such', value: 1, sysctl_file: file })).toEqual(
    ['failed: the kernel of this host has no setting kernel.no_such'],
  );
});

test.each([
  [{ name: 'net.ipv4.ip_forward' }, '`sysctl` needs `value`'],
  [{ name: 'ip_forward', value: 1 }, 'no such kernel setting'],
  [{ name: 'net.ipv4.$(reboot)', value: 1 }, 'no such kernel setting'],
  [{ name: '../../etc/passwd', value: 1 }, 'no such kernel setting'],
])('%j is refused', (given, message) => {
  expect(complaint(sysctl, given)).toContain(message);
});
