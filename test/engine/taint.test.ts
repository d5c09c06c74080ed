import { expect, test } from 'vitest';
import type { RuntimeValue } from '../../src/model/playbook.ts';
import { sh } from '../../src/model/script.ts';
import { Secret } from '../../src/model/secret.ts';
import type { ValueMap } from '../../src/model/value.ts';
import { look, runTasks, task } from './rig.ts';

test('what a host repeats of a secret is secret in the registered result, and nothing else of it is', async () => {
  const secret = new Secret('a secret of the house');
  let seen: RuntimeValue | undefined;
  await runTasks([
    task(look, { script: sh`echo before ${secret} after` }, { register: 'told' }),
    task(look, { script: sh`echo harmless` }, { register: 'plain' }),
    task(
      look,
      { script: sh`:` },
      {
        when: (runtime) => {
          const known = ['told', 'plain'].map((name) => runtime.get(name));
          const [told] = known;
          const pending = known.some((each) => each?.kind !== 'known');
          if (pending) return { kind: 'waiting', for: 'told' };
          seen = told;
          expect(known[1]).toMatchObject({ value: { seen: 'harmless\n', changed: false } });
          return true;
        },
      },
    ),
  ]);
  const value = seen?.kind === 'known' ? (seen.value as ValueMap)['seen'] : undefined;
  expect(value).toBeInstanceOf(Secret);
  expect(value instanceof Secret && value.reveal()).toBe('before a secret of the house after\n');
});
