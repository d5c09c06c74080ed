import { expect, test } from 'vitest';
import type { RuntimeValue } from '../../src/model/playbook.ts';
import { defineModule, known } from '../../src/model/module.ts';
import { Secret } from '../../src/model/secret.ts';
import { sh } from '../../src/model/script.ts';
import { z } from 'zod';
import { host, runTasks, scripts, task } from './rig.ts';

/** Registers a secret, and says it aloud as a host would. */
const bundle = defineModule<Record<string, never>, undefined>({
  name: 'bundle',
  summary: 'Gives a secret.',
  params: z.any(),
  examples: [],
  probe: () => known(undefined),
  plan: () => [],
  result: () => ({ profile: new Secret('client\nkey-material', ['key-material']), msg: 'has key-material' }),
});

test('a later play sees what was registered on other hosts, and secrets stay out of sight', async () => {
  let seen: RuntimeValue | undefined;
  const shared = { id: 'test.yaml/play', where: 'test.yaml:1', handlers: [], strategy: 'free' } as const;
  const { events } = await runTasks([], {
    plays: [
      { ...shared, name: 'one', hosts: [host('a')], tasks: [task(bundle, {}, { register: 'made' })] },
      {
        ...shared,
        name: 'two',
        hosts: [host('b')],
        tasks: [
          task(
            scripts,
            { scripts: [sh`echo a client has the key-material`] },
            {
              when: (runtime) => {
                seen = runtime.get('hostvars');
                return true;
              },
            },
          ),
        ],
      },
    ],
  });
  const made = seen?.kind === 'hosts' ? seen.hosts.get('a')?.get('made') : undefined;
  const value = made?.kind === 'known' ? made.value : undefined;
  expect(value).toMatchObject({ profile: expect.any(Secret) as Secret, changed: false });
  const shown = JSON.stringify(events);
  expect(shown).not.toContain('key-material');
  // Only the parts that are secret are masked: the rest of a profile has everybody's words in it.
  expect(shown).toContain('a client has the ********');
});
