import { describe, expect, test } from 'vitest';
import { cron } from '../../src/modules/cron.ts';
import { complaint } from './on-shells.ts';
import { isFailure } from '../../src/model/module.ts';

/** What the host answers → what is done. */
function plan(answer: string, given: Record<string, unknown>) {
  const params = cron.params.parse(given);
  const probe = cron.probe(params, {});
  if (probe.kind !== 'ask') throw new Error('it asks the host');
  return cron.plan(
    probe.parse({ code: 0, stdout: answer, stderr: '', bytes: Buffer.from(answer) }),
    params,
    {},
  );
}

const JOB = { name: 'a', job: 'run', special_time: 'reboot' };
const TABLE = 'me=root\ntool=/usr/bin/crontab\ncode=0\nerror=\n---\n';

describe('what is done', () => {
  test('no crontab yet is an empty one', () => {
    const planned = plan('me=root\ntool=/usr/bin/crontab\ncode=1\nerror=no crontab for root\n---\n', JOB);
    expect(planned).toMatchObject([
      {
        summary: 'put job a into the crontab of root',
        before: '',
        after: '#homerun: a\n@reboot run\n',
        subject: 'the crontab of root',
      },
    ]);
  });

  test('as asked: nothing', () => {
    expect(plan(`${TABLE}#homerun: a\n@reboot run\n`, { ...JOB, run_now: true })).toEqual([]);
  });

  test('a job is run now when it is new, not when it is adopted', () => {
    expect(plan(TABLE, { ...JOB, run_now: true })).toHaveLength(2);
    expect(plan(`${TABLE}@reboot run\n`, { ...JOB, run_now: true })).toHaveLength(1);
    expect(
      plan(`${TABLE}#homerun: a\n@reboot old run\n`, { ...JOB, job: 'new', run_now: true }),
    ).toHaveLength(2);
  });

  test.each([
    [
      'me=root\ntool=\n---\n',
      'there is no `crontab` on this host',
      'install cron first: `apt: {name: cron}`',
    ],
    [
      "me=root\ntool=/c\ncode=1\nerror=crontab: user `x' unknown\n---\n",
      "crontab: user `x' unknown",
      'create x first, with `user`',
    ],
    [
      'me=pi\ntool=/c\ncode=1\nerror=must be privileged to use -u\n---\n',
      'must be privileged to use -u',
      'add `become: true`',
    ],
    [
      'me=root\ntool=/c\nplain=yes\ncode=0\nerror=\n---\n',
      'the cron of this host (busybox) does not know @reboot',
      'give minute, hour, day, month and weekday, or install cron',
    ],
  ])('%j: %s', (answer, failed, hint) => {
    expect(plan(answer, { ...JOB, user: 'x' })).toEqual({ failed, hint });
  });

  test('a table in another encoding is left alone', () => {
    const params = cron.params.parse(JOB);
    const probe = cron.probe(params, {});
    const bytes = Buffer.concat([Buffer.from(TABLE), Buffer.from([0xe9, 0x0a])]);
    const answer = { code: 0, stdout: bytes.toString(), stderr: '', bytes };
    const planned = probe.kind === 'ask' ? cron.plan(probe.parse(answer), params, {}) : [];
    expect(isFailure(planned) && planned.failed).toContain('is not UTF-8');
  });
});

test.each([
  [{ name: 'a' }, '`cron` needs `job` unless `state: absent`'],
  [{ name: 'a', job: 'x\ny' }, 'a crontab has one line for each entry'],
  [{ name: 'a', job: 'x', minute: '61' }, '`61` is not a minute of cron'],
  [{ name: 'a', job: 'x', minute: 5, special_time: 'daily' }, '`special_time` stands instead of'],
  [{ name: 'a', job: 'x', run_now: true }, '`run_now` is for `special_time: reboot`'],
  [{ name: 'a b', job: 'x', env: true }, '`a b` is no name of a variable'],
  [{ name: 'a', job: 'x', cron_file: 'my.file' }, 'a name of letters, digits'],
])('%j is refused', (given, message) => {
  expect(complaint(cron, given)).toContain(message);
});
