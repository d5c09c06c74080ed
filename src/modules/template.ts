import { z } from 'zod';
import { ask, defineModule } from '../model/module.ts';
import { flag, mode, path, text } from '../model/schema.ts';
import { attributeParams } from './lib/attributes.ts';
import { type CopyParams, type CopyState, copyQuestions, planCopy, readCopyState } from './lib/copy-plan.ts';
import { fileStatesScript, parseFileStates } from './lib/file-state.ts';
import { validateParam } from './lib/params.ts';
import { writtenResult, writtenReturns } from './lib/results.ts';

const params = z.strictObject({
  src: text.describe('A template of the controller, in `templates/`.'),
  dest: path.describe(
    'Where the rendered text goes. With `/` at its end, or where a folder is: into that folder.',
  ),
  ...attributeParams,
  mode: z
    .union([z.literal('preserve'), mode])
    .optional()
    .describe("Permissions, such as `'0644'` or `u=rw,g=r,o=`; `preserve`: those of the template."),
  backup: flag.default(false).describe('Keeps the old file as `DEST.YYYY-MM-DD@HH:MM:SS~`.'),
  force: flag.default(true).describe('`false`: what exists is left alone, whatever its content.'),
  validate: validateParam,
});

type Params = z.output<typeof params>;

/** `template`: a rendered Handlebars file to the host. */
export const template = defineModule<Params, CopyState>({
  name: 'template',
  summary: 'Renders a template and puts the text on the host',
  description:
    'Unlike Ansible’s: where `dest` is a link, the file that it leads to is written and the link stays.',
  params,
  inputs: { src: 'template' },
  unsupported: {
    block_end_string: 'leave it out: templates are Handlebars, and `{{{{raw}}}}` shields text',
    block_start_string: 'leave it out: templates are Handlebars, and `{{{{raw}}}}` shields text',
    comment_end_string: 'leave it out: templates are Handlebars, and `{{{{raw}}}}` shields text',
    comment_start_string: 'leave it out: templates are Handlebars, and `{{{{raw}}}}` shields text',
    lstrip_blocks: 'leave it out: templates are Handlebars, and `{{{{raw}}}}` shields text',
    trim_blocks: 'leave it out: templates are Handlebars, and `{{{{raw}}}}` shields text',
    variable_end_string: 'leave it out: templates are Handlebars, and `{{{{raw}}}}` shields text',
    variable_start_string: 'leave it out: templates are Handlebars, and `{{{{raw}}}}` shields text',
    follow: 'leave it out: a link at `dest` is always followed; remove it first with `file`',
    newline_sequence: 'leave it out: lines end as they do in the template',
    output_encoding: 'leave it out: files are written in UTF-8',
  },
  examples: [
    {
      title: 'A message of the day',
      yaml: `template:
  src: motd.hbs
  dest: /etc/motd
  mode: '0644'`,
    },
    {
      title: 'Only where the program accepts it',
      yaml: `template:
  src: motd.hbs
  dest: /etc/ssh/banner
  validate: grep -q Welcome %s
  backup: true`,
    },
  ],
  returns: writtenReturns,
  probe: (asked, inputs) =>
    ask(fileStatesScript(copyQuestions(asCopy(asked), inputs)), (answer) =>
      readCopyState(asCopy(asked), inputs, parseFileStates(answer)),
    ),
  plan: (state, asked, inputs) =>
    state.single
      ? planCopy(state, asCopy(asked), inputs)
      : { failed: `${asked.src} is a folder`, hint: 'name one template' },
  result: (state, _asked, outputs) => writtenResult(state.single?.real ?? state.dest.real, outputs),
});

/** A template goes to `motd` where its own name is `motd.hbs`. */
function asCopy(asked: Params): CopyParams {
  return { ...asked, src: asked.src.replace(/\.hbs$/, ''), remote_src: false };
}
