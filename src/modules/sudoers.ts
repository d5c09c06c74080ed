import { z } from 'zod';
import { ask, defineModule, run } from '../model/module.ts';
import { flag, text, textList } from '../model/schema.ts';
import { raw, sh } from '../model/script.ts';
import { planFile } from './lib/file-change.ts';
import { type FileState, fileStateScript, parseFileState } from './lib/file-state.ts';

const params = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, `_` and `-`: sudo reads no file with a dot in its name')
      .describe('Name of the file in /etc/sudoers.d.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the file shall be there.'),
    content: text.optional().describe('The whole file, as sudoers(5) describes it.'),
    user: text.optional().describe('Who may do it.'),
    group: text.optional().describe('Group whose members may do it.'),
    commands: textList
      .optional()
      .describe('What they may run: absolute paths, with arguments where they are fixed, or `ALL`.'),
    runas: text.default('ALL').describe('As whom: `ALL`, a user, `:GROUP` or `USER:GROUP`.'),
    host: text.default('ALL').describe('On which hosts.'),
    nopassword: flag.default(true).describe('Without being asked for a password.'),
    noexec: flag.default(false).describe('The commands can start no others.'),
    setenv: flag.default(false).describe('They may keep their environment.'),
  })
  .superRefine((given, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    const { state, content, user, group, commands } = given;
    if (state === 'absent') return;
    if (content !== undefined) {
      if (user !== undefined || group !== undefined || commands !== undefined)
        complain('give either `content` or `user`, `group` and `commands`');
      return;
    }
    if ((user === undefined) === (group === undefined)) complain('`sudoers` needs one of `user` and `group`');
    if (commands === undefined || commands.length === 0) complain('`sudoers` needs `commands`');
    for (const command of commands ?? [])
      if (!/^(?:ALL|!?\/.*|sudoedit .*)$/.test(command) || command.includes('\n'))
        complain(`\`${command}\` is no absolute path of a command`);
    for (const word of [user, group, given.runas, given.host])
      if (word !== undefined && /[\s,=()]/.test(word)) complain(`\`${word}\` cannot stand in a rule of sudo`);
  });

type Params = z.output<typeof params>;

/** Who may run what as another user. */
export const sudoers = defineModule<Params, FileState>({
  name: 'sudoers',
  summary: 'Keeps a rule of sudo in a file of /etc/sudoers.d.',
  description:
    '`visudo` checks the file before it takes its place: a wrong one would switch sudo off for everybody. Commas, colons and equals signs in arguments are escaped; write patterns and aliases with `content`.',
  params,
  unsupported: {
    sudoers_path: 'leave it out: /etc/sudoers.d is where sudo looks',
    validation: 'leave it out: `visudo` checks every file before it counts',
  },
  examples: [
    {
      title: 'One command without a password',
      yaml: 'sudoers:\n  name: backup\n  user: pi\n  commands: /usr/local/sbin/homerun-backup-pi run\n',
      needs: 'root',
    },
    {
      title: 'The whole file',
      yaml: 'sudoers:\n  name: admins\n  content: |\n    %admin ALL=(ALL:ALL) ALL\n',
      needs: 'root',
    },
    { title: 'No such rule', yaml: 'sudoers:\n  name: backup\n  state: absent\n', needs: 'root' },
  ],
  probe: (given) =>
    ask(
      fileStateScript({
        path: pathOf(given),
        content: given.state === 'absent' ? 'text' : { wanted: contentOf(given) },
      }),
      parseFileState,
    ),
  plan(file, given) {
    if (given.state === 'present')
      return planFile(file, {
        content: contentOf(given),
        owner: 'root',
        group: 'root',
        mode: '0440',
        validate: 'PATH=$PATH:/usr/sbin visudo -cf %s',
      });
    if (file.type === 'absent') return [];
    if (file.type !== 'file') return { failed: `${file.real} is not a regular file` };
    const before = file.content.kind === 'text' ? file.content.text : '';
    const actions = [run(sh`${raw('rm -f --')} ${file.real}`)];
    return [{ summary: `remove ${file.real}`, before, after: '', subject: file.real, actions }];
  },
});

function pathOf({ name }: Params): string {
  return `/etc/sudoers.d/${name}`;
}

function contentOf({ content, user, group, commands = [], runas, host, ...tags }: Params): string {
  if (content !== undefined) return content.replace(/\n?$/, '\n');
  const whom = group === undefined ? (user ?? '') : `%${group}`;
  const words = [
    ...(tags.nopassword ? ['NOPASSWD:'] : []),
    ...(tags.noexec ? ['NOEXEC:'] : []),
    ...(tags.setenv ? ['SETENV:'] : []),
  ];
  return `${whom} ${host}=(${runas}) ${[...words, commands.map(escapeArguments).join(', ')].join(' ')}\n`;
}

function escapeArguments(command: string): string {
  return command.replaceAll(/(?<!\\)[,:=]/g, (sign) => `\\${sign}`);
}
