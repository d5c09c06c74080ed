import { z } from 'zod';
import { defineModule, type Failure } from '../model/module.ts';
import { secretText } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { editParams, planEdit, probeText } from './lib/edited-file.ts';
import type { FileState } from './lib/file-state.ts';
import { regexpParam, strayGroup } from './lib/params.ts';
import { replaceIn } from './lib/replace-edit.ts';
import { writtenResult, writtenReturns } from './lib/results.ts';

const { create: _, ...fileParams } = editParams;

const params = z
  .strictObject({
    ...fileParams,
    regexp: regexpParam.describe(
      'What to replace, everywhere in the file; `^` and `$` stand for the ends of a line.',
    ),
    replace: secretText
      .default('')
      .describe('What comes in its place; `\\1` stands for a group of `regexp`. Default: nothing.'),
    after: regexpParam.describe('Only behind the first match of this; here `.` is a newline, too.'),
    before: regexpParam.describe('Only in front of a match of this: the last, or with `after` the next one.'),
  })
  .superRefine(({ regexp, replace: wanted }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (regexp === undefined) complain('`regexp` is missing');
    const stray = strayGroup(regexp, wanted);
    if (stray !== undefined) complain(`\`${stray}\` in \`replace\` is a group that \`regexp\` has not`);
  });

type Params = z.output<typeof params>;

/** `replace`: every match in a text file. */
export const replace = defineModule<Params, FileState>({
  name: 'replace',
  summary: 'Replaces every match of a regular expression in a text file',
  description:
    'Regular expressions are Python’s, as far as JavaScript has them; `\\w` is ASCII. Unlike Ansible’s, `$` also stands in front of a CRLF, and `^` and `$` in `after` and `before` stand for the ends of a line. Where the new text matches `regexp` again, every run changes the file again: write the expression so that it does not.',
  params,
  aliases: { dest: 'path', destfile: 'path', name: 'path' },
  unsupported: { others: 'leave it out', encoding: 'leave it out: files are read and written in UTF-8' },
  examples: [
    {
      title: 'A setting, wherever it stands',
      yaml: `replace:
  path: /etc/ssh/sshd_config
  regexp: '^#?(UsePAM) yes$'
  replace: '\\1 no'
  validate: grep -q UsePAM %s`,
    },
    {
      title: 'Only a part of the file',
      yaml: `replace:
  path: /etc/ssh/sshd_config
  after: '^#Port'
  before: '^UsePAM'
  regexp: 'yes'
  replace: 'no'`,
    },
  ],
  returns: writtenReturns,
  probe: (asked) => probeText({ ...asked, create: false }),
  plan(state, asked) {
    const { replace: wanted } = asked;
    const shown = wanted instanceof Secret ? wanted.reveal() : wanted;
    const missing: Failure = { failed: `${asked.path} does not exist` };
    if (state.type === 'absent') return missing;
    const edit = (old: string): string =>
      replaceIn(old, { ...asked, regexp: asked.regexp ?? '', replace: shown });
    return planEdit(state, { ...asked, create: false }, edit, {
      hidden: wanted instanceof Secret,
      removes: false,
    });
  },
  result: (state, _asked, outputs) => writtenResult(state.real, outputs),
});
