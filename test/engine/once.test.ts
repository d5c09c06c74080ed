import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Host } from '../../src/model/inventory.ts';
import type { Task } from '../../src/model/playbook.ts';
import { sh } from '../../src/model/script.ts';
import { createLocalTransport } from '../../src/transport/local.ts';
import { TransportError, type Transport } from '../../src/transport/transport.ts';
import { temporaryFolder } from '../temporary.ts';
import { after, host, look, other, refuse, runTasks, scripts, task, type TaskOptions } from './rig.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

const hosts = ['one', 'two', 'three'].map(host);
const lines = (name: string): number =>
  existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').split('\n').length - 1 : 0;
const append = (name: string, options: TaskOptions = {}, more = sh``) =>
  task(scripts, { scripts: [sh`echo x >>${join(folder, name)}; echo made; ${more}`] }, { name, ...options });

function onOneOnly(wrapped: Task): Task {
  return {
    ...wrapped,
    prepare: (member, runtime) =>
      member.name === 'one' ? wrapped.prepare(member, runtime) : { kind: 'skipped', reason: 'not here' },
  };
}

describe.each(['free', 'linear'] as const)('with strategy %s', (strategy) => {
  test('one host does it, and all have what it registered', async () => {
    const tasks = [
      append('before'),
      append('once', { runOnce: true, register: 'made' }),
      append('after', { when: after('made', ({ stdout }) => stdout === 'made\n') }),
    ];
    const { finished, recap } = await runTasks(tasks, { hosts, strategy });
    expect(['before', 'once', 'after'].map(lines)).toEqual([3, 1, 3]);
    expect(finished.filter((event) => event.task.name === 'once').map((event) => event.host)).toEqual([
      'one',
    ]);
    expect(recap.map(({ changed }) => changed)).toEqual([3, 2, 2]);
  });

  test('the next host does it where the first has failed before', async () => {
    const fails = onOneOnly(task(refuse, { why: 'no' }, { name: 'fails' }));
    const { recap } = await runTasks([fails, append('once', { runOnce: true })], { hosts, strategy });
    expect(recap.map(({ failed, changed }) => [failed, changed])).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
  });

  test('the next host does it where the first cannot be reached', async () => {
    const connect = (member: Host): Transport =>
      member.name === 'one'
        ? {
            session: () => Promise.reject(new TransportError('unreachable', 'nobody answers')),
            close: () => Promise.resolve(),
          }
        : createLocalTransport({ name: member.name });
    const { recap } = await runTasks([append('once', { runOnce: true })], { hosts, strategy, connect });
    expect(recap.map(({ unreachable, changed }) => [unreachable, changed])).toEqual([
      [true, 0],
      [false, 1],
      [false, 0],
    ]);
  });

  test('the next host does it where the first never comes to it', async () => {
    const inside = append('once', { runOnce: true });
    const include: Task = {
      ...other('include', { kind: 'include', tasks: [] }),
      prepare: ({ name }) => ({ kind: 'include', tasks: name === 'one' ? [] : [inside] }),
    };
    const { recap } = await runTasks([include, append('after')], { hosts, strategy });
    expect(lines('once')).toBe(1);
    expect(recap.map(({ changed }) => changed)).toEqual([1, 2, 1]);
  });

  test('where it fails, the play is over for all, and nobody tries it again', async () => {
    const tasks = [append('once', { runOnce: true }, sh`exit 3`), append('after')];
    const { events, recap } = await runTasks(tasks, { hosts, strategy });
    expect([lines('once'), lines('after')]).toEqual([1, 0]);
    expect(recap.map(({ failed }) => failed)).toEqual([1, 0, 0]);
    expect(events.find((event) => event.kind === 'play-finished')).toMatchObject({
      stopped: "'once' failed, which one host does for all",
    });
  });
});

test('a batch at a time, and one host at a time, does it for itself', async () => {
  await runTasks([append('batches', { runOnce: true })], { hosts, serial: [2, 1] });
  expect(lines('batches')).toBe(2);
});

test('the host that does it looks ahead over it as over any other task', async () => {
  const looks = (name: string, options: TaskOptions = {}) =>
    task(look, { script: sh`echo x` }, { name, ...options });
  const { recap } = await runTasks([looks('a'), looks('b', { runOnce: true }), looks('c')], { hosts });
  expect(recap.map(({ exchanges, ok }) => [exchanges, ok])).toEqual([
    [1, 3],
    [2, 2],
    [2, 2],
  ]);
});
