import { afterEach, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../src/model/event.ts';
import { createReporter } from '../../src/report/index.ts';
import { quiet } from './render.ts';
import { packages, story, task } from './story.ts';

afterEach(() => {
  vi.useRealTimers();
});

interface Watched {
  readonly writes: string[];
  readonly event: (event: RunEvent) => void;
  readonly pause: () => () => void;
  readonly finish: () => Promise<void>;
}

async function watched(): Promise<Watched> {
  vi.useFakeTimers({ now: 0, toFake: ['setInterval', 'clearInterval', 'Date'] });
  const writes: string[] = [];
  const reporter = await createReporter({
    ...quiet,
    format: 'screen',
    isTerminal: true,
    now: () => Date.now(),
    write: (text) => void writes.push(text),
  });
  return {
    writes,
    event: (event) => reporter.event(event),
    pause: () => reporter.pause?.() ?? (() => undefined),
    finish: () => reporter.finish(),
  };
}

function opening(hosts: readonly string[]): readonly RunEvent[] {
  const playbook = 'playbooks/site.yaml';
  return [
    { kind: 'run-started', playbook, hosts, check: false, diff: false, time: '2026-11-20T10:00:00.000Z' },
    { kind: 'play-started', play: 'Router', where: `${playbook}:1`, hosts },
  ];
}

test('200 hosts with 40 tasks each within two seconds are painted ten times a second', async () => {
  const { writes, event, finish } = await watched();
  const hosts = Array.from({ length: 200 }, (_, index) => `host${index}`);
  for (const one of opening(hosts)) event(one);
  for (let round = 0; round < 40; round++) {
    for (const host of hosts) for (const one of task(host, packages, 'ok')) event(one);
    vi.advanceTimersByTime(50);
  }
  await finish();
  expect(writes.length).toBeGreaterThanOrEqual(15);
  expect(writes.length).toBeLessThanOrEqual(22);
  for (const text of writes) expect(text.length).toBeLessThan(3000);
});

test('while nothing happens nothing is written', async () => {
  const { writes, event, finish } = await watched();
  for (const one of opening(['pi'])) event(one);
  vi.advanceTimersByTime(60_000);
  expect(writes).toHaveLength(1);
  await finish();
});

test('a running task is painted once a second at most', async () => {
  const { writes, event, finish } = await watched();
  for (const one of [...opening(['pi']), ...task('pi', packages, 'ok').slice(0, 1)]) event(one);
  vi.advanceTimersByTime(60_000);
  expect(writes.length).toBeGreaterThan(50);
  expect(writes.length).toBeLessThanOrEqual(61);
  await finish();
});

test('a question can be asked meanwhile: the rows go away, and come back', async () => {
  const { writes, event, pause, finish } = await watched();
  for (const one of opening(['pi'])) event(one);
  vi.advanceTimersByTime(100);
  const resume = pause();
  expect(writes.at(-1)).toMatch(/\x1b\[J\x1b\[\?25h$/); // oxlint-disable-line no-control-regex
  const before = writes.length;
  event({ kind: 'host-connecting', host: 'pi' });
  vi.advanceTimersByTime(10_000);
  expect(writes).toHaveLength(before);
  resume();
  expect(writes.at(-1)).toContain('connecting');
  await finish();
});

test('finish twice, and finish without a run, do no harm', async () => {
  const { writes, event, finish } = await watched();
  await finish();
  expect(writes).toEqual([]);
  for (const one of story()) event(one);
  await finish();
  const { length } = writes;
  await finish();
  expect(writes).toHaveLength(length);
  expect(writes.join('').split('\x1b[?25l')).toHaveLength(writes.join('').split('\x1b[?25h').length);
});
