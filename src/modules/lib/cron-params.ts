import { z } from 'zod';
import { flag, text } from '../../model/schema.ts';
import { type CronField, fieldError } from './crontab.ts';

const field = (name: CronField, range: string) =>
  text
    .default('*')
    .superRefine((value, context) => {
      const message = fieldError(name, value);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .describe(`${range}, a list \`1,3\`, a range \`1-5\`, steps \`*/5\`, or \`*\` for every.`);

const line = text.refine((value) => !/[\n\r]/.test(value), 'a crontab has one line for each entry');

/** The parameters of `cron`. */
export const cronParams = z
  .strictObject({
    name: line.describe('Name of the job, kept in a comment above it; with `env`, name of the variable.'),
    job: line
      .optional()
      .describe(
        'Command, written as in a crontab: `%` begins its standard input, `\\%` is a percent sign. With `env`, the value.',
      ),
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
    if (given.state === 'present' && given.job === undefined)
      context.addIssue({
        code: 'custom',
        path: ['job'],
        message: '`cron` needs `job` unless `state: absent`',
      });
    if (given.special_time !== undefined && TIME_FIELDS.some((name) => given[name] !== '*'))
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

export type CronParams = z.infer<typeof cronParams>;

export const TIME_FIELDS = ['minute', 'hour', 'day', 'month', 'weekday'] as const;
