import { z } from 'zod';
import { defineModule } from '../model/module.ts';
import { flag, secretText, text } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { editParams, planEdit, probeText } from './lib/edited-file.ts';
import type { FileState } from './lib/file-state.ts';
import { dropOption, dropSection, putOption } from './lib/ini-edit.ts';
import { writtenResult, writtenReturns } from './lib/results.ts';

const params = z
  .strictObject({
    ...editParams,
    create: flag.default(true).describe('Makes the file where it is missing.'),
    section: text
      .transform((name) => (name === '' ? undefined : name))
      .optional()
      .describe(
        'The section, without brackets; of several of one name the last. Default: what stands before the first one.',
      ),
    option: text
      .refine((name) => /^[^\s=#;[][^=\n]*$/.test(name), 'an option has a name without `=`')
      .optional()
      .describe('The option. Without it, the section itself is meant.'),
    value: secretText.optional().describe('Its value.'),
    values: z.array(secretText).optional().describe('Its values, where it may stand there several times.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether it shall be there.'),
    exclusive: flag
      .default(true)
      .describe('No other lines with this option stay. With `false`, lines with other values do.'),
    allow_no_value: flag.default(false).describe('The option may stand there alone, without `=`.'),
    no_extra_spaces: flag.default(false).describe('Writes `a=1` instead of `a = 1`.'),
    ignore_spaces: flag.default(false).describe('Leaves a line alone that differs only in blanks.'),
    modify_inactive_option: flag
      .default(true)
      .describe(
        'The new line takes the place of one that is commented out, instead of the end of the section.',
      ),
  })
  .superRefine(({ state, option, value, values, section, allow_no_value: bare }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (value !== undefined && values !== undefined) complain('give either `value` or `values`');
    if (option === undefined && section === undefined) complain('give a `section`, an `option`, or both');
    if (option === undefined && (value ?? values) !== undefined) complain('a value needs an `option`');
    const none = value === undefined && (values ?? []).length === 0;
    if (state === 'present' && option !== undefined && none && !bare)
      complain('`value` is missing; with `allow_no_value: true` there need not be one');
    if ([value, ...(values ?? [])].some((each) => plain(each ?? '').includes('\n')))
      complain('a value is one line');
  });

type Params = z.output<typeof params>;

/** `ini_file`: an option in a section of a file. */
export const iniFile = defineModule<Params, FileState>({
  name: 'ini_file',
  summary: 'Sets or removes an option, or a whole section, in an INI file',
  description:
    'All other lines stay as they are. Unlike Ansible’s, a commented line is left alone where the option also stands there for good, and a new file does not begin with an empty line.',
  params,
  aliases: { dest: 'path' },
  unsupported: { section_has_values: 'use `blockinfile` for sections of one name' },
  examples: [
    {
      title: 'One option',
      yaml: `ini_file:
  path: /etc/samba.conf
  section: global
  option: workgroup
  value: HOME
  mode: '0644'`,
    },
    {
      title: 'One that may be there several times',
      yaml: `ini_file:
  path: /etc/example.network
  section: Network
  option: DNS
  values: [192.168.1.1, 9.9.9.9]
  no_extra_spaces: true`,
    },
    {
      title: 'No such section',
      yaml: 'ini_file: { path: /etc/samba.conf, section: printers, state: absent }',
    },
  ],
  returns: writtenReturns,
  probe: (asked) => probeText(asked),
  plan(state, asked) {
    const { section, option } = asked;
    const values = (asked.values ?? (asked.value === undefined ? [] : [asked.value])).map(plain);
    const removes = asked.state === 'absent';
    const edit = (old: string): string => {
      if (!removes) return putOption(old, { ...asked, section, option, values });
      return option === undefined
        ? dropSection(old, section ?? '')
        : dropOption(old, { ...asked, section, option, values });
    };
    const hidden = [asked.value, ...(asked.values ?? [])].some((value) => value instanceof Secret);
    return planEdit(state, asked, edit, { hidden, removes });
  },
  result: (state, _asked, outputs) => writtenResult(state.real, outputs),
});

function plain(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}
