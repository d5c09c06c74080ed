import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { sh } from '../../src/model/script.ts';
import { Secret } from '../../src/model/secret.ts';
import { after, look, refuse, runTasks, scripts, task, write } from './rig.ts';
import { temporaryFolder } from '../temporary.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('engine');
});

const file = (index: number | string): string => join(folder, `file-${index}`);
const writes = (count: number): ReturnType<typeof task>[] =>
  Array.from({ length: count }, (_, index) =>
    task(write, { path: file(index), text: `text ${index}` }, { name: `write ${index}` }),
  );

describe('exchanges, counted exactly', () => {
  test('fifty tasks that are as asked cost one', async () => {
    for (let index = 0; index < 50; index++) writeFileSync(file(index), `text ${index}`);
    const { recap } = await runTasks(writes(50));
    expect(recap[0]).toMatchObject({ ok: 50, changed: 0, exchanges: 1 });
  });

  test('one changed task costs one more', async () => {
    for (let index = 0; index < 50; index++)
      writeFileSync(file(index), index === 20 ? 'wrong' : `text ${index}`);
    const { recap } = await runTasks(writes(50));
    // After a change eight tasks are looked at, then twice as many: 29 tasks behind it take 8 + 16 + 5.
    expect(recap[0]).toMatchObject({ ok: 49, changed: 1, exchanges: 4 });
    expect(readFileSync(file(20), 'utf8')).toBe('text 20');
  });

  test('one changed task near the end costs exactly two exchanges in all', async () => {
    for (let index = 0; index < 34; index++)
      writeFileSync(file(index), index === 30 ? 'wrong' : `text ${index}`);
    const { recap } = await runTasks(writes(34));
    expect(recap[0]).toMatchObject({ ok: 33, changed: 1, exchanges: 2 });
  });

  test('every task changed: one for the first look, then one each', async () => {
    const { recap } = await runTasks(writes(12));
    expect(recap[0]).toMatchObject({ changed: 12, exchanges: 13 });
  });

  test('in a row of changes little is asked ahead, and where it ends, as much as ever', async () => {
    for (let index = 5; index < 30; index++) writeFileSync(file(index), `text ${index}`);
    const { recap } = await runTasks(writes(30));
    // One look at all; then one each, with 8, 8, 2, 2 and 2 asked behind it; then 16 and the last 7.
    expect(recap[0]).toMatchObject({ ok: 25, changed: 5, exchanges: 8 });
  });

  test('a task that reads a registered value costs one more', async () => {
    writeFileSync(file(0), 'text 0');
    const tasks = [
      task(look, { script: sh`echo one` }, { register: 'first' }),
      task(write, { path: file(0), text: 'text 0' }, { when: after('first') }),
    ];
    expect((await runTasks(tasks)).recap[0]).toMatchObject({ ok: 2, exchanges: 2 });
  });

  test('facts are asked once, only when a task uses them', async () => {
    const plain = [task(look, { script: sh`echo one` })];
    expect((await runTasks(plain)).recap[0]).toMatchObject({ exchanges: 1 });
    const user = task(
      look,
      { script: sh`echo two` },
      { when: after('facts', (facts) => facts['answer'] === 'yes') },
    );
    const { recap, batches } = await runTasks([...plain, user, user]);
    expect(recap[0]).toMatchObject({ ok: 3, exchanges: 2 });
    expect(batches.map((batch) => batch.length)).toEqual([2, 2]);
  });

  test('two become-users are asked side by side: one exchange each', async () => {
    const tasks = [
      task(look, { script: sh`id -un` }, { name: 'as me', register: 'me' }),
      task(look, { script: sh`id -un` }, { name: 'as nobody', user: 'nobody', register: 'nobody' }),
      task(look, { script: sh`id -un` }, { name: 'as me again' }),
    ];
    const { recap, outcomes } = await runTasks(tasks);
    expect(outcomes).toEqual(['as me: ok', 'as nobody: ok', 'as me again: ok']);
    expect(recap[0]?.exchanges).toBe(2);
  });

  test('no exchange where no task needs the host', async () => {
    const { recap } = await runTasks([task(refuse, { why: 'no' }, { ignoreErrors: true })]);
    expect(recap[0]).toMatchObject({ ignored: 1, exchanges: 0 });
  });
});

describe('truth', () => {
  test('an answer that was asked before a change is never used', async () => {
    writeFileSync(file('shared'), 'old');
    const tasks = [
      task(write, { path: file('shared'), text: 'new' }, { name: 'change' }),
      task(look, { script: sh`cat ${file('shared')}` }, { name: 'look', register: 'seen' }),
      task(
        write,
        { path: file('copy'), text: 'new' },
        { name: 'copy', when: after('seen', ({ seen }) => seen === 'new') },
      ),
    ];
    expect((await runTasks(tasks)).outcomes).toEqual(['change: changed', 'look: ok', 'copy: changed']);
  });

  test('actions of another user are never overtaken by a probe', async () => {
    const tasks = [
      task(scripts, {
        scripts: [sh`sleep 0.2; echo done > ${file('slow')}; chmod 644 ${file('slow')}; chmod 755 ${folder}`],
      }),
      task(look, { script: sh`cat ${file('slow')}` }, { user: 'nobody', register: 'seen' }),
      task(
        write,
        { path: file('copy'), text: 'x' },
        { name: 'copy', when: after('seen', ({ seen }) => seen === 'done\n') },
      ),
    ];
    expect((await runTasks(tasks)).outcomes.at(-1)).toBe('copy: changed');
  });

  test('the first failing action skips the rest of its task, and the host leaves', async () => {
    const tasks = [
      task(
        scripts,
        { scripts: [sh`echo a > ${file('a')}`, sh`echo complaint >&2; exit 7`, sh`echo c > ${file('c')}`] },
        { name: 'chain' },
      ),
      task(write, { path: file('later'), text: 'x' }, { name: 'later' }),
    ];
    const { outcomes, finished, recap } = await runTasks(tasks);
    expect(outcomes).toEqual(['chain: failed']);
    expect(finished[0]?.failure).toEqual({ failed: 'complaint (exit code 7)' });
    expect([existsSync(file('a')), existsSync(file('c')), existsSync(file('later'))]).toEqual([
      true,
      false,
      false,
    ]);
    expect(recap[0]).toMatchObject({ failed: 1, ok: 0 });
  });

  test('a loop is one task with a turn for each item, and registers all results', async () => {
    writeFileSync(file(1), 'text');
    const items = [0, 1, 2].map((index) => ({ path: file(index), text: 'text' }));
    const tasks = [
      task(write, items, { name: 'loop', register: 'loop' }),
      task(
        look,
        { script: sh`true` },
        { name: 'after', when: after('loop', ({ results }) => (results as unknown[]).length === 3) },
      ),
    ];
    const { outcomes, finished } = await runTasks(tasks);
    expect(outcomes).toEqual(['loop: changed', 'loop: ok', 'loop: changed', 'after: ok']);
    expect(finished.map((event) => event.item)).toEqual(['item 0', 'item 1', 'item 2', undefined]);
  });

  test('a big file travels in pieces and arrives whole', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 256));
    const upload = {
      ...scripts,
      name: 'upload',
      plan: () => [
        { summary: 'upload', actions: [{ kind: 'upload' as const, bytes, path: file('big'), mode: '0640' }] },
      ],
    };
    const { recap } = await runTasks([task(upload, { scripts: [] })]);
    expect(recap[0]).toMatchObject({ changed: 1, exchanges: 1 });
    expect(readFileSync(file('big')).equals(bytes)).toBe(true);
  });
});

describe('the author has the last word', () => {
  test('changed_when and failed_when', async () => {
    const tasks = [
      task(
        scripts,
        { scripts: [sh`exit 3`], okCodes: 'any' },
        { name: 'fine', conclude: ({ rc }) => ({ changed: false, failed: rc !== 3 }) },
      ),
      task(
        scripts,
        { scripts: [sh`echo bad`] },
        { name: 'bad', conclude: ({ stdout }) => ({ changed: true, failed: stdout === 'bad\n' }) },
      ),
    ];
    expect((await runTasks(tasks)).outcomes).toEqual(['fine: ok', 'bad: failed']);
  });

  test('ignore_errors lets the host go on', async () => {
    const tasks = [
      task(scripts, { scripts: [sh`false`] }, { name: 'fails', ignoreErrors: true }),
      task(look, { script: sh`true` }, { name: 'next' }),
    ];
    expect((await runTasks(tasks)).outcomes).toEqual(['fails: ignored', 'next: ok']);
  });

  test('until is asked again after each try, and gives up', async () => {
    const count = scripts;
    const tick = sh`echo x >> ${file('ticks')}; wc -l < ${file('ticks')}`;
    const until = (goal: number) => ({
      times: 4,
      delay: 0,
      until: ({ stdout }: { stdout?: unknown }) => Number(stdout) >= goal,
    });
    const first = await runTasks([task(count, { scripts: [tick] }, { name: 'third time', retry: until(3) })]);
    expect(first.outcomes).toEqual(['third time: changed']);
    expect(readFileSync(file('ticks'), 'utf8')).toBe('x\nx\nx\n');
    const second = await runTasks([task(count, { scripts: [tick] }, { name: 'never', retry: until(100) })]);
    expect(second.finished[0]?.failure).toEqual({ failed: 'gave up after 5 tries: `until` never held' });
  });
});

describe('check mode', () => {
  test('sends no action and announces what a run then does', async () => {
    writeFileSync(file(1), 'text 1');
    const plan = await runTasks(writes(3), { check: true });
    expect(plan.outcomes).toEqual(['write 0: changed', 'write 1: ok', 'write 2: changed']);
    expect(plan.recap[0]?.exchanges).toBe(1);
    expect(existsSync(file(0))).toBe(false);
    expect((await runTasks(writes(3))).outcomes).toEqual(plan.outcomes);
  });

  test('says unknown where only a run can tell', async () => {
    const tasks = [
      task(scripts, { scripts: [sh`true`] }, { name: 'change' }),
      task(refuse, { why: 'the unit is not there' }, { name: 'needs it' }),
    ];
    const { outcomes, finished } = await runTasks(tasks, { check: true });
    expect(outcomes).toEqual(['change: changed', 'needs it: unknown']);
    expect(finished[1]?.message).toBe('unknown until the changes above are made: the unit is not there');
  });

  test('a failure that no announced change explains is a failure', async () => {
    expect(
      (await runTasks([task(refuse, { why: 'no' }, { name: 'first' })], { check: true })).outcomes,
    ).toEqual(['first: failed']);
  });
});

describe('trouble', () => {
  test('a task that runs too long fails alone, and its processes are gone', async () => {
    const tasks = [
      task(
        scripts,
        { scripts: [sh`sleep 600 & echo $! > ${file('pid')}; wait`], timeout: 1 },
        { name: 'hangs', ignoreErrors: true },
      ),
      task(look, { script: sh`echo on` }, { name: 'goes on' }),
    ];
    const { outcomes } = await runTasks(tasks);
    expect(outcomes).toEqual(['hangs: ignored', 'goes on: ok']);
    // Dead, or dead and not yet reaped by a lazy init: neither has a command line.
    const commandLine = `/proc/${readFileSync(file('pid'), 'utf8').trim()}/cmdline`;
    expect(existsSync(commandLine) ? readFileSync(commandLine, 'utf8') : '').toBe('');
  });

  test('an interruption ends the run in the middle of a task', async () => {
    const controller = new AbortController();
    const running = runTasks(
      [task(scripts, { scripts: [sh`: > ${file('started')}; sleep 600`] }), ...writes(3)],
      { signal: controller.signal },
    );
    while (!existsSync(file('started'))) await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    expect((await running).recap[0]).toMatchObject({ changed: 0, unreachable: false });
    expect(existsSync(file(0))).toBe(false);
  });

  test('secrets of scripts and results are masked in every event', async () => {
    const secret = new Secret("s3cr'et value");
    const { events } = await runTasks([
      task(scripts, { scripts: [sh`echo ${secret}; printf %s ${secret} | base64; exit 1`] }),
    ]);
    const text = JSON.stringify(events);
    expect(text).toContain('********');
    expect(text).not.toContain("s3cr'et");
    expect(text).not.toContain(Buffer.from("s3cr'et value").toString('base64'));
  });

  test('no_log hides scripts, differences and reasons', async () => {
    const { finished } = await runTasks([
      task(scripts, { scripts: [sh`echo hidden-word; exit 1`] }, { noLog: true }),
    ]);
    expect(finished[0]).toMatchObject({
      outcome: 'failed',
      scripts: [],
      failure: { failed: 'failed; details are hidden by no_log' },
    });
    expect(JSON.stringify(finished)).not.toContain('hidden-word');
  });
});
