import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { fileJournal } from '../../src/engine/index.ts';
import { sh } from '../../src/model/script.ts';
import type { Task } from '../../src/model/playbook.ts';
import { host, look, refuse, runTasks, scripts, task, write } from './rig.ts';
import { temporaryFolder } from '../temporary.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('handlers');
});

const change = (name: string, notify: readonly string[]): Task =>
  task(write, { path: join(folder, name), text: name }, { name, notify });
const restart = (name: string, notify: readonly string[] = []): Task =>
  task(scripts, { scripts: [sh`echo ${name} >> ${join(folder, 'log')}`] }, { name, notify });
const log = (): string => readFileSync(join(folder, 'log'), 'utf8');
const flush: Task = {
  ...task(look, { script: sh`true` }),
  prepare: () => ({ kind: 'meta', action: 'flush_handlers' }),
};

test('a handler runs once at the end, in the order of the list, whoever notified it', async () => {
  const handlers = [restart('first'), restart('second'), restart('never')];
  const { outcomes } = await runTasks(
    [change('a', ['second']), change('b', ['first', 'second']), change('c', [])],
    { handlers },
  );
  expect(outcomes).toEqual(['a: changed', 'b: changed', 'c: changed', 'first: changed', 'second: changed']);
  expect(log()).toBe('first\nsecond\n');
  expect((await runTasks([change('a', ['second'])], { handlers })).outcomes).toEqual(['a: ok']);
});

test('flush_handlers runs them at once, also those that handlers notify', async () => {
  const handlers = [restart('one', ['two']), restart('two')];
  const { outcomes } = await runTasks(
    [change('a', ['one']), flush, task(look, { script: sh`true` }, { name: 'after' })],
    { handlers },
  );
  expect(outcomes).toEqual(['a: changed', 'one: changed', 'two: changed', 'after: ok']);
});

test('a flush with nothing notified costs no exchange', async () => {
  writeFileSync(join(folder, 'a'), 'a');
  writeFileSync(join(folder, 'b'), 'b');
  const { recap } = await runTasks([change('a', ['one']), flush, change('b', [])], {
    handlers: [restart('one')],
  });
  expect(recap[0]).toMatchObject({ ok: 2, exchanges: 1 });
});

test('a handler that was notified before the run broke is run by the next one', async () => {
  const path = join(folder, 'state', 'journal.jsonl');
  const open = (): ReturnType<typeof fileJournal> => fileJournal(path, () => 'now');
  const handlers = [restart('restart')];
  const broken = await runTasks(
    [change('a', ['restart']), task(refuse, { why: 'broken' }, { name: 'breaks' })],
    { handlers, journal: open() },
  );
  expect(broken.outcomes).toEqual(['a: changed', 'breaks: failed']);
  const second = await runTasks([change('a', ['restart'])], { handlers, journal: open() });
  expect(second.outcomes).toEqual(['a: ok', 'restart: changed']);
  expect(second.events.filter((event) => event.kind === 'handler-recovered')).toHaveLength(1);
  const third = await runTasks([change('a', ['restart'])], { handlers, journal: open() });
  expect(third.outcomes).toEqual(['a: ok']);
});

test('a task that fails before it changed anything owes no handler', async () => {
  const path = join(folder, 'journal.jsonl');
  const handlers = [restart('restart')];
  const failing = task(scripts, { scripts: [sh`false`] }, { name: 'fails', notify: ['restart'] });
  await runTasks([failing], { handlers, journal: fileJournal(path, () => 'now') });
  expect((await runTasks([], { handlers, journal: fileJournal(path, () => 'now') })).outcomes).toEqual([]);
});

test('a journal cut short by a crash is read as far as it goes', async () => {
  const path = join(folder, 'journal.jsonl');
  writeFileSync(
    path,
    '{"kind":"owe","host":"here","play":"test.yaml/play","handler":"restart"}\n{"kind":"ow',
  );
  const { outcomes } = await runTasks([], {
    handlers: [restart('restart')],
    journal: fileJournal(path, () => 'now'),
  });
  expect(outcomes).toEqual(['restart: changed']);
});

test('hosts fail alone; serial and max_fail_percentage stop the rest', async () => {
  const hosts = ['one', 'two', 'three', 'four'].map(host);
  const failsOnTwo: Task = {
    ...task(look, { script: sh`true` }, { name: 'x' }),
    prepare: (member, runtime) =>
      (member.name === 'two'
        ? task(refuse, { why: 'two is broken' })
        : task(look, { script: sh`true` })
      ).prepare(member, runtime),
  };
  const all = await runTasks([failsOnTwo], { hosts });
  expect(all.recap.map((line) => [line.host, line.ok, line.failed])).toEqual([
    ['one', 1, 0],
    ['two', 0, 1],
    ['three', 1, 0],
    ['four', 1, 0],
  ]);
  const stopped = await runTasks([failsOnTwo], { hosts, serial: [1], maxFailPercentage: 50 });
  expect(stopped.recap.map((line) => line.ok)).toEqual([1, 0, 0, 0]);
  const inStep = await runTasks([failsOnTwo, failsOnTwo], {
    hosts,
    strategy: 'linear',
    maxFailPercentage: 20,
  });
  expect(inStep.recap.map((line) => line.ok)).toEqual([1, 0, 1, 1]);
});
