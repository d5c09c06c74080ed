import { z } from 'zod';
import { ask, defineModule, run } from '../model/module.ts';
import { path, text } from '../model/schema.ts';
import { type Script, joinScripts, raw, sh } from '../model/script.ts';
import { accountName } from './lib/account-name.ts';
import { Answers } from './lib/answers.ts';
import { asUser } from './lib/as-user.ts';
import { pathWord } from './lib/path.ts';

const params = z
  .strictObject({
    name: text
      .refine((name) => /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name), {
        error: '`name` begins with a letter; letters, digits, `_` and `-` follow',
      })
      .describe('Name of the session, for `screen -r NAME`.'),
    command: text.optional().describe('The shell command that runs in it. It must not end by itself.'),
    user: accountName.optional().describe('Whose session it is. Default: the user that the task runs as.'),
    chdir: path.optional().describe('Folder that it runs in. Default: the home folder of the user.'),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` ends the session.'),
  })
  .superRefine(({ command, state }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (state === 'present' && (command ?? '').trim() === '') complain('`command` is missing');
    if (command?.includes('\0') === true) complain('`command` holds a NUL');
  });

type Params = z.output<typeof params>;

interface State {
  readonly problem: string;
  readonly hint: string;
  /** Process numbers of sessions of this name. */
  readonly sessions: readonly string[];
  /** Of the only session: what it was started with. */
  readonly command: string;
  readonly same: boolean;
}

/** `screen`: a command in a detached session. */
export const screen = defineModule<Params, State>({
  name: 'screen',
  summary: 'Keeps a command running in a detached screen session',
  description: `One session by this name. Where its command or folder is another one, or where it has ended, it is started anew;
\`screen -r NAME\` looks at it. It does not come back after a reboot by itself: add an \`@reboot\` job with \`cron\`, or better
use \`systemd_unit\`, which also starts it again when it fails. The command stands in the list of processes: no secrets in it.`,
  params,
  examples: [
    {
      title: 'A notebook server',
      yaml: 'screen:\n  name: jupyter\n  user: pi\n  chdir: ~/notebooks\n  command: jupyter notebook --no-browser\n',
      needs: 'root',
    },
    { title: 'Not any more', yaml: 'screen:\n  name: jupyter\n  user: pi\n  state: absent\n', needs: 'root' },
  ],
  probe: (asked) => ask(question(asked), (answer) => readAnswer(new Answers(answer), asked)),
  plan(state, asked) {
    const { name, state: wanted, user } = asked;
    const whose = user === undefined ? '' : ` of ${user}`;
    if (state.problem !== '') return { failed: state.problem, hint: state.hint };
    const quit = joinScripts([prelude(asked), raw(QUIT)]);
    if (wanted === 'absent') {
      if (state.sessions.length === 0) return [];
      const actions = [run(quit)];
      return [{ summary: `end the session ${name}${whose}`, before: state.command, after: '', actions }];
    }
    if (state.same) return [];
    const verb = state.sessions.length === 0 ? 'start' : 'restart';
    return [
      {
        summary: `${verb} the session ${name}${whose}`,
        before: state.command,
        after: commandOf(asked),
        subject: name,
        actions: [run(joinScripts([quit, start(asked)]))],
      },
    ];
  },
});

/** Defines `scr`, which is screen as this user, in its home. */
function prelude({ name, user }: Params): Script {
  const as = user === undefined ? raw('as_user() { "$@"; }') : asUser(user);
  const home =
    user === undefined
      ? raw('home=$HOME')
      : sh`home=$(getent passwd ${user} 2>/dev/null | cut -d : -f 6)
[ -n "$home" ] || home=$(sed -n "s/^${raw(user.replaceAll('.', '\\.').replaceAll('$', '\\$'))}:[^:]*:[^:]*:[^:]*:[^:]*:\\([^:]*\\):.*/\\1/p" /etc/passwd)`;
  return sh`name=${name}
${as}
${home}
scr() { as_user env -u STY HOME="$home" USER=${user ?? raw('"$(id -un)"')} LOGNAME=${user ?? raw('"$(id -un)"')} TERM=xterm SCREENRC=/dev/null screen "$@" </dev/null; }
sessions() { scr -ls 2>/dev/null | sed -n "s/^[[:space:]]*\\([0-9][0-9]*\\)\\.$name[[:space:]].*/\\1/p"; }`;
}

/** What screen was started with stands behind its own words in its command line, which is ended by NULs. */
function question(asked: Params): Script {
  const user =
    asked.user === undefined
      ? raw(':')
      : sh`id ${asked.user} >/dev/null 2>&1 || { echo nobody=yes; exit 0; }`;
  return joinScripts([
    raw('command -v screen >/dev/null || { echo lacking=yes; exit 0; }'),
    user,
    prelude(asked),
    raw(`for pid in $(sessions); do
  echo "session=$pid"
  tr '\\0' '\\n' <"/proc/$pid/cmdline" | tail -n +6 | sed 's/^/line=/'
done`),
  ]);
}

function readAnswer(answers: Answers, asked: Params): State {
  const command = answers.all('line').join('\n');
  const sessions = answers.all('session');
  const lacking = answers.has('lacking') && asked.state === 'present';
  return {
    problem: lacking
      ? 'the host has no screen'
      : answers.has('nobody') && asked.state === 'present'
        ? `there is no user ${asked.user}`
        : '',
    hint: lacking ? 'install the package screen' : 'add the user first',
    sessions,
    command,
    same: sessions.length === 1 && command === commandOf(asked),
  };
}

/** Exactly what stands in the command line. */
function commandOf({ command, chdir }: Params): string {
  const folder = chdir === undefined ? sh`cd` : sh`cd -- ${pathWord(chdir)}`;
  return `${folder.text} || exit\n${(command ?? '').trim()}`;
}

const QUIT = `for pid in $(sessions); do
  scr -S "$pid.$name" -X quit >/dev/null 2>&1
  tries=0
  while kill -0 "$pid" 2>/dev/null; do
    tries=$((tries + 1)); sleep 0.1
    [ $tries -ne 50 ] || kill "$pid" 2>/dev/null
    [ $tries -lt 100 ] || { echo "the session $name does not end" >&2; exit 1; }
  done
done
scr -wipe >/dev/null 2>&1 || :`;

/** Watches it for a moment, because a command that fails at once takes its words with it. */
function start(asked: Params): Script {
  return sh`error=$(scr -dmS "$name" sh -c ${commandOf(asked)} 2>&1) || { printf '%s\n' "$error" >&2; exit 1; }
tries=0
while [ $tries -lt 10 ]; do
  sleep 0.1; tries=$((tries + 1))
  [ -n "$(sessions)" ] || [ $tries -lt 3 ] || { echo "the command ended at once: try it by hand" >&2; exit 1; }
done`;
}
