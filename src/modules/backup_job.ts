import { ask, defineModule } from '../model/module.ts';
import { type BackupParams, backupParams } from './lib/backup-params.ts';
import { planAbsent, planPresent } from './lib/backup-plan.ts';
import { type BackupState, backupProbe, readBackup } from './lib/backup-probe.ts';
import { backupFiles } from './lib/backup-script.ts';

/** A backup of a host's folders, on schedule. */
export const backupJob = defineModule<BackupParams, BackupState>({
  name: 'backup_job',
  summary: 'Keeps folders of a host in a repository on a NAS or a disk, on schedule.',
  description: `Writes one script, \`/usr/local/sbin/homerun-backup-NAME\`, and a systemd service and timer that run it. The timer
catches up on what was missed while the host was off. The script also restores: call it without arguments to see how.

A run is skipped while another one is at work. It refuses, and its unit fails with exit code 69, where the other host, the
\`mount\` or the repository is not there: no repository is ever made by a run, so nothing is written to the place of a disk
that is not mounted. Only locks of processes that are gone are removed.

The last good backup is in \`/var/lib/homerun-backup/NAME/health.json\`; \`backup_health\` asserts on it. What became of the
last try is in \`/run/homerun-backup/NAME.json\` and in the journal.

**Keep a copy of the password elsewhere**: a repository cannot be read without it. One that was made on the host is gone
with its SD card. \`state: absent\` leaves password, key and repository where they are.`,
  params: backupParams,
  examples: [
    {
      title: 'Encrypted, on a NAS',
      yaml: `backup_job:
  name: pi
  paths: [/etc, /home]
  optional_paths: [/var/lib/misc/dnsmasq.leases]
  exclude: ['*.cache']
  repository: sftp:backup-pi@192.168.1.21:/restic
  host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPsSrwEr9Iwmt8l7Ql+CtUuJdnFJqc2e9QcUj/jU3b2Y
`,
      needs: 'systemd',
    },
    {
      title: 'Plain folders on a disk, with a dump of a database',
      yaml: `backup_job:
  name: blog
  method: rsync
  paths: [/srv/blog, /var/tmp/blog.sql]
  repository: /mnt/disk/blog
  mount: /mnt/disk
  before: sqlite3 /srv/blog/blog.db .dump >/var/tmp/blog.sql
  after: rm -f /var/tmp/blog.sql
  retention: {daily: 14, weekly: 8, monthly: 12}
`,
      needs: 'systemd',
    },
    { title: 'No such job', yaml: 'backup_job:\n  name: blog\n  state: absent\n', needs: 'systemd' },
  ],
  returns: { script: 'path of the script', health: 'path of the health file' },
  probe: (given) => ask(backupProbe(given), (answer) => readBackup(answer, given)),
  plan(state, given) {
    if (state.timer === undefined)
      return { failed: 'this host does not run systemd', hint: 'its timer would be what starts the backup' };
    return given.state === 'absent' ? planAbsent(state, given) : planPresent(state, given);
  },
  result: (_state, { name }) => ({ script: backupFiles(name).script, health: backupFiles(name).health }),
});
