import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defineModule, known, run } from '../../src/model/module.ts';
import { sh } from '../../src/model/script.ts';
import { createLocalTransport } from '../../src/transport/local.ts';
import { TransportError, type Transport } from '../../src/transport/transport.ts';
import { after, look, runTasks, task } from './rig.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homerun-engine-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Begins a file anew, and is back once it has been asked three times. */
const away = (timeout: number) =>
  defineModule<object, undefined>({
    name: 'away',
    summary: 'Goes away.',
    params: z.any(),
    examples: [],
    probe: () => known(undefined),
    plan: () => [
      {
        summary: 'go away',
        actions: [run(sh`: >${join(folder, 'asked')}`)],
        awaits: {
          script: sh`echo x >>${join(folder, 'asked')}; wc -l <${join(folder, 'asked')}`,
          isBack: ({ stdout }) => stdout.trim() === '3',
          ...{ delay: 0, pause: 0.01, timeout },
        },
      },
    ],
    result: (_state, _params, outputs) => ({ asked: outputs.at(-1)?.stdout.trim() ?? '' }),
  });

test('each time over a new connection, and what was seen before is looked at again', async () => {
  let opened = 0;
  const connect = (): Transport => {
    opened++;
    return createLocalTransport({ name: 'here' });
  };
  const seen = task(
    look,
    { script: sh`cat ${join(folder, 'asked')} 2>/dev/null || echo early` },
    { register: 'seen' },
  );
  const tasks = [
    task(away(60), {}, { register: 'gone' }),
    seen,
    task(
      look,
      { script: sh`true` },
      { name: 'last', when: after('seen', ({ seen }) => seen === 'x\nx\nx\n') },
    ),
  ];
  const { recap, outcomes } = await runTasks(tasks, { connect });
  expect(recap[0]).toMatchObject({ changed: 1, ok: 2, failed: 0 });
  expect(outcomes.at(-1)).toBe('last: ok');
  expect(opened).toBe(4);
});

test('a host that cannot be connected to is tried again, one that stays away is given up', async () => {
  let opened = 0;
  const connect = (): Transport => {
    const refused = ++opened === 2;
    const local = createLocalTransport({ name: 'here' });
    const session: Transport['session'] = (become) =>
      refused ? Promise.reject(new TransportError('unreachable', 'nobody there')) : local.session(become);
    return { session, close: () => local.close() };
  };
  expect((await runTasks([task(away(60), {})], { connect })).recap[0]).toMatchObject({ changed: 1 });
  expect(opened).toBe(5);
  const { recap, events } = await runTasks([task(away(0), {})], { connect });
  expect(recap[0]).toMatchObject({ unreachable: true, changed: 0 });
  expect(events.find((event) => event.kind === 'host-unreachable')).toMatchObject({
    failure: { failed: 'here was not back after 0 s' },
    task: { module: 'away' },
  });
});

test('another host under its address is refused at once', async () => {
  let opened = 0;
  const connect = (): Transport => {
    const other = ++opened > 1;
    const local = createLocalTransport({ name: 'here' });
    const session: Transport['session'] = (become) =>
      other ? Promise.reject(new TransportError('host-key-changed', 'another key')) : local.session(become);
    return { session, close: () => local.close() };
  };
  const { recap } = await runTasks([task(away(60), {})], { connect });
  expect(recap[0]).toMatchObject({ unreachable: true });
  expect(opened).toBe(2);
});

test('check mode sends nobody away', async () => {
  const { recap } = await runTasks([task(away(60), {})], { check: true });
  expect(recap[0]).toMatchObject({ changed: 1 });
  expect(existsSync(join(folder, 'asked'))).toBe(false);
});
