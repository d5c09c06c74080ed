import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { known, run } from '../../src/model/module.ts';
import { sh } from '../../src/model/script.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Task } from '../../src/model/playbook.ts';
import type { ValueMap } from '../../src/model/value.ts';
import { createLocalTransport } from '../../src/transport/local.ts';
import { after, host, look, other, refuse, runTasks, scripts, task, write } from './rig.ts';
import { temporaryFolder } from '../temporary.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('answers');
});

const file = (name: string | number): string => join(folder, `file-${name}`);

/** Says what the value of this name is, in its failure. */
const show = (name: string, seen: (value: ValueMap) => void): Task =>
  task(look, { script: sh`true` }, { name: 'show', when: after(name, (value) => (seen(value), true)) });

describe('a loop', () => {
  test('registers for each turn which item it was of, also where it was left out', async () => {
    let seen: ValueMap = {};
    const items = ['a', 'b'].map((name) => ({ path: file(name), text: 'x' }));
    const { finished } = await runTasks([
      task(write, items, { register: 'loop', leaveOut: [1] }),
      show('loop', (value) => (seen = value)),
    ]);
    expect(seen).toMatchObject({
      changed: true,
      skipped: false,
      results: [
        { item: 0, changed: true },
        { item: 1, changed: false, skipped: true },
      ],
    });
    expect(finished.map((event) => [event.outcome, event.item])).toEqual([
      ['changed', 'item 0'],
      ['skipped', 'item 1'],
      ['ok', undefined],
    ]);
  });

  test('without items, or with all of them left out, registers that it was skipped', async () => {
    const seen: ValueMap[] = [];
    const see = (value: ValueMap): void => void seen.push(value);
    const items = [{ path: file('a'), text: 'x' }];
    const { outcomes } = await runTasks([
      task(write, [], { name: 'empty', register: 'none' }),
      show('none', see),
      task(write, items, { name: 'left out', register: 'out', leaveOut: [0] }),
      show('out', see),
    ]);
    expect(outcomes).toEqual(['empty: skipped', 'show: ok', 'left out: skipped', 'show: ok']);
    expect(seen[0]).toMatchObject({ skipped: true, changed: false, results: [] });
    expect(seen.at(-1)).toMatchObject({ skipped: true, results: [{ item: 0, skipped: true }] });
  });

  test('of which a plan cannot know one turn registers nothing that could be taken for its result', async () => {
    writeFileSync(file('b'), 'x');
    const items = ['a', 'b'].map((name) => ({ path: file(name), text: 'x' }));
    const conclude = ({
      changed,
      ...result
    }: ValueMap): { changed: boolean; failed: boolean } | { failed: string } =>
      changed === true ? { failed: 'no rc' } : { changed: false, failed: result['failed'] === true };
    const { outcomes } = await runTasks(
      [task(write, items, { name: 'loop', register: 'loop', conclude }), show('loop', () => undefined)],
      { check: true },
    );
    expect(outcomes).toEqual(['loop: unknown', 'loop: ok', 'show: unknown']);
  });
});

test('a plan that left out a command does not fail at what needs its answer', async () => {
  const conclude = (): { changed: boolean; failed: boolean } => ({ changed: false, failed: false });
  const { outcomes } = await runTasks(
    [
      task(scripts, { scripts: [sh`true`] }, { name: 'asks', conclude }),
      task(refuse, { why: 'no stdout' }, { name: 'reads' }),
    ],
    { check: true },
  );
  expect(outcomes).toEqual(['asks: ok', 'reads: unknown']);
});

test('`attempts` tells how often a task was tried', async () => {
  let seen: ValueMap = {};
  const retry = { times: 5, delay: 0, until: ({ attempts }: ValueMap) => attempts === 3 };
  const { events } = await runTasks([
    task(look, { script: sh`true` }, { register: 'tried', retry }),
    show('tried', (value) => (seen = value)),
  ]);
  // It began once, or nobody could tell how long it has been at it.
  expect(events.filter((event) => event.kind === 'task-started')).toHaveLength(2);
  expect(seen).toMatchObject({ attempts: 3, changed: false });
});

test('each user is told of its own trouble', async () => {
  const { finished } = await runTasks([
    task(look, { script: sh`sleep 60` }, { name: 'slow', timeout: 1, ignoreErrors: true }),
    task(
      look,
      { script: sh`true` },
      { name: 'nobody there', user: 'homerun-no-such-user', ignoreErrors: true },
    ),
    task(look, { script: sh`true` }, { name: 'next' }),
  ]);
  expect(finished.map((event) => [event.task.name, event.outcome])).toEqual([
    ['slow', 'ignored'],
    ['nobody there', 'ignored'],
    ['next', 'ok'],
  ]);
  expect(finished[0]?.failure?.failed).toContain('1 s');
  expect(finished[1]?.failure?.failed).toContain('homerun-no-such-user');
});

test('secrets of an item are masked before anything of it is sent', async () => {
  const secret = new Secret('correct horse');
  const tells = {
    ...scripts,
    probe: () => known(undefined),
    plan: () => [{ summary: 'tell', before: 'x', after: 'correct horse', actions: [run(sh`true`)] }],
  };
  const { events } = await runTasks([task(tells, { scripts: [] }, { name: 'tells', secrets: [secret] })], {
    check: true,
  });
  expect(JSON.stringify(events)).toContain('********');
  expect(JSON.stringify(events)).not.toContain('correct horse');
});

describe('the run ends', () => {
  const failing = (name: string): Task => task(refuse, { why: 'no' }, { name });
  const play = { id: 'test.yaml/play', where: 'test.yaml:1', handlers: [], strategy: 'free' as const };
  const second = {
    ...play,
    name: 'second',
    hosts: ['one', 'two'].map(host),
    tasks: [task(look, { script: sh`true` }, { name: 'second play' })],
  };

  test('where more hosts failed than the play allows', async () => {
    const onOne: Task = {
      ...failing('first play'),
      prepare: (member, runtime) =>
        (member.name === 'one' ? failing('') : task(look, { script: sh`sleep 1` })).prepare(member, runtime),
    };
    const first = { ...play, name: 'first', hosts: ['one', 'two'].map(host), maxFailPercentage: 0 };
    const later = other('end', { kind: 'meta', action: 'clear_facts' });
    const { outcomes, events } = await runTasks([], {
      plays: [{ ...first, tasks: [onOne, later, failing('never')] }, second],
    });
    expect(outcomes.filter((outcome) => !outcome.startsWith('first'))).toEqual([]);
    expect(events.filter((event) => event.kind === 'play-finished')).toEqual([
      { kind: 'play-finished', play: 'first', stopped: '1 of 2 hosts failed, and the play allows none' },
    ]);
  });

  test('where a whole batch failed and others were to come', async () => {
    const first = { ...play, name: 'first', hosts: ['one', 'two'].map(host), serial: [1] };
    const { outcomes, events } = await runTasks([], {
      plays: [{ ...first, tasks: [failing('breaks')] }, second],
    });
    expect(outcomes).toEqual(['breaks: failed']);
    expect(events.find((event) => event.kind === 'play-finished')?.stopped).toBe(
      'the host of this batch failed, so the next ones do not begin',
    );
  });

  test('not where every host of a play failed and others have plays of their own', async () => {
    const { outcomes } = await runTasks([], {
      plays: [{ ...play, name: 'first', hosts: [host('one')], tasks: [failing('breaks')] }, second],
    });
    expect(outcomes).toEqual(['breaks: failed', 'second play: ok']);
  });
});

test('reset_connection begins a new session', async () => {
  let opened = 0;
  await runTasks(
    [
      task(look, { script: sh`true` }),
      other('reset', { kind: 'meta', action: 'reset_connection' }),
      task(look, { script: sh`true` }),
    ],
    { connect: ({ name }) => (opened++, createLocalTransport({ name })) },
  );
  expect(opened).toBe(2);
});

describe('an interruption', () => {
  test('during the pause of `until` ends the run, which says so', async () => {
    const controller = new AbortController();
    const retry = { times: 5, delay: 600, until: () => (setTimeout(() => controller.abort(), 50), false) };
    const { events, recap } = await runTasks(
      [task(look, { script: sh`true` }, { retry }), task(write, { path: file('later'), text: 'x' })],
      { signal: controller.signal },
    );
    expect(events.at(-1)).toMatchObject({ kind: 'run-finished', interrupted: true });
    expect(recap[0]).toMatchObject({ ok: 0, changed: 0 });
    expect(existsSync(file('later'))).toBe(false);
  });

  test('while a host is being reached does not wait for it, nor call it unreachable', async () => {
    const controller = new AbortController();
    const { events, recap } = await runTasks([task(look, { script: sh`true` })], {
      signal: controller.signal,
      connect: () => ({
        session: () => (setTimeout(() => controller.abort(), 50), new Promise(() => undefined)),
        close: () => new Promise(() => undefined),
      }),
    });
    expect(events.find((event) => event.kind === 'host-unreachable')).toMatchObject({ interrupted: true });
    expect(recap[0]?.unreachable).toBe(false);
    expect(events.at(-1)).toMatchObject({ kind: 'run-finished', interrupted: true });
  });

  test('none is told of a run that came to its end', async () => {
    expect((await runTasks([])).events.at(-1)).toMatchObject({ kind: 'run-finished', interrupted: false });
  });
});
