import { z } from 'zod';
import { type Plan, ask, defineModule } from '../model/module.ts';
import { flag, mode, path, secretText, text } from '../model/schema.ts';
import { attributeParams } from './lib/attributes.ts';
import { type CopyState, copyQuestions, planCopy, readCopyState } from './lib/copy-plan.ts';
import { fileStatesScript, parseFileStates } from './lib/file-state.ts';
import { validateParam } from './lib/params.ts';
import { writtenResult, writtenReturns } from './lib/results.ts';

const params = z
  .strictObject({
    src: text
      .optional()
      .describe(
        'A file or folder of the controller; a folder with `/` at its end means what is in it. With `remote_src`, a file of the host.',
      ),
    content: secretText.optional().describe('The content itself, instead of `src`.'),
    dest: path.describe('Where it goes. With `/` at its end, or where a folder is: into that folder.'),
    ...attributeParams,
    mode: z
      .union([z.literal('preserve'), mode])
      .optional()
      .describe("Permissions, such as `'0644'` or `u=rw,g=r,o=`; `preserve`: those of `src`."),
    directory_mode: mode.optional().describe('Permissions of the folders that it makes.'),
    backup: flag.default(false).describe('Keeps the old file as `DEST.YYYY-MM-DD@HH:MM:SS~`.'),
    force: flag.default(true).describe('`false`: what exists is left alone, whatever its content.'),
    remote_src: flag.default(false).describe('`src` lies on the host.'),
    validate: validateParam,
  })
  .superRefine(({ src, content, remote_src: remote }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if ((src === undefined) === (content === undefined)) complain('give either `src` or `content`');
    if (remote && src === undefined) complain('`remote_src` needs `src`');
  });

type Params = z.output<typeof params>;

/** `copy`: files and folders of the controller, or text, to the host. */
export const copy = defineModule<Params, CopyState>({
  name: 'copy',
  summary: 'Copies files, folders or text to the host',
  description:
    'Unlike Ansible’s: where `dest` is a link, the file that it leads to is written and the link stays; without `mode` a file keeps all of its permissions, setuid too.',
  params,
  inputs: { src: 'file' },
  inputsUnless: 'remote_src',
  unsupported: {
    follow: 'leave it out: a link at `dest` is always followed; remove it first with `file`',
    checksum: 'leave it out: what arrives is compared with what was sent; for downloads use `get_url`',
    local_follow: 'leave it out: links on the controller are always followed',
  },
  examples: [
    {
      title: 'Text, as it stands',
      yaml: `copy:
  dest: /etc/motd
  content: |
    Welcome home.
  mode: '0644'`,
    },
    {
      title: 'A file of the controller, into a folder that is made where it is missing',
      yaml: `copy:
  src: rules.v4
  dest: /etc/iptables/
  mode: '0640'`,
    },
    {
      title: 'What is in a folder',
      yaml: `copy:
  src: blog/
  dest: /srv/www
  directory_mode: '0755'`,
    },
    {
      title: 'Keep a copy of what the host came with',
      yaml: `copy:
  remote_src: true
  src: /etc/ssh/sshd_config
  dest: /etc/ssh/sshd_config.orig
  force: false`,
    },
    {
      title: 'Never leave a broken file behind',
      yaml: `copy:
  dest: /etc/ssh/sshd_config
  content: |
    PermitRootLogin no
  validate: grep -q PermitRootLogin %s
  backup: true`,
    },
  ],
  returns: writtenReturns,
  probe: (asked, inputs) =>
    ask(fileStatesScript(copyQuestions(asked, inputs)), (answer) =>
      readCopyState(asked, inputs, parseFileStates(answer)),
    ),
  plan: (state, asked, inputs): Plan => planCopy(state, asked, inputs),
  result: (state, _asked, outputs) => writtenResult(state.single?.real ?? state.dest.real, outputs),
});
