import { z } from 'zod';
import { ask, defineModule } from '../model/module.ts';
import { text } from '../model/schema.ts';
import { raw } from '../model/script.ts';

const params = z.strictObject({ data: text.default('pong').describe('What comes back.') });

type Params = z.output<typeof params>;

/** `ping`: whether the host can be worked on. */
export const ping = defineModule<Params, undefined>({
  name: 'ping',
  summary: 'Connects, becomes whom it shall become, runs nothing, and says so',
  params,
  examples: [{ title: 'Is it there?', yaml: 'ping: {}\nbecome: true' }],
  returns: { ping: '`pong`, or the `data`' },
  probe: () => ask(raw(':'), () => undefined),
  plan: () => [],
  result: (_state, { data }) => ({ ping: data }),
});
