import { z } from 'zod';
import { defineModule } from '../model/module.ts';
import { flag, secretText } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { putBlock } from './lib/block-edit.ts';
import { editParams, planEdit, probeText } from './lib/edited-file.ts';
import type { FileState } from './lib/file-state.ts';
import { regexpParam } from './lib/params.ts';
import { writtenResult, writtenReturns } from './lib/results.ts';
import { linesOf } from './lib/text.ts';

const params = z
  .strictObject({
    ...editParams,
    block: secretText.default('').describe('The lines. Empty: the block goes away, as with `state: absent`.'),
    state: z.enum(['present', 'absent']).default('present'),
    marker: z
      .string()
      .default('# {mark} ANSIBLE MANAGED BLOCK')
      .refine((marker) => marker.includes('{mark}') && !marker.includes('\n'), {
        error:
          '`marker` must be one line with `{mark}` in it, or the end of the block could not be found again',
      })
      .describe(
        'The lines around the block; `{mark}` becomes `marker_begin` and `marker_end`. One for each block of a file.',
      ),
    marker_begin: z.string().default('BEGIN'),
    marker_end: z.string().default('END'),
    insertafter: regexpParam.describe(
      'A new block goes after the last line that matches, or to `EOF` (default).',
    ),
    insertbefore: regexpParam.describe('A new block goes before the last line that matches, or to `BOF`.'),
    prepend_newline: flag.default(false).describe('An empty line before the block.'),
    append_newline: flag.default(false).describe('An empty line after the block.'),
  })
  .superRefine((asked, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (asked.insertafter !== undefined && asked.insertbefore !== undefined)
      complain('give either `insertafter` or `insertbefore`');
    if (asked.marker_begin === asked.marker_end) complain('`marker_begin` and `marker_end` must differ');
  });

type Params = z.output<typeof params>;

/** `blockinfile`: several lines of a text file, between two marker lines. */
export const blockinfile = defineModule<Params, FileState>({
  name: 'blockinfile',
  summary: 'Keeps a block of lines between two markers in a text file',
  description:
    'The default markers are those of Ansible, so that blocks which it has written are found. Unlike Ansible’s, the lines of a block end as those of the file do, with CRLF too; with `state: absent` a file may be missing, and one that is not in UTF-8 is a failure.',
  params,
  aliases: { dest: 'path', destfile: 'path', name: 'path', content: 'block' },
  examples: [
    {
      title: 'Names of the house',
      yaml: `blockinfile:
  path: /etc/hosts
  block: |
    192.168.1.21 nas
    192.168.2.1 pi`,
    },
    {
      title: 'A block of its own, before a line',
      yaml: `blockinfile:
  path: /etc/ssh/sshd_config
  marker: '# {mark} keys only'
  insertbefore: ^UsePAM
  block: PasswordAuthentication no
  append_newline: true`,
    },
    {
      title: 'Take a block out',
      yaml: `blockinfile:
  path: /etc/hosts
  marker: '# {mark} old names'
  state: absent`,
    },
  ],
  returns: writtenReturns,
  probe: (asked) => probeText(asked),
  plan(state, asked) {
    const removes = asked.state === 'absent';
    const block = asked.block instanceof Secret ? asked.block.reveal() : asked.block;
    const mark = (word: string): string => asked.marker.replaceAll('{mark}', () => word);
    const wanted = {
      ...asked,
      block: removes ? '' : block,
      begin: mark(asked.marker_begin),
      end: mark(asked.marker_end),
    };
    if (linesOf(wanted.block).some((line) => line === wanted.begin || line === wanted.end))
      return { failed: 'the block holds one of its own markers', hint: 'use another `marker`' };
    const hidden = asked.block instanceof Secret;
    return planEdit(state, asked, (text) => putBlock(text, wanted), { hidden, removes });
  },
  result: (state, _asked, outputs) => writtenResult(state.real, outputs),
});
