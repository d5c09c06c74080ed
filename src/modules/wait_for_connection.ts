import { z } from 'zod';
import { defineModule, known } from '../model/module.ts';
import { seconds } from '../model/schema.ts';
import { raw } from '../model/script.ts';

const params = z.strictObject({
  timeout: seconds.default(600).describe('Seconds after which the host counts as unreachable.'),
  delay: seconds.default(0).describe('Seconds before the first attempt.'),
  sleep: seconds.default(1).describe('Seconds between two attempts.'),
});

type Params = z.output<typeof params>;

/** `wait_for_connection`: until the host can be worked on. */
export const waitForConnection = defineModule<Params, undefined>({
  name: 'wait_for_connection',
  summary: 'Waits until the host can be reached, and opens the connection anew',
  description:
    'The first task for a host that was just switched on, and the one behind a command that cut the connection off; `reboot` waits by itself. A host whose key is not the known one is refused at once.',
  params,
  unsupported: { connect_timeout: 'write `--timeout` on the command line' },
  examples: [{ title: 'A new machine', yaml: 'wait_for_connection:\n  timeout: 300', needs: 'network' }],
  probe: () => known(undefined),
  plan(_state, { timeout, delay, sleep }) {
    const awaits = { script: raw(':'), isBack: () => true, delay, pause: Math.max(sleep, 0.1), timeout };
    return [{ summary: 'wait for the connection', actions: [], awaits, harmless: true }];
  },
});
