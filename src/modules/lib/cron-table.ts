import { type Action, type Failure, run } from '../../model/module.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import type { Answers } from './answers.ts';
import { asUser } from './as-user.ts';
import { type FileState, fileStateScript, parseFileState } from './file-state.ts';

/** A crontab, or a file of /etc/cron.d. */
export interface CronTable {
  /** Empty where there is none. */
  readonly text: string;
  /** Whose it is; for a file of /etc/cron.d, as whom the job runs. */
  readonly user: string;
  /** Set for a file of /etc/cron.d. */
  readonly file?: FileState;
}

/** Reads the crontab of a user, or a file in cron.d. */
export function tableScript(user: string | undefined, path: string | undefined): Script {
  if (path !== undefined) {
    return joinScripts([
      raw('[ -d /etc/cron.d ] && echo folder=yes; echo "cron=$(command -v cron crond)"; echo ---'),
      fileStateScript({ path, content: 'text' }),
    ]);
  }
  return joinScripts([
    raw('echo "me=$(id -un)"; echo "tool=$(command -v crontab)"'),
    // Some builds of busybox know no names such as @reboot, and would drop the line in silence.
    raw(`case $(readlink -f "$(command -v crontab)") in
*busybox*) grep -q midnight "$(readlink -f "$(command -v crontab)")" || echo plain=yes ;;
esac`),
    choose(user),
    raw(`errors=$( { LC_ALL=C crontab "$@" -l >/dev/null; } 2>&1 ); echo "code=$?"
printf '%s\\n' "$errors" | sed 's/^/error=/'
echo ---
crontab "$@" -l 2>/dev/null
:`),
  ]);
}

/** What `tableScript` found, or why there can be no such table. */
export function readTable(
  answers: Answers,
  given: { user?: string | undefined; special_time?: string | undefined; cron_file?: string | undefined },
): CronTable | Failure {
  if (given.cron_file !== undefined) return readFileTable(answers, given.user ?? 'root');
  const user = given.user ?? answers.get('me');
  if (!answers.has('tool'))
    return { failed: 'there is no `crontab` on this host', hint: 'install cron first: `apt: {name: cron}`' };
  if (answers.has('plain') && given.special_time !== undefined)
    return {
      failed: `the cron of this host (busybox) does not know @${given.special_time}`,
      hint: 'give minute, hour, day, month and weekday, or install cron',
    };
  const error = answers.all('error').join(' ').trim();
  // Every cron says in its own words that there is no table yet.
  if (answers.get('code') !== '0' && !/no crontab for|can't open|No such file/i.test(error))
    return { failed: error || `crontab -l ended with code ${answers.get('code')}`, ...hintFor(error, user) };
  const { bytes, stdout } = answers.rest;
  if (!Buffer.from(stdout).equals(bytes))
    return {
      failed: `the crontab of ${user} is not UTF-8 text, and is left alone`,
      hint: 'convert it with iconv',
    };
  return { text: answers.get('code') === '0' ? stdout : '', user };
}

function readFileTable(answers: Answers, user: string): CronTable | Failure {
  if (!answers.has('folder'))
    return {
      failed: 'there is no /etc/cron.d on this host',
      hint: 'install cron first: `apt: {name: cron}`',
    };
  const file = parseFileState(answers.rest);
  if (file.type === 'file' && file.content.kind !== 'text')
    return { failed: `${file.real} is no text that can be edited (${file.content.kind})` };
  return { text: file.content.kind === 'text' ? file.content.text : '', user, file };
}

function hintFor(error: string, user: string): { hint?: string } {
  if (/privileged|must be root|not permitted/i.test(error)) return { hint: 'add `become: true`' };
  if (/unknown|unknown user/i.test(error)) return { hint: `create ${user} first, with \`user\`` };
  return {};
}

/** Puts a whole crontab in place, as `crontab` itself does it: it checks the syntax and tells the daemon. */
export function installTable(table: string, user: string | undefined, backup: boolean): Action {
  return run(
    joinScripts([
      choose(user),
      raw(`file=$(mktemp) || exit 1
trap 'rm -f "$file"' EXIT`),
      raw(backup ? BACKUP : ':'),
      sh`printf %s ${table} >"$file" && crontab "$@" "$file"`,
    ]),
  );
}

const BACKUP = `backup=\${TMPDIR:-/var/tmp}/crontab.$(id -un).$(date +%Y-%m-%d@%H:%M:%S)~
(umask 077; crontab "$@" -l >"$backup" 2>/dev/null); echo "$backup"`;

/** Runs a cron command once, as cron would: \`%\` begins the standard input. It goes on when we have gone. */
export function runOnce(command: string, user: string): Action {
  const [first = '', ...input] = command.split(/(?<!\\)%/).map((part) => part.replaceAll('\\%', '%'));
  const account = sh`LOGNAME=${user} USER=${user} SHELL=/bin/sh PATH=/usr/bin:/bin`;
  return run(
    joinScripts([
      asUser(user),
      sh`home=$( { getent passwd ${user} 2>/dev/null || grep ${`^${user}:`} /etc/passwd; } | cut -d: -f6); cd "$home" 2>/dev/null || cd /`,
      raw('detach=env; if command -v setsid >/dev/null; then detach=setsid; fi; trap "" HUP'),
      sh`printf %s ${input.join('\n')} | as_user "$detach" env -i HOME="\${home:-/}" ${account} /bin/sh -c ${first} >/dev/null 2>&1 &`,
    ]),
  );
}

/** Without root, `-u` is refused even for one's own table. */
function choose(user: string | undefined): Script {
  if (user === undefined) return raw('set --');
  return sh`if [ "$(id -un)" = ${user} ]; then set --; else set -- -u ${user}; fi`;
}
