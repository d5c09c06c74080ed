import { describe, expect, test } from 'vitest';
import { printSshdConfig } from '../../src/modules/lib/sshd-config.ts';
import { sshdConfig } from '../../src/modules/sshd_config.ts';

// What a real sshd makes of it is in test/rehearsal/backup.test.ts.

test('the file holds settings, repeated keys and blocks', () => {
  const asked = sshdConfig.params.parse({
    settings: { PasswordAuthentication: false, Port: [22, 2222], AcceptEnv: 'LANG LC_*' },
    match: [
      { criteria: 'Group backups', settings: { ChrootDirectory: '%h', PermitTTY: false } },
      { criteria: 'User git Address 10.8.0.0/24', settings: { ForceCommand: 'internal-sftp -R' } },
    ],
  });
  expect(printSshdConfig(asked as Parameters<typeof printSshdConfig>[0]))
    .toBe(`# Written by homerun: changes by hand are undone by its next run.
PasswordAuthentication no
Port 22
Port 2222
AcceptEnv LANG LC_*

Match Group backups
    ChrootDirectory %h
    PermitTTY no

Match User git Address 10.8.0.0/24
    ForceCommand internal-sftp -R
`);
});

describe('parameters of sshd_config', () => {
  test.each([
    [{}, '`sshd_config` needs `settings` or `match`'],
    [{ settings: { 'Port 22\nPermitRootLogin': 'yes' } }, 'is no keyword of sshd'],
    [{ settings: { Match: 'all' } }, '`Match` is no setting: use `match`, or another file'],
    [{ settings: { Banner: 'a\nPermitRootLogin yes' } }, '`Banner` must be text of one line'],
    [{ settings: { Banner: { a: 1 } } }, '`Banner` must be text of one line'],
    [{ match: [{ criteria: 'exec "rm -rf /"', settings: { PermitTTY: true } }] }, 'criteria such as'],
    [{ name: '../sshd_config', settings: { PermitTTY: true } }, 'a name of letters'],
  ])('%j is refused', (params, message) => {
    const result = sshdConfig.params.safeParse(params);
    expect(result.error?.issues.map((issue) => issue.message).join('\n')).toContain(message);
  });
});
