import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { getUrl } from '../../src/modules/get_url.ts';
import { SHELLS, applyTask, localShell } from '../rig.ts';
import { complaint } from './on-shells.ts';
import { onlyPrograms, sandbox, summaries } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251));
const SUM = createHash('sha256').update(CONTENT).digest('hex');

const PROGRAMS =
  'dash wget cat grep tail head mktemp rm mv cp wc chmod chown sha256sum readlink stat tr sleep sed';

let server: Server;
let base = '';
let content = CONTENT;
let asked: IncomingMessage[] = [];
/** How many more answers break off in the middle. */
let breaking = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    if (request.url === '/SHA256SUMS') return response.end(`${'0'.repeat(64)}  other\n${SUM} *data.bin\n`);
    if (request.url === '/private' && request.headers.authorization !== 'Bearer sesame')
      return response.writeHead(403).end();
    if (request.url === '/none') return response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from > 0 && from >= content.length) return response.writeHead(416).end();
    const rest = content.subarray(from);
    const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length, ...(from > 0 ? range : {}) });
    if (breaking === 0) return response.end(rest);
    breaking--;
    return response.write(rest.subarray(0, 100_000), () => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
  breaking = 0;
  content = CONTENT;
});

describe.each(SHELLS)('on %s', (shell) => {
  test('gets a file once, with a name from its address, whole and with its mode', async () => {
    const params = { url: `${base}/data.bin`, dest: '%', mode: '0640' };
    const done = await box.apply(getUrl, params, { shell });
    expect(summaries(done)).toEqual([`download ${base}/data.bin to ${at('data.bin')}`]);
    expect(readFileSync(at('data.bin')).equals(CONTENT)).toBe(true);
    expect(statSync(at('data.bin')).mode & 0o777).toBe(0o640);
    expect(done.result).toEqual({ dest: at('data.bin'), url: `${base}/data.bin` });
    expect(asked).toHaveLength(1);
    expect(readdirSync(box.folder)).toEqual(['data.bin']);
  });

  test('takes a sum from a list, puts a wrong file right, keeps its mode, and refuses a wrong sum', async () => {
    writeFileSync(at('data.bin'), 'old', { mode: 0o600 });
    const params = { url: `${base}/data.bin`, dest: '%/data.bin', checksum: `sha256:${base}/SHA256SUMS` };
    expect((await box.apply(getUrl, params, { shell })).changes).toMatchObject([{ after: `sha256:${SUM}` }]);
    expect(readFileSync(at('data.bin')).equals(CONTENT)).toBe(true);
    expect(statSync(at('data.bin')).mode & 0o777).toBe(0o600);
    const wrong = { ...params, checksum: `sha256:${'1'.repeat(64)}` };
    const { failure } = await box.apply(getUrl, wrong, { shell });
    expect(failure?.failed).toContain(`its checksum is ${SUM} and not ${'1'.repeat(64)}`);
    expect(readFileSync(at('data.bin')).equals(CONTENT)).toBe(true);
    expect(readdirSync(box.folder)).toEqual(['data.bin']);
  });

  test('takes up a download that breaks off where it stopped', async () => {
    breaking = 2;
    const { failure } = await box.apply(getUrl, { url: `${base}/data.bin`, dest: '%/x' }, { shell });
    expect(failure).toBeUndefined();
    expect(readFileSync(at('x')).equals(CONTENT)).toBe(true);
    expect(asked.map((request) => request.headers.range)).toEqual([
      undefined,
      'bytes=100000-',
      'bytes=200000-',
    ]);
  });

  test('goes on with the part of an earlier run only if it fits', async () => {
    const params = { url: `${base}/data.bin`, dest: '%/x', checksum: `sha256:${SUM}` };
    writeFileSync(at('.x.homerun-part'), CONTENT.subarray(0, 200_000));
    await box.apply(getUrl, params, { shell });
    expect(asked.map((request) => request.headers.range)).toEqual(['bytes=200000-']);
    writeFileSync(at('x'), 'old');
    writeFileSync(at('.x.homerun-part'), 'something else');
    await box.apply(getUrl, params, { shell });
    expect(readFileSync(at('x')).equals(CONTENT)).toBe(true);
    expect(readdirSync(box.folder)).toEqual(['x']);
  });

  test('with `force` it looks, and only what differs is a change', async () => {
    const params = { url: `${base}/data.bin`, dest: '%/x', force: true, backup: true };
    await box.apply(getUrl, params, { shell });
    content = Buffer.from('new');
    const done = await box.apply(getUrl, params, { shell });
    expect(done.changes).toMatchObject([{ before: `sha256:${SUM}` }]);
    expect(readFileSync(at('x'), 'utf8')).toBe('new');
    const backup = at(readdirSync(box.folder).find((name) => name.endsWith('~')) ?? '');
    expect(done.result['backup_file']).toBe(backup);
    expect(readFileSync(backup).equals(CONTENT)).toBe(true);
  });

  test('says what the server said, and leaves nothing behind', async () => {
    const { failure } = await box.apply(getUrl, { url: `${base}/none`, dest: '%/x' }, { shell });
    expect(failure?.failed).toContain(`cannot get ${base}/none: `);
    expect(failure?.failed).toContain('404');
    const listed = { url: `${base}/a`, dest: '%/x', checksum: `sha256:${base}/SHA256SUMS` };
    expect((await box.apply(getUrl, listed, { shell })).failure?.failed).toBe(
      `${base}/SHA256SUMS has no sum of a`,
    );
    const unlisted = { ...listed, checksum: `sha256:${base}/none` };
    expect((await box.apply(getUrl, unlisted, { shell })).failure?.failed).toContain('404');
    expect(readdirSync(box.folder)).toEqual([]);
  });
});

test('a secret header arrives, and a host that would show it is refused', async () => {
  const params = {
    url: `${base}/private`,
    dest: '%/x',
    headers: { Authorization: new Secret('Bearer sesame') },
  };
  const done = await box.apply(getUrl, params);
  expect(done.failure).toBeUndefined();
  expect(JSON.stringify(done.changes.map((change) => ({ ...change, actions: [] })))).not.toContain('sesame');
  const { failure } = await box.apply(getUrl, { ...params, dest: '%/y' }, { shell: 'busybox' });
  expect(failure?.failed).toContain('install curl');
  expect(existsSync(at('y'))).toBe(false);
});

test('GNU wget does it, too, where there is no curl', async () => {
  const bin = onlyPrograms(box.folder, ...PROGRAMS.split(' '));
  const execute = localShell('dash', box.folder, { PATH: bin });
  const headers = { Authorization: new Secret('Bearer sesame') };
  const get = (url: string, dest: string) =>
    applyTask({ module: getUrl, params: { url, dest: at(dest), headers }, execute });
  breaking = 1;
  expect((await get(`${base}/private`, 'x')).failure).toBeUndefined();
  expect(readFileSync(at('x')).equals(CONTENT)).toBe(true);
  expect(asked.map((request) => request.headers.range)).toEqual([undefined, 'bytes=100000-']);
  expect((await get(`${base}/none`, 'y')).failure?.failed).toContain('404');
});

test('a file of the host', async () => {
  writeFileSync(at('a b%'), 'x');
  await box.apply(getUrl, { url: `file://${at('a%20b%25')}`, dest: '%/y' });
  expect(readFileSync(at('y'), 'utf8')).toBe('x');
  const { failure } = await box.apply(getUrl, { url: 'file:///no/such', dest: '%/z' });
  expect(failure?.failed).toBe('cannot get file:///no/such: it cannot be read on the host');
});

test.each([
  [{ url: 'gopher://x/y', dest: '/x' }, '`url` must begin with'],
  [{ url: 'https://x/', dest: '/x/' }, 'names no file'],
  [{ url: 'https://x/y', dest: '/x', checksum: 'sha256:abc' }, 'has 64 digits'],
  [{ url: 'https://x/y', dest: '/x', checksum: 'abc' }, 'write the checksum as'],
  [{ url: 'https://x/y', dest: '/x', headers: { A: 'a\nB: b' } }, 'newline'],
])('will not take %j', (params, why) => {
  expect(complaint(getUrl, params)).toContain(why);
});
