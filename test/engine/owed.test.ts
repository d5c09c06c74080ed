import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { fileJournal, readJournal } from '../../src/engine/index.ts';
import { sh } from '../../src/model/script.ts';
import type { Task } from '../../src/model/playbook.ts';
import { host, look, other, refuse, runTasks, scripts, task, write } from './rig.ts';
import { temporaryFolder } from '../temporary.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('owed');
});

const change = (name: string, notify: readonly string[]): Task =>
  task(write, { path: join(folder, name), text: name }, { name, notify });
const restart = (name: string, notify: readonly string[] = []): Task =>
  task(scripts, { scripts: [sh`echo ${name} >> ${join(folder, 'log')}`] }, { name, notify });
const log = (): string => readFileSync(join(folder, 'log'), 'utf8');
const journal = (): ReturnType<typeof fileJournal> => fileJournal(join(folder, 'journal'), () => 'now');
const meta = (action: 'end_host' | 'end_play' | 'flush_handlers' | 'noop'): Task =>
  other(action, { kind: 'meta', action });
const nothing = task(look, { script: sh`true` }, { name: 'nothing' });

describe('a handler is run once', () => {
  test('where another one notifies it that runs before it', async () => {
    const handlers = [restart('first', ['second']), restart('second')];
    const { outcomes } = await runTasks([change('a', ['first', 'second'])], { handlers });
    expect(outcomes).toEqual(['a: changed', 'first: changed', 'second: changed']);
    expect(log()).toBe('first\nsecond\n');
  });

  test('and once more where one behind it notifies it', async () => {
    const handlers = [restart('first'), restart('second', ['first'])];
    await runTasks([change('a', ['first', 'second'])], { handlers });
    expect(log()).toBe('first\nsecond\nfirst\n');
  });

  test('where it notifies itself', async () => {
    await runTasks([change('a', ['self'])], { handlers: [restart('self', ['self'])] });
    expect(log()).toBe('self\n');
  });

  test('and a circle of them fails instead of running for ever', async () => {
    const handlers = [restart('one', ['two']), restart('two', ['one'])];
    const { finished } = await runTasks([change('a', ['one'])], { handlers });
    expect(finished.at(-1)?.failure).toEqual({
      failed: 'these handlers are notified by each other, again and again: two',
      hint: 'take one `notify` out, or use `changed_when` to say when nothing changed',
    });
  });
});

describe('a handler is owed until it is done', () => {
  const owes = async (handlers: readonly Task[]): Promise<readonly string[]> =>
    (await runTasks([], { handlers, journal: journal() })).outcomes;

  test('where `changed_when` alone calls the task a change', async () => {
    const handlers = [restart('restart')];
    const says = task(
      look,
      { script: sh`true` },
      { name: 'says', notify: ['restart'], conclude: () => ({ changed: true, failed: false }) },
    );
    await runTasks([says, task(refuse, { why: 'broken' })], { handlers, journal: journal() });
    expect(await owes(handlers)).toEqual(['restart: changed']);
  });

  test('where its last task is an included one', async () => {
    const included = [restart('included 1'), restart('included 2')];
    const handlers = [{ ...other('restart', { kind: 'include', tasks: included }), topics: ['restart'] }];
    const { outcomes } = await runTasks([change('a', ['restart'])], { handlers, journal: journal() });
    expect(outcomes).toEqual(['a: changed', 'included 1: changed', 'included 2: changed']);
    expect(await owes(handlers)).toEqual([]);
  });

  test('where it includes nothing, or is a meta', async () => {
    const handlers = [
      { ...other('empty', { kind: 'include', tasks: [] }), topics: ['x'] },
      { ...meta('noop'), topics: ['x'] },
    ];
    await runTasks([change('a', ['x'])], { handlers, journal: journal() });
    const { events } = await runTasks([], { handlers, journal: journal() });
    expect(events.filter((event) => event.kind === 'handler-recovered')).toEqual([]);
  });

  test('where another handler of the same flush found nothing to change', async () => {
    const quiet = task(look, { script: sh`true` }, { name: 'quiet', notify: ['restart'] });
    const breaks = task(scripts, { scripts: [sh`false`] }, { name: 'breaks' });
    const handlers = [quiet, breaks, restart('restart')];
    await runTasks([change('a', ['quiet', 'breaks', 'restart'])], { handlers, journal: journal() });
    expect(existsSync(join(folder, 'log'))).toBe(false);
    expect(await owes([quiet, restart('restart')])).toEqual(['restart: changed']);
  });

  test('where the task that notifies it was cut off in the middle', async () => {
    const hangs = task(
      scripts,
      { scripts: [sh`: > ${join(folder, 'done')}; sleep 600`], timeout: 1 },
      { name: 'hangs', notify: ['restart'] },
    );
    const handlers = [restart('restart')];
    expect((await runTasks([hangs], { handlers, journal: journal() })).outcomes).toEqual(['hangs: failed']);
    expect(await owes(handlers)).toEqual(['restart: changed']);
  });

  test.each(['end_host', 'end_play'] as const)('%s runs it first, and later plays go on', async (action) => {
    const handlers = [restart('restart')];
    const play = {
      name: 'one',
      id: 'test.yaml/one',
      where: 'test.yaml:1',
      hosts: [host('here')],
      strategy: 'free' as const,
    };
    const { outcomes } = await runTasks([], {
      plays: [
        { ...play, tasks: [change('a', ['restart']), meta(action), nothing], handlers },
        { ...play, name: 'two', tasks: [nothing], handlers: [] },
      ],
    });
    expect(outcomes).toEqual(['a: changed', 'restart: changed', 'nothing: ok']);
  });

  test('a plan announces what an earlier run left to do, and leaves it owed', async () => {
    const handlers = [restart('restart')];
    await runTasks([change('a', ['restart']), task(refuse, { why: 'no' })], { handlers, journal: journal() });
    const text = readFileSync(join(folder, 'journal'), 'utf8');
    const plan = await runTasks([], { handlers, check: true, journal: readJournal(join(folder, 'journal')) });
    expect(plan.outcomes).toEqual(['restart: changed']);
    expect(readFileSync(join(folder, 'journal'), 'utf8')).toBe(text);
    expect(await owes(handlers)).toEqual(['restart: changed']);
  });
});

test('a handler that a template named and nobody has fails the task before it changes anything', async () => {
  const { finished } = await runTasks([change('a', ['restrat'])], { handlers: [restart('restart')] });
  expect(finished[0]?.failure).toEqual({ failed: 'there is no handler `restrat`' });
  expect(existsSync(join(folder, 'a'))).toBe(false);
});

test('what earlier tries of `until` changed counts', async () => {
  writeFileSync(join(folder, 'a'), 'old');
  let tries = 0;
  const retry = { times: 3, delay: 0, until: () => ++tries > 1 };
  const again = task(
    write,
    { path: join(folder, 'a'), text: 'new' },
    { name: 'again', notify: ['restart'], retry },
  );
  const { outcomes, finished } = await runTasks([again], { handlers: [restart('restart')] });
  expect(outcomes).toEqual(['again: changed', 'restart: changed']);
  expect(finished[0]?.changes.map((each) => each.summary)).toEqual([`write ${join(folder, 'a')}`]);
});
