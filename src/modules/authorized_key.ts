import { z } from 'zod';
import { type Change, type Inputs, type Plan, ask, defineModule, isFailure, run } from '../model/module.ts';
import { flag, path, text } from '../model/schema.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { accountName } from './lib/account-name.ts';
import { Answers } from './lib/answers.ts';
import { attributeChanges } from './lib/attributes.ts';
import { type AuthorizedKey, parseKeys, removeKeys, setKeys } from './lib/authorized-keys.ts';
import { planFile } from './lib/file-change.ts';
import { type FileState, fileStatesScript, parseFileStates } from './lib/file-state.ts';
import { type Account, findAccount } from './lib/passwd.ts';

const params = z
  .strictObject({
    user: accountName.describe('Who may log in with the keys.'),
    key: text.optional().describe('One public key or several, each on a line.'),
    key_file: text
      .optional()
      .describe('File on the controller with public keys, such as `files/laptop.pub`.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the keys shall be there.'),
    exclusive: flag.default(false).describe('Takes out every other key.'),
    key_options: text.optional().describe('Options for all of these keys, such as `no-pty,from="10.0.0.*"`.'),
    comment: text.optional().describe('Comment for all of these keys, instead of their own.'),
    path: path.optional().describe('The file. Default: `.ssh/authorized_keys` in the home folder.'),
    manage_dir: flag.default(true).describe('Makes the folder of the file, and sets its owner and mode.'),
  })
  .superRefine(({ key, key_file: file, state, exclusive }, context) => {
    if ((key === undefined) === (file === undefined))
      context.addIssue({ code: 'custom', message: '`authorized_key` needs one of `key` and `key_file`' });
    if (key !== undefined) {
      const { keys, bad } = parseKeys(key);
      const [wrong] = bad;
      if (wrong !== undefined || keys.length === 0)
        context.addIssue({
          code: 'custom',
          path: ['key'],
          message: `\`${shorten(wrong ?? key)}\` is no public key`,
        });
    }
    if (exclusive && state === 'absent')
      context.addIssue({
        code: 'custom',
        path: ['exclusive'],
        message: '`exclusive` is for `state: present`',
      });
  });

type Params = z.infer<typeof params>;

interface State {
  readonly account: Account | undefined;
  readonly folder?: FileState | undefined;
  readonly file?: FileState | undefined;
}

export const authorizedKey = defineModule<Params, State>({
  name: 'authorized_key',
  summary: 'Lets public keys log in as a user, or lets them no longer.',
  description: `Keys are compared by the key itself, not by comment. The file belongs to its user with mode 0600 and its
folder with 0700, because sshd ignores it otherwise. Remarks stay, and so do other keys, unless \`exclusive\`.`,
  params,
  inputs: { key_file: 'file' },
  unsupported: {
    validate_certs: 'get the keys with `get_url`, and name their file in `key`',
    follow: 'leave it out: a link is always followed',
  },
  examples: [
    {
      title: 'A key',
      yaml: 'authorized_key:\n  user: root\n  key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPsSrwEr9Iwmt8l7Ql+CtUuJdnFJqc2e9QcUj/jU3b2Y me@laptop\n',
      needs: 'root',
    },
    {
      title: 'Only these, for one command',
      yaml: `authorized_key:
  user: root
  exclusive: true
  key_options: restrict,command="/usr/local/bin/backup-only"
  key: |
    ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPsSrwEr9Iwmt8l7Ql+CtUuJdnFJqc2e9QcUj/jU3b2Y nas
`,
      needs: 'root',
    },
  ],
  probe: (given) =>
    ask(question(given), (output) => {
      const answers = new Answers(output);
      const account = findAccount(answers.all('passwd'), given.user);
      if (!account) return { account };
      const [folder, file] = parseFileStates(answers.rest);
      return { account, folder, file };
    }),
  plan,
});

function question({ user, path: file }: Params) {
  const account = sh`line=$(getent passwd ${user} 2>/dev/null || grep ${`^${user.replaceAll('.', '[.]')}:`} /etc/passwd)
echo "passwd=$line"; echo ---
home=$(printf '%s' "$line" | cut -d: -f6)
[ -n "$line" ] && HOME=$home || exit 0`;
  const wanted = file ?? '~/.ssh/authorized_keys';
  return joinScripts([
    account,
    fileStatesScript([{ path: wanted.replace(/\/[^/]*$/, '') || '/' }, { path: wanted, content: 'text' }]),
  ]);
}

function plan({ account, folder, file }: State, given: Params, inputs: Inputs): Plan {
  const { user, manage_dir: manages } = given;
  if (!account || !folder || !file)
    return { failed: `there is no user ${user} on this host`, hint: 'create it first, with `user`' };
  const keys = keysOf(given, inputs);
  if ('failed' in keys) return keys;
  if (file.type === 'file' && file.content.kind !== 'text')
    return {
      failed: `${file.real} cannot be read as text (${file.content.kind})`,
      hint: 'add `become: true`',
    };
  const before = file.content.kind === 'text' ? file.content.text : '';
  const isAbsent = given.state === 'absent';
  const after = isAbsent ? removeKeys(before, keys) : setKeys(before, keys, given.exclusive);
  if (isAbsent && after === before) return [];
  if (folder.type === 'absent' && !manages)
    return {
      failed: `there is no folder ${folder.real}`,
      hint: 'make it with `file`, or leave `manage_dir: false` out',
    };
  const owner = { owner: user, group: String(account.gid) };
  const folders = manages ? planFolder(folder, owner) : [];
  const written = planFile(file, { content: after, ...owner, mode: '0600' });
  return isFailure(written) ? written : [...folders, ...written];
}

function keysOf(given: Params, inputs: Inputs): readonly AuthorizedKey[] | { failed: string; hint?: string } {
  const input = inputs['key_file'];
  const source =
    input?.kind === 'files'
      ? input.files.map((file) => Buffer.from(file.bytes).toString()).join('\n')
      : (given.key ?? '');
  const { keys, bad } = parseKeys(source);
  const [wrong] = bad;
  if (wrong !== undefined || keys.length === 0)
    return {
      failed: `${given.key_file ?? '`key`'} holds a line that is no public key: ${shorten(wrong ?? '(nothing)')}`,
      hint: 'a public key begins with its type, such as `ssh-ed25519`; its file ends in `.pub`',
    };
  return keys.map((key) => ({
    ...key,
    options: given.key_options ?? key.options,
    comment: given.comment ?? key.comment,
  }));
}

function planFolder(
  folder: FileState,
  { owner, group }: { owner: string; group: string },
): readonly Change[] {
  if (folder.type !== 'absent') return attributeChanges(folder, { owner, group, mode: '0700' });
  const script = sh`${raw('mkdir -m 700 --')} ${folder.real} && chown ${`${owner}:${group}`} ${folder.real}`;
  return [{ summary: `create ${folder.real}`, after: 'directory, mode 0700', actions: [run(script)] }];
}

/** Long enough to find it, and never a whole private key that was given by mistake. */
function shorten(line: string): string {
  return line.length > 30 ? `${line.slice(0, 30)}…` : line;
}
