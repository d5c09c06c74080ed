import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineModule, known, run } from '../../src/model/module.ts';
import { raw } from '../../src/model/script.ts';
import { after, look, runTasks, task } from './rig.ts';

const question = defineModule<object, undefined>({
  name: 'question',
  summary: 'Asks.',
  params: z.any(),
  examples: [],
  probe: () => known(undefined),
  plan: () => [{ summary: 'ask', actions: [run(raw('echo 42'))], harmless: true, asks: true }],
  result: (_state, _params, outputs) => ({ answer: outputs[0]?.stdout.trim() ?? 'nobody asked' }),
});

const tasks = () => [
  task(question, {}, { name: 'ask', register: 'asked' }),
  task(look, { script: raw(':') }, { name: 'use', when: after('asked', ({ answer }) => answer === '42') }),
];

test('an answer is no change, and is used', async () => {
  expect((await runTasks(tasks())).outcomes).toEqual(['ask: ok', 'use: ok']);
});

test('in check mode nobody is asked, and what depends on the answer is unknown', async () => {
  const { outcomes, recap } = await runTasks(tasks(), { check: true });
  expect(outcomes).toEqual(['ask: unknown', 'use: unknown']);
  expect(recap[0]).toMatchObject({ failed: 0, changed: 0 });
});
