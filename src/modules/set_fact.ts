import { z } from 'zod';
import { defineModule, known } from '../model/module.ts';
import type { ValueMap } from '../model/value.ts';

/** Whoever reads the file checks the names, as for every variable. */
const params = z.record(z.string(), z.unknown().describe('The value.'));

type Params = z.output<typeof params>;

/** `set_fact`: variables of the host, for the rest of the run. */
export const setFact = defineModule<Params, undefined>({
  name: 'set_fact',
  summary: 'Sets variables of the host for the rest of the run',
  params,
  examples: [
    {
      title: 'Two variables',
      yaml: `set_fact:
  lan_interface: eth1
  lan_range: 192.168.2.0/24`,
    },
  ],
  returns: { ansible_facts: 'the variables' },
  unsupported: { cacheable: 'leave it out: what is set holds for the rest of the run' },
  probe: () => known(undefined),
  plan: () => [],
  facts: (asked) => asked as ValueMap,
  result: (_state, asked) => ({ ansible_facts: asked as ValueMap }),
});
