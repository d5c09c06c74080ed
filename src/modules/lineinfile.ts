import { z } from 'zod';
import { defineModule } from '../model/module.ts';
import { flag, secretText } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { editParams, planEdit, probeText } from './lib/edited-file.ts';
import type { FileState } from './lib/file-state.ts';
import { dropLines, putLine } from './lib/line-edit.ts';
import { regexpParam, strayGroup } from './lib/params.ts';
import { writtenResult, writtenReturns } from './lib/results.ts';

const params = z
  .strictObject({
    ...editParams,
    line: secretText
      .optional()
      .describe('The line as it shall be; with `state: absent`, the line to remove.'),
    regexp: regexpParam.describe('What the line to replace looks like; the last one that matches is taken.'),
    search_string: z.string().optional().describe('The same, as plain text that the line contains.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('`absent` removes every line that matches.'),
    insertafter: regexpParam.describe(
      'Where nothing matches: after the last line that matches this, or `EOF` (default), or `BOF`.',
    ),
    insertbefore: regexpParam.describe('The same, before that line; or `BOF`.'),
    firstmatch: flag.default(false).describe('The first match counts instead of the last.'),
    backrefs: flag
      .default(false)
      .describe(
        '`\\1` and `\\g<name>` in `line` stand for groups of `regexp`, `\\t` for a tab; where nothing matches, nothing is inserted.',
      ),
  })
  .superRefine((asked, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    const { state, line, regexp, search_string: search } = asked;
    if (state === 'present' && line === undefined) complain('`line` is missing');
    if (state === 'absent' && (line ?? regexp ?? search) === undefined)
      complain('say which lines to remove: `line`, `regexp` or `search_string`');
    if (regexp !== undefined && search !== undefined) complain('give either `regexp` or `search_string`');
    if (asked.insertafter !== undefined && asked.insertbefore !== undefined)
      complain('give either `insertafter` or `insertbefore`');
    if (asked.backrefs && regexp === undefined) complain('`backrefs` needs `regexp`');
    const stray = asked.backrefs ? strayGroup(regexp, line) : undefined;
    if (stray !== undefined) complain(`\`${stray}\` in \`line\` is a group that \`regexp\` has not`);
    if (String(line).includes('\n')) complain('`line` is one line: use `blockinfile` for several');
  });

type Params = z.output<typeof params>;

/** `lineinfile`: one line of a text file. */
export const lineinfile = defineModule<Params, FileState>({
  name: 'lineinfile',
  summary: 'Makes sure that a line is in a text file, or that it is not',
  description:
    'Regular expressions are Python’s, as far as JavaScript has them; `\\w` is ASCII. Unlike Ansible’s: lines of a file that end with CRLF are compared without it and keep it, new ones get it; a last line without newline counts as there, and stays so; a file that is not in UTF-8 is a failure.',
  params,
  aliases: { dest: 'path', destfile: 'path', name: 'path', regex: 'regexp', value: 'line' },
  unsupported: { others: 'leave it out' },
  examples: [
    {
      title: 'Replace a setting, whether it is commented out or not',
      yaml: `lineinfile:
  path: /etc/ssh/sshd_config
  regexp: '^#?Port '
  line: Port 2222`,
    },
    {
      title: 'Insert after a line, if it is missing',
      yaml: `lineinfile:
  path: /etc/hosts
  line: 192.168.1.21 nas
  insertafter: localhost`,
    },
    {
      title: 'Keep a part of the line',
      yaml: `lineinfile:
  path: /etc/ssh/sshd_config
  regexp: '^(UsePAM) '
  line: '\\1 no'
  backrefs: true`,
    },
    {
      title: 'Take lines out',
      yaml: `lineinfile:
  path: /etc/ssh/sshd_config
  regexp: ^PermitRootLogin
  state: absent
  validate: grep -q UsePAM %s`,
    },
  ],
  returns: writtenReturns,
  probe: (asked) => probeText(asked),
  plan(state, asked) {
    const { line } = asked;
    const text = line instanceof Secret ? line.reveal() : line;
    const removes = asked.state === 'absent';
    const edit = (old: string): string =>
      removes ? dropLines(old, { ...asked, line: text }) : putLine(old, { ...asked, line: text ?? '' });
    return planEdit(state, asked, edit, { hidden: line instanceof Secret, removes });
  },
  result: (state, _asked, outputs) => writtenResult(state.real, outputs),
});
