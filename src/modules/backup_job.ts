import { type Change, type Failure, type Plan, ask, defineModule, isFailure, run } from '../model/module.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { type BackupParams, backupParams } from './lib/backup-params.ts';
import {
  type BackupState,
  backupProbe,
  knownHosts,
  passwordContent,
  readBackup,
} from './lib/backup-probe.ts';
import { attributeChanges } from './lib/attributes.ts';
import { backupFiles, backupScript } from './lib/backup-script.ts';
import { backupService, backupTimer } from './lib/backup-units.ts';
import { planFile } from './lib/file-change.ts';
import type { FileState } from './lib/file-state.ts';
import { isStarted, unitCommand } from './lib/systemctl.ts';
import { planEnabled } from './lib/unit-plan.ts';

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

function planPresent(state: BackupState, given: BackupParams): Plan {
  const refusal = whatIsWrong(state, given);
  if (refusal) return refusal;
  const { files, timer } = state;
  if (timer === undefined) return [];
  const { script, timerUnit } = backupFiles(given.name);
  const owned = { owner: 'root', group: 'root', createFolder: true };
  const password = planPassword(files.password, given);
  const plans = [
    password,
    given.host_key === undefined
      ? []
      : planFile(files.knownHosts, { content: knownHosts(given.host_key), ...owned, mode: '0644' }),
    planFile(files.script, { content: backupScript(given), ...owned, mode: '0700', validate: 'sh -n %s' }),
    reloaded(planFile(files.service, { content: backupService(given), ...owned, mode: '0644' })),
    reloaded(planFile(files.timer, { content: backupTimer(given), ...owned, mode: '0644' })),
  ];
  const failure = plans.find(isFailure);
  if (failure) return failure;
  const changes = plans.flatMap((plan) => (isFailure(plan) ? [] : plan));
  if (!state.isOpened)
    changes.push({
      summary: `open the repository ${given.repository ?? ''}, or make it`,
      actions: [run(sh`${script} init`)],
    });
  const isNew = files.timer.content.kind !== 'same';
  const enabling = planEnabled(
    isNew && timer.enabled === 'static' ? { ...timer, enabled: 'disabled' } : timer,
    {
      name: timerUnit,
      enabled: true,
    },
  );
  if ('failed' in enabling) return enabling;
  const verb = isStarted(timer) ? (isNew ? 'restart' : undefined) : 'start';
  const starting: readonly Change[] =
    verb === undefined
      ? []
      : [
          {
            summary: `${verb} ${timerUnit}`,
            before: timer.active,
            after: 'active',
            actions: [run(unitCommand(verb, timerUnit))],
          },
        ];
  return [...changes, ...enabling, ...starting];
}

/** What would make a job that cannot run. */
function whatIsWrong({ missing, scheduleError }: BackupState, given: BackupParams): Failure | undefined {
  if (scheduleError !== undefined)
    return {
      failed: `systemd does not take \`${given.schedule}\` for a time: ${scheduleError}`,
      hint: 'try it with `systemd-analyze calendar`; each day at half past two is `*-*-* 02:30`',
    };
  if (missing.length === 0) return undefined;
  return { failed: `not on this host: ${missing.join(', ')}`, hint: 'install it first (module apt)' };
}

/** Where none was given, one is made on the host: it is in no plan, no log and no argument. */
function planPassword(file: FileState, given: BackupParams): Plan {
  if (given.method !== 'restic') return [];
  const owned = { owner: 'root', group: 'root', mode: '0600' };
  const content = passwordContent(given);
  if (content !== undefined) return planFile(file, { content, ...owned, createFolder: true });
  if (file.type === 'file') return attributeChanges(file, owned);
  const { folder, password } = backupFiles(given.name);
  const make = sh`umask 077
mkdir -p -m 755 ${folder} && head -c 30 /dev/urandom | base64 >${`${password}.new`} && mv ${`${password}.new`} ${password}`;
  return [{ summary: `make a password in ${password}`, actions: [run(make)] }];
}

/** systemd reads a changed unit only when it is told to. */
function reloaded(plan: Plan): Plan {
  if (isFailure(plan)) return plan;
  return plan.map((change) => ({
    ...change,
    actions: [...change.actions, run(raw('systemctl daemon-reload'))],
  }));
}

function planAbsent({ files, timer }: BackupState, { name }: BackupParams): Plan {
  const { script, service, timer: timerFile, timerUnit, knownHosts } = backupFiles(name);
  const present = [files.timer, files.service, files.script, files.knownHosts].some(
    ({ type }) => type !== 'absent',
  );
  if (!present) return [];
  const stop =
    timer?.load === 'not-found' ? raw(':') : sh`systemctl disable --quiet --now -- ${timerUnit} || exit`;
  const remove = sh`rm -f -- ${[timerFile, service, script, knownHosts]} && systemctl daemon-reload`;
  return [
    {
      summary: `remove the backup ${name}`,
      before: script,
      after: '',
      actions: [run(joinScripts([stop, remove]))],
    },
  ];
}
