import { z } from 'zod';
import { type Plan, ask, defineModule, isFailure, run } from '../model/module.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { type Value, isMap } from '../model/value.ts';
import { Answers } from './lib/answers.ts';
import { planFile } from './lib/file-change.ts';
import { type FileState, fileStateScript, parseFileState } from './lib/file-state.ts';
import { RELOAD_SSHD, printSshdConfig, settingsError, trySshd } from './lib/sshd-config.ts';

const settings = z
  .custom<Readonly<Record<string, Value>>>(isMap, { error: 'a map of settings' })
  .superRefine((given, context) => {
    const message = settingsError(given);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const criteria = z
  .string()
  .regex(
    /^(?:all|(?:(?:user|group|host|address|localaddress|localport|rdomain) \S+ ?)+)$/i,
    'criteria such as `Group backups` or `User git Address 10.8.0.0/24`',
  );

const params = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9_-]+$/, 'a name of letters, digits, `_` and `-`')
      .default('10-homerun')
      .describe('Name of the file in /etc/ssh/sshd_config.d. Of two files the first by name counts.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the file shall be there.'),
    settings: settings.prefault({}).describe('Settings for everybody. A list repeats its key.'),
    match: z
      .array(
        z.strictObject({
          criteria: criteria.describe('Whom it is for.'),
          settings: settings.describe('What counts for them.'),
        }),
      )
      .default([])
      .describe('Settings for some connections only.'),
  })
  .superRefine((given, context) => {
    if (given.state === 'present' && Object.keys(given.settings).length + given.match.length === 0)
      context.addIssue({ code: 'custom', message: '`sshd_config` needs `settings` or `match`' });
  });

type Params = z.output<typeof params>;

interface State {
  readonly file: FileState;
  readonly hasServer: boolean;
  readonly isRead: boolean;
}

/** Settings of the SSH server, in a file of their own. */
export const sshdConfig = defineModule<Params, State>({
  name: 'sshd_config',
  summary: 'Keeps settings of the SSH server in a file of /etc/ssh/sshd_config.d.',
  description: `sshd checks its whole configuration with the new file (\`sshd -t\`) before that takes its place, and reads it again.
Open connections stay. sshd takes the first value that it finds for a setting, so a file that comes earlier by name, or a
line above the \`Include\` of /etc/ssh/sshd_config, wins.`,
  params,
  examples: [
    {
      title: 'Keys only',
      yaml: 'sshd_config:\n  settings: {PasswordAuthentication: false, PermitRootLogin: prohibit-password}\n',
      needs: 'root',
    },
    {
      title: 'Accounts that can do nothing but keep files',
      yaml: `sshd_config:
  name: 20-backups
  match:
    - criteria: Group backups
      settings: {ChrootDirectory: '%h', ForceCommand: internal-sftp, DisableForwarding: true, PermitTTY: false}
`,
      needs: 'root',
    },
    { title: 'No such file', yaml: 'sshd_config:\n  name: 20-backups\n  state: absent\n', needs: 'root' },
  ],
  probe: (given) =>
    ask(
      joinScripts([
        raw(`PATH=$PATH:/usr/sbin:/sbin
command -v sshd >/dev/null && echo server=yes
grep -qiE '^[[:space:]]*Include[[:space:]].*/etc/ssh/sshd_config\\.d/' /etc/ssh/sshd_config 2>/dev/null && echo read=yes
echo ---`),
        fileStateScript({
          path: pathOf(given),
          content: given.state === 'absent' ? 'text' : { wanted: printSshdConfig(given) },
        }),
      ]),
      (output) => {
        const answers = new Answers(output);
        return {
          file: parseFileState(answers.rest),
          hasServer: answers.has('server'),
          isRead: answers.has('read'),
        };
      },
    ),
  plan({ file, hasServer, isRead }, given) {
    if (given.state === 'absent') return planAbsent(file, given);
    if (!hasServer)
      return { failed: 'there is no sshd on this host', hint: 'install openssh-server (module apt)' };
    if (!isRead)
      return {
        failed: 'sshd does not read /etc/ssh/sshd_config.d on this host',
        hint: 'put `Include /etc/ssh/sshd_config.d/*.conf` at the top of /etc/ssh/sshd_config (module lineinfile)',
      };
    const content = printSshdConfig(given);
    const plan = planFile(file, { content, owner: 'root', group: 'root', mode: '0644', createFolder: true });
    if (isFailure(plan) || file.content.kind === 'same') return plan;
    return plan.map((change) => ({
      ...change,
      actions: [run(inSbin(trySshd(`${given.name}.conf`, content))), ...change.actions, run(RELOAD_SSHD)],
    }));
  },
});

function pathOf({ name }: Params): string {
  return `/etc/ssh/sshd_config.d/${name}.conf`;
}

function planAbsent(file: FileState, given: Params): Plan {
  if (file.type === 'absent') return [];
  if (file.type !== 'file') return { failed: `${file.real} is not a regular file` };
  const before = file.content.kind === 'text' ? file.content.text : '';
  const actions = [
    run(inSbin(trySshd(`${given.name}.conf`, undefined))),
    run(sh`rm -f -- ${file.real}`),
    run(RELOAD_SSHD),
  ];
  return [{ summary: `remove ${file.real}`, before, after: '', subject: file.real, actions }];
}

function inSbin(script: ReturnType<typeof sh>) {
  return joinScripts([raw('PATH=$PATH:/usr/sbin:/sbin'), script]);
}
