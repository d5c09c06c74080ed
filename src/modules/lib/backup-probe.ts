import type { Output } from '../../model/module.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { Secret } from '../../model/secret.ts';
import { Answers } from './answers.ts';
import { type BackupParams, placeOf } from './backup-params.ts';
import { backupFiles, backupScript } from './backup-script.ts';
import { backupService, backupTimer } from './backup-units.ts';
import { type FileQuestion, type FileState, fileStatesScript, parseFileStates } from './file-state.ts';
import { type Unit, readUnit, unitScript } from './systemctl.ts';

/** What there is of a job on its host. */
export interface BackupState {
  /** Undefined where systemd does not run the host. */
  readonly timer: Unit | undefined;
  /** Programs that the job needs and the host lacks. */
  readonly missing: readonly string[];
  /** What systemd says of the schedule, where it does not take it. */
  readonly scheduleError?: string;
  /** Whether this host has opened this repository before. */
  readonly isOpened: boolean;
  readonly files: Readonly<Record<(typeof FILES)[number], FileState>>;
}

const FILES = ['password', 'knownHosts', 'script', 'service', 'timer', 'opened'] as const;

export function backupProbe(given: BackupParams): Script {
  return joinScripts([
    ...(given.state === 'absent' ? [] : [toolsScript(given), scheduleScript(given.schedule)]),
    unitScript(backupFiles(given.name).timerUnit),
    raw('echo ---'),
    fileStatesScript(questions(given)),
  ]);
}

export function readBackup(output: Output, given: BackupParams): BackupState {
  const answers = new Answers(output);
  const states = parseFileStates(answers.rest);
  const stateOf = (index: number): FileState => {
    const state = states[index];
    if (state === undefined) throw new Error('a question about a backup got no answer');
    return state;
  };
  const [password, known, script, service, timer, opened] = FILES.map((_, index) => stateOf(index));
  if (!password || !known || !script || !service || !timer || !opened)
    throw new Error('a question about a backup got no answer');
  const error = answers.get('schedule');
  return {
    timer: readUnit(answers),
    missing: answers.all('missing'),
    ...(error === '' ? {} : { scheduleError: error }),
    isOpened: opened.content.kind === 'text' && opened.content.text.trim() === given.repository,
    files: { password, knownHosts: known, script, service, timer, opened },
  };
}

/** Independent of the address, which may change while the key stays. */
export function knownHosts(hostKey: string): string {
  return `homerun-backup ${hostKey.trim()}\n`;
}

/** Undefined where the host makes one for itself, and with rsync, which has none. */
export function passwordContent({ password, method }: BackupParams): Secret | undefined {
  if (method !== 'restic') return undefined;
  const text = password instanceof Secret ? password.reveal() : (password ?? '');
  return text === '' ? undefined : new Secret(`${text}\n`);
}

function questions(given: BackupParams): readonly FileQuestion[] {
  const paths = backupFiles(given.name);
  const wanted = (path: string, content: string | Secret | undefined): FileQuestion =>
    content === undefined || given.state === 'absent' ? { path } : { path, content: { wanted: content } };
  return [
    wanted(paths.password, passwordContent(given)),
    wanted(paths.knownHosts, given.host_key === undefined ? undefined : knownHosts(given.host_key)),
    wanted(paths.script, backupScript(given)),
    wanted(paths.service, backupService(given)),
    wanted(paths.timer, backupTimer(given)),
    { path: paths.opened, content: 'text' },
  ];
}

function toolsScript({ method, repository = '' }: BackupParams): Script {
  const remote = placeOf(repository, method)?.account !== undefined;
  const tools = [method, 'flock', 'mountpoint', 'timeout', ...(remote ? ['ssh'] : [])];
  return sh`for tool in ${tools}; do command -v "$tool" >/dev/null || echo "missing=$tool"; done`;
}

function scheduleScript(schedule: string): Script {
  return sh`if command -v systemd-analyze >/dev/null; then
  said=$(LC_ALL=C systemd-analyze calendar -- ${schedule} 2>&1 >/dev/null) || printf 'schedule=%s\n' "$(printf '%s\n' "$said" | head -n 1)"
fi`;
}
