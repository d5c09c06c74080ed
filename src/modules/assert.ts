import { z } from 'zod';
import { defineModule, known } from '../model/module.ts';
import { flag, text, textList } from '../model/schema.ts';
import { typeName } from '../model/value.ts';

const params = z.strictObject({
  that: z.union([z.boolean(), textList]).describe('One expression or several; all of them must hold.'),
  fail_msg: text.optional().describe('What to say where one does not hold.'),
  success_msg: text.optional().describe('What to say where all hold.'),
  quiet: flag.default(false).describe('Says nothing where all hold.'),
});

type Params = z.output<typeof params>;

/** `assert`: fails where something does not hold. */
export const assert = defineModule<Params, undefined>({
  name: 'assert',
  summary: 'Fails where an expression does not hold',
  params,
  aliases: { msg: 'fail_msg' },
  inputs: { that: 'expression' },
  examples: [
    {
      title: 'The right machine',
      yaml: `assert:
  that:
    - facts.os.family == "debian"
    - facts.memory_mb > 400
  fail_msg: This playbook is for a Pi with Debian or Ubuntu.`,
    },
  ],
  returns: { msg: 'what was said', assertion: 'the first that did not hold' },
  probe: () => known(undefined),
  plan(_state, asked, inputs) {
    const input = inputs['that'];
    if (input?.kind !== 'values') return { failed: '`that` was not evaluated' };
    for (const { text, value } of input.values) {
      if (value === true) continue;
      if (value !== false)
        return { failed: `\`${text}\` gives ${typeName(value)}`, hint: 'it must give true or false' };
      return { failed: asked.fail_msg ?? `\`${text}\` does not hold` };
    }
    return [];
  },
  result: (_state, asked) => (asked.quiet ? {} : { msg: asked.success_msg ?? 'all of it holds' }),
});
