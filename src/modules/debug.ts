import { z } from 'zod';
import { defineModule, known } from '../model/module.ts';
import { text } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import type { Value } from '../model/value.ts';

const params = z
  .strictObject({
    msg: z.unknown().optional().describe('What to say: text, or any value.'),
    var: text.optional().describe('An expression whose value is shown.'),
  })
  .superRefine(({ msg, var: shown }, context) => {
    if (msg !== undefined && shown !== undefined)
      context.addIssue({ code: 'custom', message: 'give either `msg` or `var`' });
  });

type Params = z.output<typeof params>;

/** `debug`: shows a text or a value. */
export const debug = defineModule<Params, undefined>({
  name: 'debug',
  summary: 'Shows a text or a value',
  params,
  inputs: { var: 'expression' },
  unsupported: { verbosity: 'leave it out, or write `when:`' },
  examples: [
    { title: 'A text', yaml: 'debug: { msg: The router is up. }' },
    { title: 'A value', yaml: 'debug: { var: facts.os.codename }' },
  ],
  returns: { msg: 'what was shown' },
  probe: () => known(undefined),
  plan: () => [],
  result(_state, asked, _outputs, inputs) {
    const input = inputs['var'];
    if (input?.kind !== 'values') return { msg: shown((asked.msg ?? 'Hello world!') as Value) };
    const [first] = input.values;
    return first === undefined ? {} : { msg: `${first.text}: ${shown(first.value)}` };
  },
});

/** Secrets in a value print as stars. */
function shown(value: Value): string {
  if (value instanceof Secret) return value.toString();
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
}
