import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/modules/wait_for.ts';
import { SHELLS, applyTask, localShell } from '../rig.ts';
import { onlyPrograms, sandbox } from './sandbox.ts';

const box = sandbox();
const server = createServer((socket) => socket.destroy());
let port: number;

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

describe.each(SHELLS)('on %s', (shell) => {
  test('what holds already needs no waiting', async () => {
    writeFileSync(join(box.folder, "it's"), 'ready: 100%\n');
    const cases = [
      { port },
      { port, host: '127.0.0.1', state: 'present' },
      { port: 1, state: 'stopped' },
      { path: "%/it's" },
      { path: '%/absent', state: 'absent' },
      { path: "%/it's", search_regex: '^ready: [0-9]+%$' },
      { path: "%/it's", search_regex: 'done|-e', state: 'absent' },
    ];
    for (const params of cases) expect((await box.apply(waitFor, params, { shell })).changes).toEqual([]);
  });

  test('waits on the host until it holds, and changes nothing by that', async () => {
    const file = join(box.folder, 'file');
    const params = { path: file, timeout: 30, sleep: 0.1, delay: 0.1 };
    const waiting = box.apply(waitFor, params, { shell });
    setTimeout(() => writeFileSync(file, ''), 200);
    const done = await waiting;
    expect(done.failure).toBeUndefined();
    expect(done.changes).toMatchObject([{ harmless: true, summary: `wait for ${file} to be there` }]);
    expect(done.result['elapsed']).toEqual(expect.any(Number));
  });

  test('says what did not come when the time is up', async () => {
    const own = await box.apply(waitFor, { port: 1, timeout: 0, msg: "it's not up" }, { shell });
    expect(own.failure?.failed).toBe("it's not up");
    const text = await box.apply(waitFor, { path: '%/absent', search_regex: 'x', timeout: 0 }, { shell });
    expect(text.failure?.failed).toBe(`\`x\` in ${box.folder}/absent: not within 0 seconds`);
  });
});

/** Every way to connect that this machine has; `busybox nc` is there under its own name. */
test.each([['bash', 'timeout'], ['nc'], ...(existsSync('/usr/bin/curl') ? [['curl']] : [])])(
  'another host is asked with %s',
  async (...names) => {
    await new Promise((resolve) => server.close(resolve));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
    const { port } = server.address() as AddressInfo;
    const present = names.filter((name) => name !== 'nc');
    const bin = onlyPrograms(box.folder, 'dash', 'sleep', 'grep', ...present);
    if (names.includes('nc')) symlinkSync('/usr/bin/busybox', join(bin, 'nc'));
    const execute = localShell('dash', box.folder, { PATH: bin });
    const ask = (params: object) =>
      applyTask({ module: waitFor, params: { host: '127.0.0.2', timeout: 0, ...params }, execute });
    expect((await ask({ port })).failure).toBeUndefined();
    expect((await ask({ port: 1, state: 'stopped' })).failure).toBeUndefined();
    expect((await ask({ port: 1 })).failure?.failed).toBe(
      'port 1 of 127.0.0.2 to be open: not within 0 seconds',
    );
  },
);

test('without a program that connects it says so', async () => {
  const execute = localShell('dash', box.folder, { PATH: onlyPrograms(box.folder, 'dash') });
  const { failure } = await applyTask({ module: waitFor, params: { host: '127.0.0.2', port: 1 }, execute });
  expect(failure?.failed).toBe('waiting for another host needs bash, nc or curl on this one');
});

test.each([
  [{}, 'give either `port` or `path`'],
  [{ port: 1, search_regex: 'x' }, '`search_regex` needs `path`'],
  [{ path: '/x', host: 'y' }, '`host` needs `port`'],
])('will not take %j', (params, why) => {
  expect(waitFor.params.safeParse(params).error?.issues[0]?.message).toBe(why);
});
