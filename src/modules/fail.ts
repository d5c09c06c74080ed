import { z } from 'zod';
import { defineModule, known } from '../model/module.ts';
import { text } from '../model/schema.ts';

const params = z.strictObject({
  msg: text.default('failed as asked for').describe('What to say.'),
});

type Params = z.output<typeof params>;

/** `fail`: ends the play for a host. */
export const fail = defineModule<Params, undefined>({
  name: 'fail',
  summary: 'Fails with a message, usually under a `when`',
  params,
  examples: [
    {
      title: 'Not on this machine',
      yaml: `fail:
  msg: This host has no second network card.
when: facts.interfaces.size() < 3`,
    },
  ],
  probe: () => known(undefined),
  plan: (_state, asked) => ({ failed: asked.msg }),
});
