import { z } from 'zod';
import { type Change, type Failure, ask, defineModule, isFailure, run } from '../model/module.ts';
import { flag, text } from '../model/schema.ts';
import { raw, sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { type CronField, fieldError, removeJob, removeVariable, setJob, setVariable } from './lib/crontab.ts';
import { type CronTable, installTable, readTable, runOnce, tableScript } from './lib/cron-table.ts';
import { planFile } from './lib/file-change.ts';

const field = (name: CronField, range: string) =>
  text
    .default('*')
    .superRefine((value, context) => {
      const message = fieldError(name, value);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .describe(`${range}, a list \`1,3\`, a range \`1-5\`, steps \`*/5\`, or \`*\` for every.`);

const line = text.refine((value) => !/[\n\r]/.test(value), 'a crontab has one line for each entry');

const params = z
  .strictObject({
    name: line.describe('Name of the job, kept in a comment above it; with `env`, name of the variable.'),
    job: line
      .optional()
      .describe(
        'Command, written as in a crontab: `%` begins its standard input, `\\%` is a percent sign. With `env`, the value.',
      ),
    value: line.optional().describe('With `env`: the value; another word for `job`.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the entry shall be there.'),
    user: text
      .optional()
      .describe('Whose crontab; with `cron_file`, as whom the job runs. Default: the user of the task.'),
    minute: field('minute', '0 to 59'),
    hour: field('hour', '0 to 23'),
    day: field('day', '1 to 31'),
    month: field('month', '1 to 12 or `jan` to `dec`'),
    weekday: field('weekday', '0 to 7 (0 and 7 are Sunday) or `sun` to `sat`'),
    special_time: z
      .enum(['reboot', 'yearly', 'annually', 'monthly', 'weekly', 'daily', 'hourly', 'midnight'])
      .optional()
      .describe('Instead of the five fields. `reboot`: when the host starts.'),
    env: flag.default(false).describe('The entry is a variable for the jobs below it.'),
    disabled: flag.default(false).describe('Keeps the job as a comment that is not run.'),
    cron_file: z
      .string()
      .regex(
        /^(?:\/.*\/)?[A-Za-z0-9_-]+$/,
        'a name of letters, digits, `_` and `-`: cron reads no other files',
      )
      .optional()
      .describe('A file in /etc/cron.d (or an absolute path) instead of a crontab. Needs root.'),
    backup: flag.default(false).describe('Keeps the table as it was before a change.'),
    run_now: flag
      .default(false)
      .describe(
        'Runs a `reboot` job once when it is added or changed, instead of waiting for the next start.',
      ),
  })
  .superRefine((given, context) => {
    const command = given.job ?? given.value;
    if (given.state === 'present' && command === undefined)
      context.addIssue({
        code: 'custom',
        path: ['job'],
        message: '`cron` needs `job` unless `state: absent`',
      });
    if (given.special_time !== undefined && FIELDS.some((name) => given[name] !== '*'))
      context.addIssue({
        code: 'custom',
        path: ['special_time'],
        message: '`special_time` stands instead of minute, hour, day, month and weekday: give one of them',
      });
    if (given.run_now && given.special_time !== 'reboot')
      context.addIssue({
        code: 'custom',
        path: ['run_now'],
        message: '`run_now` is for `special_time: reboot`',
      });
    if (given.env && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(given.name))
      context.addIssue({
        code: 'custom',
        path: ['name'],
        message: `\`${given.name}\` is no name of a variable`,
      });
  });

type Params = z.infer<typeof params>;

const FIELDS = ['minute', 'hour', 'day', 'month', 'weekday'] as const;

export const cron = defineModule<Params, CronTable | Failure>({
  name: 'cron',
  summary: 'Keeps a job or a variable in a crontab.',
  description: `A job is found again by the comment \`#homerun: NAME\` above it (\`#Ansible: NAME\` is understood too).
The same job without such a comment is adopted. All other lines stay byte for byte.

An \`@reboot\` job runs at the next start of the host and not before; \`run_now: true\` also starts it once, in the
background, when it was added or changed. The network may not be up yet when cron runs it, and \`PATH\` is
\`/usr/bin:/bin\`. cron takes an unescaped \`%\` for a newline: write \`\\%\`, e.g. in \`date +\\%F\`.`,
  params,
  examples: [
    {
      title: 'Start something when the host starts',
      yaml: 'cron:\n  name: start the tunnel\n  special_time: reboot\n  job: /usr/local/bin/tunnel\n',
      needs: 'root',
    },
    {
      title: 'A nightly job of another user',
      yaml: 'cron:\n  name: backup\n  user: pi\n  minute: 30\n  hour: 2\n  job: /usr/local/bin/backup --log "$(date +\\%F)"\n',
      needs: 'root',
    },
    {
      title: 'A job in /etc/cron.d',
      yaml: 'cron:\n  name: weather\n  cron_file: weather\n  user: nobody\n  minute: "*/10"\n  job: /usr/local/bin/weather\n',
      needs: 'root',
    },
    {
      title: 'A variable for the jobs below it',
      yaml: 'cron:\n  name: MAILTO\n  env: true\n  value: root@localhost\n',
      needs: 'root',
    },
    { title: 'No such job', yaml: 'cron:\n  name: backup\n  state: absent\n', needs: 'root' },
  ],
  probe: (given) =>
    ask(tableScript(given.user, tablePath(given)), (answer) => readTable(new Answers(answer), given)),
  plan(table, given) {
    if ('failed' in table) return table;
    const after = edit(table.text, given, table.user);
    if (after === table.text) return table.file === undefined ? [] : planFileTable(table, after, given);
    const changes = table.file ? planFileTable(table, after, given) : [change(table, after, given)];
    if (isFailure(changes)) return changes;
    const command = given.job ?? given.value ?? '';
    const lineChanged = !table.text.split('\n').some((text) => text.endsWith(command));
    if (!given.run_now || given.state === 'absent' || given.disabled || !lineChanged) return changes;
    return [...changes, { summary: `run ${given.name} once now`, actions: [runOnce(command, table.user)] }];
  },
});

function tablePath({ cron_file }: Params): string | undefined {
  return cron_file === undefined || cron_file.startsWith('/') ? cron_file : `/etc/cron.d/${cron_file}`;
}

function edit(table: string, given: Params, user: string): string {
  const { name, state, disabled } = given;
  const command = given.job ?? given.value ?? '';
  if (given.env) return state === 'absent' ? removeVariable(table, name) : setVariable(table, name, command);
  if (state === 'absent') return removeJob(table, name);
  const time =
    given.special_time === undefined ? FIELDS.map((each) => given[each]).join(' ') : `@${given.special_time}`;
  const line = [time, ...(given.cron_file === undefined ? [] : [user]), command].join(' ');
  return setJob(table, { name, line, disabled });
}

function change(table: CronTable, after: string, given: Params): Change {
  const where = `the crontab of ${table.user}`;
  const what = given.env ? 'variable' : 'job';
  const verb =
    given.state === 'absent' ? `remove ${what} ${given.name} from` : `put ${what} ${given.name} into`;
  return {
    summary: `${verb} ${where}`,
    before: table.text,
    after,
    subject: where,
    actions: [installTable(after, given.user, given.backup)],
  };
}

function planFileTable({ file, text: before }: CronTable, after: string, { backup, state }: Params) {
  if (file === undefined) return [];
  if (state === 'absent' && file.type === 'absent') return [];
  if (after === '' && before !== '') {
    const actions = [run(sh`${raw('rm -f --')} ${file.real}`)];
    return [{ summary: `remove ${file.real}`, before, after, subject: file.real, actions }];
  }
  return planFile(file, { content: after, owner: 'root', group: 'root', mode: '0644', backup });
}
