import { type Change, type Failure, ask, defineModule, isFailure, run } from '../model/module.ts';
import { raw, sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { removeJob, removeVariable, setJob, setVariable } from './lib/crontab.ts';
import { type CronParams, TIME_FIELDS, cronParams } from './lib/cron-params.ts';
import { type CronTable, installTable, readTable, runOnce, tableScript } from './lib/cron-table.ts';
import { planFile } from './lib/file-change.ts';

export const cron = defineModule<CronParams, CronTable | Failure>({
  name: 'cron',
  summary: 'Keeps a job or a variable in a crontab.',
  description: `A job is found again by the comment \`#homerun: NAME\` above it (\`#Ansible: NAME\` is understood too).
The same job without such a comment is adopted. All other lines stay byte for byte.

An \`@reboot\` job runs at the next start of the host and not before; \`run_now: true\` also starts it once, in the
background, when it was added or changed. The network may not be up yet when cron runs it, and \`PATH\` is
\`/usr/bin:/bin\`. cron takes an unescaped \`%\` for a newline: write \`\\%\`, e.g. in \`date +\\%F\`.`,
  params: cronParams,
  aliases: { value: 'job', dow: 'weekday', dom: 'day' },
  unsupported: {
    insertafter: 'leave it out: a new variable stands above all jobs, so that it counts for them',
    insertbefore: 'leave it out: a new variable stands above all jobs, so that it counts for them',
  },
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
      yaml: 'cron:\n  name: MAILTO\n  env: true\n  job: root@localhost\n',
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
    const command = given.job ?? '';
    const lineChanged = !table.text.split('\n').some((text) => text.endsWith(command));
    if (!given.run_now || given.state === 'absent' || given.disabled || !lineChanged) return changes;
    return [...changes, { summary: `run ${given.name} once now`, actions: [runOnce(command, table.user)] }];
  },
});

function tablePath({ cron_file }: CronParams): string | undefined {
  return cron_file === undefined || cron_file.startsWith('/') ? cron_file : `/etc/cron.d/${cron_file}`;
}

function edit(table: string, given: CronParams, user: string): string {
  const { name, state, disabled } = given;
  const command = given.job ?? '';
  if (given.env) return state === 'absent' ? removeVariable(table, name) : setVariable(table, name, command);
  if (state === 'absent') return removeJob(table, name);
  const time =
    given.special_time === undefined
      ? TIME_FIELDS.map((each) => given[each]).join(' ')
      : `@${given.special_time}`;
  const line = [time, ...(given.cron_file === undefined ? [] : [user]), command].join(' ');
  return setJob(table, { name, line, disabled });
}

function change(table: CronTable, after: string, given: CronParams): Change {
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

function planFileTable({ file, text: before }: CronTable, after: string, { backup, state }: CronParams) {
  if (file === undefined) return [];
  if (state === 'absent' && file.type === 'absent') return [];
  if (after === '' && before !== '') {
    const actions = [run(sh`${raw('rm -f --')} ${file.real}`)];
    return [{ summary: `remove ${file.real}`, before, after, subject: file.real, actions }];
  }
  return planFile(file, { content: after, owner: 'root', group: 'root', mode: '0644', backup });
}
