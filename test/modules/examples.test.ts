import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { modules } from '../../src/modules/index.ts';
import { SHELLS, applyTask, localShell, makeFolder, settleExample } from '../rig.ts';
import { parseTask } from './task.ts';

let folder: string;

beforeEach(() => {
  folder = makeFolder();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const examples = modules.flatMap((module) =>
  module.examples.map((example) => ({ name: `${module.name}: ${example.title}`, module, example })),
);

test.each(modules.map((module) => [module.name, module] as const))('%s has examples', (_name, module) => {
  expect(module.examples.length).toBeGreaterThan(0);
});

test.each(examples)('$name is a task with parameters that exist', ({ module, example }) => {
  const task = parseTask(example.yaml);
  expect(task.module.name).toBe(module.name);
  expect(task.module.params.safeParse(task.params).error).toBeUndefined();
});

describe.each(SHELLS)('on %s', (shell) => {
  const runnable = examples.filter(({ example }) => example.needs === undefined);

  test.each(runnable)('$name', async ({ example }) => {
    const task = parseTask(settleExample(example.yaml, folder), folder);
    const execute = localShell(shell, folder, { HOME: folder, TMPDIR: folder });
    const repeats = REPEATING.includes(task.module.name) && !isGuarded(task.params);
    const done = await applyTask({ ...task, execute, watch: folder, repeats });
    const wanted = task.module.name === 'fail' ? task.module.plan(undefined, task.params, {}) : undefined;
    expect(done.failure).toEqual(wanted);
  });
});

const REPEATING = ['command', 'raw', 'script', 'shell', 'tempfile'];

/** Commands run every time, unless one of these says that they need not. */
function isGuarded(params: unknown): boolean {
  const guards = ['creates', 'removes', 'unless', 'onlyif'];
  return typeof params === 'object' && params !== null && guards.some((guard) => guard in params);
}
