import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { uri } from '../../src/modules/uri.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();
let server: Server;
let base = '';

/** Says what it was asked, in JSON; other paths redirect, refuse or answer with plain text. */
beforeAll(async () => {
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { method, url, headers } = request;
      if (url === '/moved') return response.writeHead(302, { location: '/echo' }).end();
      if (url === '/refused') return response.writeHead(403).end('no\n---\nnever\n');
      if (url === '/latin')
        return response
          .writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' })
          .end(Buffer.from([0x67, 0xfc, 10]));
      if (url === '/text') return response.end("it's\n\n---\nHTTP/1.1 500 x\nü");
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.setHeader('x-two', ['a', 'b']);
      return response.end(JSON.stringify({ method, url, body, headers }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe.each(['dash', 'bash'] as const)('on %s', (shell) => {
  const ask = async (path: string, params: object = {}) =>
    (await box.apply(uri, { url: base + path, ...params }, { shell })).result;

  test('asks, and gives what came back', async () => {
    expect(await ask('/echo?a=[1]&b={2}')).toMatchObject({
      ...{ status: 200, redirected: false, content_type: 'application/json; charset=utf-8' },
      ...{ headers: { 'x-two': 'a, b' }, json: { method: 'GET', url: '/echo?a=[1]&b={2}', body: '' } },
    });
    expect(await ask('/text', { return_content: true })).toMatchObject({
      content: "it's\n\n---\nHTTP/1.1 500 x\nü",
    });
    expect(await ask('/text')).not.toHaveProperty('content');
    const head = await ask('/echo', { method: 'head', return_content: true });
    expect(head).toMatchObject({ status: 200, content: '' });
    expect(await ask('/latin', { return_content: true })).toMatchObject({ content: 'gü\n' });
  });

  test('sends bodies of each kind as they are', async () => {
    const awkward = '@"it\'s" \\n $HOME\n\tü';
    const sent = async (params: object) => (await ask('/echo', { method: 'POST', ...params }))['json'];
    expect(await sent({ body: awkward })).toMatchObject({ body: awkward });
    const json = { body_format: 'json', body: { a: [awkward, 1, null], b: new Secret('sesame') } };
    expect(await sent(json)).toMatchObject({
      body: JSON.stringify({ a: [awkward, 1, null], b: 'sesame' }),
      headers: { 'content-type': 'application/json' },
    });
    expect(await sent({ body_format: 'form-urlencoded', body: { a: ['1', '2'], 'b&': 'ü' } })).toMatchObject({
      body: 'a=1&a=2&b%26=%C3%BC',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    writeFileSync(join(box.folder, "it's"), awkward);
    expect(await sent({ method: 'PUT', src: join(box.folder, "it's"), remote_src: true })).toMatchObject({
      ...{ method: 'PUT', body: awkward },
    });
  });

  test('shows who it is, and keeps that to itself', async () => {
    const params = {
      headers: { 'X-Key': new Secret('k"e\\y'), 'X-Empty': '' },
      ...{ url_username: 'me', url_password: new Secret('se:same'), http_agent: 'house' },
    };
    const { result, plan } = await box.apply(uri, { url: `${base}/echo`, ...params }, { shell });
    const authorization = `Basic ${Buffer.from('me:se:same').toString('base64')}`;
    expect(result).toMatchObject({
      json: { headers: { 'x-key': 'k"e\\y', 'x-empty': '', 'user-agent': 'house', authorization } },
    });
    expect(JSON.stringify(plan)).not.toMatch(/curl[^|]*(?:se:same|k"e)/);
  });

  test('goes where it is sent, as far as it may', async () => {
    expect(await ask('/moved')).toMatchObject({ redirected: true, url: `${base}/echo`, status: 200 });
    expect(await ask('/moved', { follow_redirects: 'none', status_code: 302 })).toMatchObject({
      location: '/echo',
    });
    expect(await ask('/moved', { method: 'POST', body: 'x', status_code: [200, 302] })).toMatchObject({
      status: 302,
    });
    expect(await ask('/moved', { method: 'POST', body: 'x', follow_redirects: 'all' })).toMatchObject({
      json: { method: 'GET' },
    });
  });

  test('another code is a failure, and so is no answer', async () => {
    expect(await ask('/refused')).toMatchObject({
      ...{ failed: true, status: 403, content: 'no\n---\nnever\n' },
      msg: 'the server answered 403 instead of 200',
    });
    const { result } = await box.apply(uri, { url: 'http://127.0.0.1:1/' }, { shell });
    expect(result).toMatchObject({ failed: true, status: -1, msg: expect.stringContaining('connect') });
  });
});

test('asks nobody where that is not needed, and says what it lacks', async () => {
  const { changes } = await box.apply(uri, { url: 'http://127.0.0.1:1/', creates: '/etc/passwd' });
  expect(changes).toEqual([]);
  const { result } = await box.apply(uri, { url: base }, { shell: 'busybox' });
  expect(result).toMatchObject({ failed: true, msg: 'the host has no curl: install the package curl' });
});

test.each([
  [{ url: 'http://x', body: { a: 1 } }, 'body_format: json'],
  [{ url: 'http://x', body: 'a', src: 'b' }, 'either `body` or `src`'],
  [{ url: 'http://x', body: ['a'], body_format: 'form-urlencoded' }, 'a form is a map'],
])('will not take %j', (params, why) => {
  expect(uri.params.safeParse(params).error?.issues[0]?.message).toContain(why);
});
