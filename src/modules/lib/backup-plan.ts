import { type Change, type Failure, type Plan, isFailure, run } from '../../model/module.ts';
import { joinScripts, raw, sh } from '../../model/script.ts';
import { attributeChanges } from './attributes.ts';
import type { BackupParams } from './backup-params.ts';
import { type BackupState, knownHosts, passwordContent } from './backup-probe.ts';
import { backupFiles, backupScript } from './backup-script.ts';
import { backupService, backupTimer } from './backup-units.ts';
import { planFile } from './file-change.ts';
import type { FileState } from './file-state.ts';
import { type Unit, isStarted, unitCommand } from './systemctl.ts';
import { planEnabled } from './unit-plan.ts';

/** What makes the job. The timer comes last: it starts nothing before the repository has been opened. */
export function planPresent(state: BackupState, given: BackupParams): Plan {
  const refusal = whatIsWrong(state, given);
  if (refusal) return refusal;
  const { files, timer } = state;
  if (timer === undefined) return [];
  const { script, timerUnit } = backupFiles(given.name);
  const owned = { owner: 'root', group: 'root', createFolder: true };
  const plans = [
    planPassword(files.password, given),
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
  // A new password may be one that does not open it.
  const isOtherPassword = passwordContent(given) !== undefined && files.password.content.kind !== 'same';
  if (!state.isOpened || isOtherPassword)
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
  return [...changes, ...enabling, ...starting(timer, timerUnit, isNew)];
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

function starting(timer: Unit, name: string, isNew: boolean): readonly Change[] {
  if (isStarted(timer) && !isNew) return [];
  const verb = isStarted(timer) ? 'restart' : 'start';
  const actions = [run(unitCommand(verb, name))];
  return [{ summary: `${verb} ${name}`, before: timer.active, after: 'active', actions }];
}

/** systemd reads a changed unit only when it is told to. */
function reloaded(plan: Plan): Plan {
  if (isFailure(plan)) return plan;
  return plan.map((change) => ({
    ...change,
    actions: [...change.actions, run(raw('systemctl daemon-reload'))],
  }));
}

/** Password, key and repository stay. */
export function planAbsent({ files, timer }: BackupState, { name }: BackupParams): Plan {
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
