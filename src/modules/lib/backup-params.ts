import { z } from 'zod';
import { calendarMistake } from '../../model/calendar.ts';
import { flag, path, secretText, text, textList } from '../../model/schema.ts';

const plainPath = z
  .string()
  .regex(/^\/[A-Za-z0-9_./@+-]*$/, 'an absolute path of letters, digits and `_ . / @ + -`');

const wholePath = z.string().regex(/^\/[^\n\0]*$/, 'an absolute path');

const count = z.int().min(0);

/** The parameters of `backup_job`. */
export const backupParams = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'a word of letters, digits, `_` and `-`')
      .describe('Name of the job, in the names of its script, its timer and its files.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the job shall be there.'),
    paths: z.array(wholePath).default([]).describe('What to keep. One that is missing is a failure.'),
    optional_paths: z.array(wholePath).default([]).describe('What to keep where it is there.'),
    exclude: textList.default([]).describe('Patterns of what to leave out, as the tool reads them.'),
    method: z
      .enum(['restic', 'rsync'])
      .default('restic')
      .describe(
        '`restic`: encrypted, without doubles. `rsync`: plain folders that share what did not change.',
      ),
    repository: text
      .optional()
      .describe(
        'Where to: `sftp:USER@HOST:PATH` (restic), `USER@HOST:PATH` (rsync), or a folder of this host.',
      ),
    port: z.int().min(1).max(65_535).default(22).describe('Port of SSH on the other host.'),
    private_key: plainPath
      .default('/etc/homerun-backup/id_ed25519')
      .describe('Key of this host for the account there (module `openssh_keypair`).'),
    host_key: z
      .string()
      .regex(/^(?:ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/=]+(?: [^\n]*)?\n?$/, 'a public key: `ssh-ed25519 AAAA…`')
      .optional()
      .describe('Public host key of the other host; no other one is accepted.'),
    mount: path.optional().describe('Folder that must be mounted, or nothing is written.'),
    password: secretText
      .optional()
      .describe(
        'Of the restic repository. Without it, or where it is empty, one is made on the host, once: keep a copy of it.',
      ),
    schedule: text
      .default('*-*-* 02:30')
      .superRefine((written, context) => {
        const problem = calendarMistake(written);
        if (problem !== undefined)
          context.addIssue({
            code: 'custom',
            message: `systemd cannot read \`${written}\` as a time: ${problem}`,
          });
      })
      .describe('When, as systemd’s OnCalendar.'),
    random_delay: z
      .string()
      .regex(
        /^\d+ ?(?:s|sec|m|min|h|hr)?(?: \d+ ?(?:s|sec|m|min|h|hr))*$/,
        'a length of time such as `20min`',
      )
      .default('20min')
      .describe('Spreads the starts of several hosts over this time.'),
    retention: z
      .strictObject({
        daily: count.default(7).describe('Days of which the last snapshot is kept.'),
        weekly: count.default(4).describe('The same for weeks.'),
        monthly: count.default(6).describe('The same for months.'),
      })
      .prefault({})
      .describe('What is kept. Counts days, weeks and months that have a snapshot.'),
    prune: flag
      .default(true)
      .describe('Throws away what is not kept. Of the hosts that share a repository only one may.'),
    check_days: count.default(7).describe('Days between two checks of the stored data; 0: never.'),
    check_subset: z
      .string()
      .regex(/^(?:\d+(?:\.\d+)?%|\d+\/\d+|\d+[KMGT])$/, 'a share such as `5%`')
      .default('5%')
      .describe('How much of the stored data a check reads.'),
    before: text
      .optional()
      .describe('Shell command run before, such as a dump of a database. Its failure stops the backup.'),
    after: text
      .optional()
      .describe('Shell command run afterwards, unless the run was refused: `$RESULT` is `ok` or `failed`.'),
  })
  .superRefine((given, context) => {
    const complain = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (given.state === 'absent') return;
    if (given.paths.length + given.optional_paths.length === 0)
      complain('paths', '`backup_job` needs `paths`, unless `state: absent`');
    const { repository, method } = given;
    if (repository === undefined) {
      complain('repository', '`backup_job` needs `repository`, unless `state: absent`');
      return;
    }
    const place = placeOf(repository, method);
    if (place === undefined)
      complain(
        'repository',
        `\`${repository}\` is neither a folder nor \`${method === 'restic' ? 'sftp:' : ''}USER@HOST:PATH\``,
      );
    if (place?.account !== undefined && given.host_key === undefined)
      complain('host_key', '`host_key` is needed, or the host would have to trust whoever answers there');
    const { daily, weekly, monthly } = given.retention;
    if (daily + weekly + monthly === 0) complain('retention', '`retention` would keep nothing');
  });

export type BackupParams = z.output<typeof backupParams>;

/** Where a repository is. */
export interface Place {
  /** `USER@HOST`; absent where it is a folder of this host. */
  readonly account?: string;
  readonly folder: string;
}

export function placeOf(repository: string, method: 'restic' | 'rsync'): Place | undefined {
  if (/^\/[A-Za-z0-9_./@+-]*$/.test(repository)) return { folder: repository };
  const rest = method === 'restic' ? /^sftp:(.*)$/.exec(repository)?.[1] : repository;
  const found = /^([A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9_.-]*):([A-Za-z0-9_./@+-]+)$/.exec(
    rest ?? '',
  );
  return found ? { account: found[1] ?? '', folder: found[2] ?? '' } : undefined;
}
