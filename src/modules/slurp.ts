import { z } from 'zod';
import { type Output, ask, defineModule } from '../model/module.ts';
import { flag, path } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { sh } from '../model/script.ts';
import { pathWord } from './lib/path.ts';

const LIMIT = 8 * 1024 * 1024;

const params = z.strictObject({
  src: path.describe('The file on the host.'),
  secret: flag
    .default(false)
    .describe('The content is a secret: it can be used, and is shown nowhere as it is.'),
});

type Params = z.output<typeof params>;

type State = { readonly content: string } | { readonly failed: string; readonly hint?: string };

/** `slurp`: the content of a file of the host, for `register`. */
export const slurp = defineModule<Params, State>({
  name: 'slurp',
  summary: 'Reads a file of the host into a variable',
  description: `Changes nothing. \`content\` is the file in base64, as in Ansible; \`text\` is the same as text, so that
nothing needs to be decoded. Files over 8 MiB are refused.`,
  params,
  aliases: { path: 'src' },
  examples: [
    { title: 'A file', yaml: 'slurp:\n  src: /etc/hosts\nregister: hosts\n' },
    {
      title: 'A key that another host needs, and that nobody else may see',
      yaml: 'slurp:\n  src: /etc/hosts\n  secret: true\nregister: client_key\n',
    },
  ],
  returns: {
    content: 'the file in base64; a secret with `secret: true`',
    text: 'the same as text; only where the file is text in UTF-8',
    encoding: '`base64`',
    source: 'the file',
  },
  probe: (asked) => ask(question(asked.src), (answer) => readAnswer(answer, asked.src)),
  plan: (state) => ('failed' in state ? state : []),
  result(state, asked) {
    if ('failed' in state) return {};
    const { content } = state;
    const bytes = Buffer.from(content, 'base64');
    const text = bytes.toString('utf8');
    const isText = !bytes.includes(0) && Buffer.from(text).equals(bytes);
    const hide = (value: string): string | Secret => (asked.secret ? new Secret(value) : value);
    return {
      content: hide(content),
      ...(isText ? { text: hide(text) } : {}),
      encoding: 'base64',
      source: asked.src,
    };
  },
});

/** In base64 on one line: that is a form in which the redactor knows a secret. */
function question(file: string) {
  return sh`file=${pathWord(file)}
[ -e "$file" ] || { echo absent; exit 0; }
[ -f "$file" ] || { echo irregular; exit 0; }
[ -r "$file" ] || { echo unreadable; exit 0; }
[ "$(wc -c <"$file")" -le ${LIMIT} ] || { echo large; exit 0; }
command -v base64 >/dev/null || { echo toolless; exit 0; }
printf 'content '; base64 <"$file" | tr -d '\\n'; echo`;
}

function readAnswer(answer: Output, file: string): State {
  const [word = '', content = ''] = answer.stdout.trim().split(' ');
  switch (word) {
    case 'content':
      return { content };
    case 'absent':
      return { failed: `${file} is not on the host` };
    case 'irregular':
      return { failed: `${file} is not a regular file` };
    case 'unreadable':
      return { failed: `${file} cannot be read by this user`, hint: 'add `become: true`' };
    case 'large':
      return { failed: `${file} is larger than 8 MiB`, hint: 'fetch it with scp' };
    case 'toolless':
      return { failed: 'the host has no base64', hint: 'install coreutils or busybox' };
    default:
      throw new Error(`unexpected answer: ${answer.stderr.trim() || answer.stdout}`);
  }
}
