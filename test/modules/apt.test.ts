import { describe, expect, test } from 'vitest';
import { isFailure } from '../../src/model/module.ts';
import { Secret } from '../../src/model/secret.ts';
import { apt } from '../../src/modules/apt.ts';
import { Answers } from '../../src/modules/lib/answers.ts';
import { readApt } from '../../src/modules/lib/apt-probe.ts';

/** What a host answers → what is done. */
function plan(answer: string, given: Record<string, unknown>) {
  const params = apt.params.parse(given);
  const stdout = `debian=yes\narch=amd64\n${answer}`;
  const state = readApt(new Answers({ code: 0, stdout, stderr: '', bytes: Buffer.from(stdout) }), params);
  return apt.plan(state, params, {});
}

function summaries(answer: string, given: Record<string, unknown>): readonly string[] {
  const planned = plan(answer, given);
  if (isFailure(planned)) return [planned.failed];
  return planned.map((change) => (change.harmless ? `(${change.summary})` : change.summary));
}

const CRON = 'package=ii |cron|3.0|\n';
const POLICY = 'policy=cron:\npolicy=  Candidate: 3.1\npolicy=vim:\npolicy=  Candidate: 9.0\n';
const FRESH = 'now=100000\nfetched=99000\nlists=yes\n';
const OLD = 'now=100000\nfetched=50\nlists=yes\n';

describe('what is done', () => {
  test.each([
    ['all is there', CRON, { name: 'cron' }, []],
    ['one is missing', CRON + POLICY, { name: ['cron', 'vim'] }, ['install vim 9.0']],
    ['names with commas', CRON + POLICY, { name: 'cron, vim' }, ['install vim 9.0']],
    ['unknown to the lists', CRON, { name: 'vim' }, ['refresh the package lists, then install vim']],
    ['newer', CRON + POLICY, { name: 'cron', state: 'latest' }, ['install cron 3.1 (now 3.0)']],
    ['newest', CRON + POLICY.replace('3.1', '3.0'), { name: 'cron', state: 'latest' }, []],
    ['another version', CRON + POLICY, { name: 'cron=2.*' }, ['install cron 2.* (now 3.0)']],
    ['that version', CRON, { name: 'cron=3.*' }, []],
    ['only upgrade', POLICY, { name: 'vim', state: 'latest', only_upgrade: true }, []],
    ['lists are fresh', FRESH + CRON, { name: 'cron', update_cache: true }, []],
    ['lists are old', OLD + CRON, { name: 'cron', update_cache: true }, ['(refresh the package lists)']],
    ['old, but not too old', OLD, { cache_valid_time: 200_000 }, []],
    [
      'lists of the future',
      FRESH.replace('99000', '900000'),
      { update_cache: true },
      ['(refresh the package lists)'],
    ],
    ['no lists', 'now=100000\nfetched=99999\n', { update_cache: true }, ['(refresh the package lists)']],
    [
      'newest with old lists',
      OLD + CRON + POLICY,
      { name: 'cron', state: 'latest', update_cache: true },
      ['refresh the package lists, then install cron (the newest) (now 3.0)'],
    ],
    ['not there anyway', '', { name: 'vim', state: 'absent' }, []],
    ['absent', CRON, { name: ['cron', 'vim'], state: 'absent' }, ['remove cron']],
    ['leftovers stay', 'package=rc |cron|3.0|\n', { name: 'cron', state: 'absent' }, []],
    [
      'leftovers go',
      'package=rc |cron|3.0|\n',
      { name: 'cron', state: 'absent', purge: true },
      ['purge cron'],
    ],
    ['virtual', 'package=ii |mawk|1|awk\npolicy=awk:\npolicy=  Candidate: (none)\n', { name: 'awk' }, []],
    [
      'a real package that another provides, too',
      'package=ii |systemd-cron|1|cron\npolicy=cron:\npolicy=  Candidate: 3.1\n',
      { name: 'cron' },
      ['install cron 3.1'],
    ],
    ['disorder', 'package=iF |vim|9.0|\n', { name: 'vim' }, ['finish configuring vim']],
    [
      'a broken-off dpkg',
      `interrupted=yes\n${CRON}`,
      { name: 'cron' },
      ['finish configuring what dpkg was at'],
    ],
    [
      'upgrade',
      'upgrade=libc6 [2.36-9] (2.36-10 Debian:12 [amd64])\nupgrade=new-one (1.0 Debian:12 [all]) []\n',
      { upgrade: 'dist' },
      ['upgrade 2 packages'],
    ],
    [
      'autoremove',
      'unneeded=liba [1]\n',
      { autoremove: true },
      ['remove packages that nothing needs any more'],
    ],
    ['a file', 'deb=vim\nversion=9.1\n', { deb: '/tmp/vim.deb' }, ['install vim 9.1 from /tmp/vim.deb']],
    ['a file that is installed', 'deb=vim\nversion=9.1\nhas=ii |9.1\n', { deb: '/tmp/vim.deb' }, []],
    ['no such file', '', { deb: '/tmp/vim.deb' }, ['/tmp/vim.deb is no Debian package on this host']],
  ] as const)('%s', (_title, answer, given, wanted) => {
    expect(summaries(answer, given)).toEqual(wanted);
  });

  test('before and after name the versions', () => {
    const planned = plan(CRON + POLICY, { name: ['cron', 'vim'], state: 'latest' });
    expect(planned).toMatchObject([{ before: 'cron 3.0\nvim (not installed)', after: 'cron 3.1\nvim 9.0' }]);
  });

  test('no Debian: a failure with a hint', () => {
    const params = apt.params.parse({ name: 'cron' });
    const state = readApt(new Answers({ code: 0, stdout: '', stderr: '', bytes: Buffer.from('') }), params);
    expect(apt.plan(state, params, {})).toEqual({
      failed: 'apt is not on this host',
      hint: 'apt works on Debian, Ubuntu and Raspberry Pi OS',
    });
  });
});

describe('debconf', () => {
  const debconf = [{ name: 'vim', question: 'vim/pass', vtype: 'password', value: new Secret('hunter2') }];

  test('answers go through standard input, marked as secret', () => {
    const planned = plan(POLICY, { name: 'vim', debconf });
    const [action] = isFailure(planned) ? [] : (planned[0]?.actions ?? []);
    const script = action?.kind === 'run' ? action.script : undefined;
    expect(script?.text).toMatch(
      /printf .*'vim' 'vim\/pass' 'password' 'hunter2'; \} \| debconf-set-selections/s,
    );
    expect(script?.secrets.map((secret) => secret.reveal())).toEqual(['hunter2']);
  });

  test('a package that is installed is not asked again', () => {
    const planned = plan(`package=ii |vim|8|\n${POLICY}`, { name: 'vim', state: 'latest', debconf });
    expect(JSON.stringify(planned)).not.toContain('debconf-set-selections');
  });
});

test.each(['Vim', 'a b', 'vim; reboot', '--purge', 'vim='])('%j is no package', (name) => {
  expect(apt.params.safeParse({ name }).error?.issues[0]?.message).toContain('is no package');
});
