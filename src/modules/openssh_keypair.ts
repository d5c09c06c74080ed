import { z } from 'zod';
import { type Change, ask, defineModule, run } from '../model/module.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { path, text } from '../model/schema.ts';
import { Answers } from './lib/answers.ts';
import { attributeChanges } from './lib/attributes.ts';
import { type FileState, fileStateScript, parseFileState } from './lib/file-state.ts';
import { pathWord } from './lib/path.ts';

const params = z.strictObject({
  path: path.describe('The private key; the public one is beside it, with `.pub`.'),
  type: z.enum(['ed25519', 'rsa', 'ecdsa']).default('ed25519').describe('Kind of a new key.'),
  size: z.int().optional().describe('Bits of a new key; default is that of `ssh-keygen`.'),
  comment: text.optional().describe('Comment of a new key. Default: `USER@HOST`.'),
  owner: text.optional().describe('Who owns both files.'),
  group: text.optional().describe('Group of both files.'),
});

type Params = z.output<typeof params>;

interface State {
  readonly file: FileState;
  readonly publicKey: string;
  readonly hasTool: boolean;
}

/** A pair of keys that is made on the host and never leaves it. */
export const opensshKeypair = defineModule<Params, State>({
  name: 'openssh_keypair',
  summary: 'Makes a pair of SSH keys on the host, where there is none, and tells the public one.',
  description:
    'The private key never leaves the host. A key that is there stays as it is, whatever its kind. Also tells the public key of a host itself: `path: /etc/ssh/ssh_host_ed25519_key`.',
  params,
  unsupported: {
    backend: 'leave it out: it is made by the host’s ssh-keygen',
    private_key_format: 'leave it out: it is OpenSSH’s own',
    passphrase: 'leave it out: a key for programs has none',
    force: 'remove both files with `file` first',
    regenerate: 'remove both files with `file` first',
    mode: 'leave it out: 0600 for the private key, 0644 for the public one',
    state: 'remove both files with `file`',
  },
  examples: [
    {
      title: 'A key of this host',
      yaml: 'openssh_keypair:\n  path: /etc/homerun-backup/id_ed25519\n',
      needs: 'root',
    },
    {
      title: 'What the host shows to those who connect to it',
      yaml: 'openssh_keypair:\n  path: /etc/ssh/ssh_host_ed25519_key\nregister: host_key\n',
      needs: 'root',
    },
  ],
  returns: { public_key: 'the public key, with its comment', filename: 'path of the private key' },
  probe: (given) =>
    ask(
      joinScripts([
        sh`command -v ssh-keygen >/dev/null && echo tool=yes
key=${pathWord(given.path)}
[ ! -f "$key" ] || echo "public=$(cat "$key.pub" 2>/dev/null || ssh-keygen -y -P '' -f "$key" 2>/dev/null </dev/null)"`,
        raw('echo ---'),
        fileStateScript({ path: given.path }),
      ]),
      (output) => {
        const answers = new Answers(output);
        return {
          file: parseFileState(answers.rest),
          publicKey: answers.get('public'),
          hasTool: answers.has('tool'),
        };
      },
    ),
  plan({ file, publicKey, hasTool }, given) {
    const { owner, group } = given;
    if (file.type === 'file' && publicKey !== '') return attributeChanges(file, { owner, group });
    if (!hasTool)
      return { failed: 'there is no `ssh-keygen` on this host', hint: 'install openssh-client (module apt)' };
    if (file.type === 'file') return { failed: `${file.real} cannot be read as a key without a passphrase` };
    if (file.type !== 'absent') return { failed: `${file.real} is not a file` };
    return [create(given)];
  },
  result({ file, publicKey }, _given, outputs) {
    const key = publicKey === '' ? outputs.at(-1)?.stdout.trim() : publicKey;
    return { filename: file.real, ...(key === undefined ? {} : { public_key: key }) };
  },
});

function create({ path: key, type, size, comment, owner, group }: Params): Change {
  const bits = size === undefined ? [] : ['-b', String(size)];
  const remark = comment === undefined ? [] : ['-C', comment];
  const whom = owner === undefined && group === undefined ? undefined : `${owner ?? ''}:${group ?? ''}`;
  const own = whom === undefined ? raw(':') : sh`chown ${whom.replace(/:$/, '')} "$key" "$key.pub" || exit`;
  const script = sh`key=${pathWord(key)}
umask 077
mkdir -p -m 755 "\${key%/*}" || exit
ssh-keygen -q -t ${type} ${bits} ${remark} -N '' -f "$key" </dev/null >&2 || exit
chmod 644 "$key.pub" || exit
${own}
cat "$key.pub"`;
  return { summary: `make an SSH key in ${key}`, actions: [run(script)] };
}
