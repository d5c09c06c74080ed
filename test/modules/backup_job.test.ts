import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Output } from '../../src/model/module.ts';
import { isFailure } from '../../src/model/module.ts';
import { Secret } from '../../src/model/secret.ts';
import { backupHealth } from '../../src/modules/backup_health.ts';
import { backupJob } from '../../src/modules/backup_job.ts';
import { type BackupParams, placeOf } from '../../src/modules/lib/backup-params.ts';
import { RSYNC } from '../../src/modules/lib/backup-rsync.ts';
import { backupScript } from '../../src/modules/lib/backup-script.ts';

// What real hosts make of it is in test/rehearsal/backup.test.ts.

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPsSrwEr9Iwmt8l7Ql+CtUuJdnFJqc2e9QcUj/jU3b2Y';
const nas = { name: 'pi', paths: ['/etc'], repository: 'sftp:backup-pi@192.168.1.21:/restic', host_key: KEY };

const parsed = (params: object): BackupParams => backupJob.params.parse(params);

describe('parameters of backup_job', () => {
  test.each([
    [
      { ...nas, host_key: undefined },
      '`host_key` is needed, or the host would have to trust whoever answers there',
    ],
    [{ ...nas, paths: [] }, '`backup_job` needs `paths`, unless `state: absent`'],
    [{ ...nas, paths: ['etc'] }, 'an absolute path'],
    [{ ...nas, repository: undefined }, '`backup_job` needs `repository`, unless `state: absent`'],
    [{ ...nas, repository: 'nas:/x' }, '`nas:/x` is neither a folder nor `sftp:USER@HOST:PATH`'],
    [
      { ...nas, method: 'rsync' },
      '`sftp:backup-pi@192.168.1.21:/restic` is neither a folder nor `USER@HOST:PATH`',
    ],
    [{ ...nas, repository: 'sftp:a@-oProxyCommand=x:/r' }, 'is neither a folder'],
    [{ ...nas, retention: { daily: 0, weekly: 0, monthly: 0 } }, '`retention` would keep nothing'],
    [{ ...nas, name: '../x' }, 'a word of letters'],
    [{ ...nas, private_key: '/root/my key' }, 'an absolute path of letters'],
    [{ ...nas, schedule: 'every night' }, 'systemd cannot read `every night` as a time'],
    [{ ...nas, check_subset: 'much' }, 'a share such as `5%`'],
  ])('%j is refused', (params, message) => {
    const result = backupJob.params.safeParse(params);
    expect(result.error?.issues.map((issue) => issue.message).join('\n')).toContain(message);
  });

  test('tell a folder of this host from an account elsewhere', () => {
    expect(placeOf('/mnt/disk', 'restic')).toEqual({ folder: '/mnt/disk' });
    expect(placeOf('sftp:a@h:/r', 'restic')).toEqual({ account: 'a@h', folder: '/r' });
    expect(placeOf('a@h:r', 'rsync')).toEqual({ account: 'a@h', folder: 'r' });
  });

  test('state: absent needs nothing but the name', () => {
    expect(parsed({ name: 'pi', state: 'absent' })).toMatchObject({ state: 'absent' });
  });
});

describe('the script of a backup', () => {
  test.each([
    ['restic, elsewhere', { ...nas, exclude: ["it's", '*.tmp'], before: 'echo "$HOME" >/x', after: 'true' }],
    ['restic, without excludes', nas],
    ['restic, optional paths only', { ...nas, paths: [], optional_paths: ['/a b'] }],
    ['rsync, elsewhere', { ...nas, method: 'rsync', repository: 'a@h:/' }],
    ['rsync, here', { name: 'disk', method: 'rsync', paths: ['/etc'], repository: '/mnt/disk' }],
  ])('is understood by every shell: %s', (_, params) => {
    const script = backupScript(parsed(params));
    for (const shell of [['dash'], ['bash', '--posix'], ['busybox', 'ash']] as const) {
      const [program, ...rest] = shell;
      expect(execFileSync(program, [...rest, '-n'], { input: script, encoding: 'utf8' })).toBe('');
    }
  });

  test('holds no password', () => {
    const script = backupScript(parsed({ ...nas, password: new Secret('correct horse') }));
    expect(script).not.toContain('correct horse');
  });

  test.each([
    [{ daily: 1, weekly: 0, monthly: 0 }, ['2024-03-10']],
    [{ daily: 0, weekly: 3, monthly: 0 }, ['2024-03-10', '2024-03-03', '2024-02-25']],
    [
      { daily: 2, weekly: 2, monthly: 3 },
      ['2024-03-10', '2024-03-09', '2024-03-03', '2024-02-29', '2024-01-31'],
    ],
    // Week 1 of 2025 began in December: its days are one week, although not of one year.
    [
      { daily: 0, weekly: 2, monthly: 0 },
      ['2025-01-05', '2024-12-29'],
      ['2025-01-05', '2024-12-31', '2024-12-30', '2024-12-29'],
    ],
  ])('keeps by %j what it says: %j', (retention, kept, given = everyDay('2024-01-01', '2024-03-10')) => {
    const names = given.map((day) => `${day}T023000Z`);
    const variables = `keep_daily=${retention.daily} keep_weekly=${retention.weekly} keep_monthly=${retention.monthly}`;
    const surplus = execFileSync('sh', ['-c', `${RSYNC}\n${variables}\nsurplus`], {
      input: names.map((name) => `${name}\n`).join(''),
      encoding: 'utf8',
    }).split('\n');
    expect(given.filter((_day, index) => !surplus.includes(names[index] ?? ''))).toEqual(kept);
  });
});

describe('backup_health', () => {
  const judge = (stdout: string): string => {
    const params = backupHealth.params.parse({ name: 'pi' });
    const probe = backupHealth.probe(params, {});
    if (probe.kind !== 'ask') throw new Error('it asks');
    const answer: Output = { code: 0, stdout, stderr: '', bytes: Buffer.from(stdout) };
    const plan = backupHealth.plan(probe.parse(answer), params, {});
    return isFailure(plan) ? `${plan.failed} | ${plan.hint ?? ''}` : 'good';
  };
  const health = (time: number, damage = ''): string =>
    `health={"name": "pi", "result": "ok", "time": ${time}, "snapshot": "abc", "seconds": 4, "damage": "${damage}"}\n`;

  test.each([
    [`now=100000\n${health(99_000)}`, 'good'],
    [`now=${27 * 3600}\n${health(0)}`, 'the last good backup pi is 27 hours old, more than 26 | look at'],
    [
      `now=${27 * 3600}\n${health(0)}try={"result": "refused", "message": "no NAS"}\n`,
      'more than 26 | the last try: no NAS',
    ],
    ['now=5\n', 'there is no good backup pi yet'],
    [
      `now=5\n${health(1, 'pack 1a: wrong hash')}`,
      'the data of the backup pi is damaged: pack 1a: wrong hash',
    ],
    ['now=5\nhealth={"na\n', 'is not readable as JSON'],
  ])('%j: %s', (answer, said) => {
    expect(judge(answer)).toContain(said);
  });
});

/** Newest first. */
function everyDay(first: string, last: string): string[] {
  const days: string[] = [];
  for (let time = Date.parse(last); time >= Date.parse(first); time -= 86_400_000)
    days.push(new Date(time).toISOString().slice(0, 10));
  return days;
}
