import { z } from 'zod';
import { defineModule, known, run } from '../model/module.ts';
import { sh } from '../model/script.ts';

const length = z.int().min(0).optional();
const NOBODY = 'give the value with `-e NAME=VALUE`: nobody is asked while a playbook runs';

const params = z
  .strictObject({
    seconds: length.describe('How long.'),
    minutes: length.describe('How long.'),
  })
  .superRefine(({ seconds, minutes }, context) => {
    if ((seconds === undefined) === (minutes === undefined))
      context.addIssue({ code: 'custom', message: 'give either `seconds` or `minutes`' });
  });

type Params = z.output<typeof params>;

/** `pause`: a wait of a fixed length. */
export const pause = defineModule<Params, undefined>({
  name: 'pause',
  summary: 'Waits for some time',
  description:
    'Each host waits by itself. It changes nothing, and check mode does not wait. `wait_for` waits for something to happen, which is mostly better.',
  params,
  unsupported: { prompt: NOBODY, echo: NOBODY },
  examples: [{ title: 'A moment', yaml: 'pause: { seconds: 1 }' }],
  probe: () => known(undefined),
  plan(_state, { seconds = 0, minutes = 0 }) {
    const length = seconds + 60 * minutes;
    const actions = [run(sh`sleep ${length}`, { timeout: length + 30 })];
    return [{ summary: `wait for ${length} seconds`, actions, harmless: true }];
  },
});
