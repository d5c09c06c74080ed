import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { raw } from '../../src/model/script.ts';
import type { SshOptions } from '../../src/transport/ssh-options.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { failure } from './contract.ts';
import { freePort, keyFingerprint, knownHostLine, makeKey, startSshd, type Sshd } from './sshd.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd({ hostKeys: ['ed25519', 'ecdsa', 'rsa'] });
});
afterAll(() => sshd.stop());

/** Connects, runs one script and closes. */
async function greet(options: SshOptions): Promise<string> {
  const transport = createSshTransport(options);
  try {
    const session = await transport.session();
    const [reply] = await session.run([{ script: raw('echo hello') }]);
    return reply?.stdout ?? '';
  } finally {
    await transport.close();
  }
}

function knownHosts(name: string, text: string): string {
  const path = join(sshd.folder, name);
  writeFileSync(path, text);
  return path;
}

describe('host keys', () => {
  it('refuses an unknown key before any login is tried', async () => {
    const before = sshd.log().length;
    const error = await failure(greet({ ...sshd.options(), knownHosts: [join(sshd.folder, 'missing')] }));
    const shown = keyFingerprint(join(sshd.folder, 'host_ed25519'));
    expect(error).toMatchObject({
      kind: 'host-key-unknown',
      message: `the host key of pi is not known: ssh-ed25519 ${shown}`,
      hint: "compare it with the host's own, then: homerun trust pi",
    });
    await expect.poll(() => sshd.log().slice(before)).toContain('[preauth]');
    expect(sshd.log().slice(before)).not.toContain('userauth-request');
    // The same words are there when a login is tried, or their absence would prove nothing.
    expect(await greet(sshd.options())).toBe('hello\n');
    expect(sshd.log().slice(before)).toContain('userauth-request');
  });

  it.each(['ed25519', 'ecdsa', 'rsa'])('connects to a host that is known by %s only', async (type) => {
    const line = knownHostLine(join(sshd.folder, `host_${type}`), sshd.port);
    expect(await greet({ ...sshd.options(), knownHosts: [knownHosts(`only_${type}`, line)] })).toBe(
      'hello\n',
    );
  });

  it('refuses a changed key, whatever is allowed, and shows both', async () => {
    const other = makeKey(sshd.folder, 'other_host', 'ed25519');
    const path = knownHosts('changed', `# a comment\n${knownHostLine(other, sshd.port)}`);
    const options = {
      ...sshd.options(),
      knownHosts: [path],
      acceptNew: true,
      confirm: () => Promise.resolve(true),
    };
    const error = await failure(greet(options));
    expect(error).toMatchObject({
      kind: 'host-key-changed',
      message: `the host key of pi has changed: known is ssh-ed25519 ${keyFingerprint(other)} (${path}:2), offered is ssh-ed25519 ${keyFingerprint(join(sshd.folder, 'host_ed25519'))}`,
    });
    expect(error.hint).toContain('homerun trust --replace pi');
    expect(readFileSync(path, 'latin1')).toBe(`# a comment\n${knownHostLine(other, sshd.port)}`);
  });

  it('refuses a revoked key', async () => {
    const line = knownHostLine(join(sshd.folder, 'host_ed25519'), sshd.port);
    const path = knownHosts('revoked', `${line}@revoked ${line}`);
    const error = await failure(greet({ ...sshd.options(), knownHosts: [path] }));
    expect(error.kind).toBe('host-key-revoked');
    expect(error.message).toContain(`(${path}:2)`);
  });

  it('says that it cannot check certificates', async () => {
    const line = knownHostLine(join(sshd.folder, 'host_rsa'), sshd.port);
    const path = knownHosts('authority', `@cert-authority ${line}`);
    const error = await failure(greet({ ...sshd.options(), knownHosts: [path] }));
    expect(error.kind).toBe('host-key-unknown');
    expect(error.message).toContain('is known by a @cert-authority line only, which homerun cannot check');
  });

  it('writes a new key down where that is asked for', async () => {
    const path = join(sshd.folder, 'fresh', 'known_hosts');
    const options = { ...sshd.options(), knownHosts: [path] };
    expect(await greet({ ...options, acceptNew: true })).toBe('hello\n');
    expect(readFileSync(path, 'latin1')).toBe(knownHostLine(join(sshd.folder, 'host_ed25519'), sshd.port));
    expect(await greet(options)).toBe('hello\n');
  });

  it('asks whether to trust a new key, and takes no for an answer', async () => {
    const path = join(sshd.folder, 'asked', 'known_hosts');
    const questions: string[] = [];
    const ask = (answer: boolean) => (question: string) =>
      Promise.resolve(questions.push(question) > 0 && answer);
    const options = { ...sshd.options(), knownHosts: [path] };
    expect((await failure(greet({ ...options, confirm: ask(false) }))).kind).toBe('host-key-unknown');
    expect(await greet({ ...options, confirm: ask(true) })).toBe('hello\n');
    expect(await greet({ ...options, confirm: ask(true) })).toBe('hello\n');
    const shown = keyFingerprint(join(sshd.folder, 'host_ed25519'));
    const question = `the host key of pi is not known: ssh-ed25519 ${shown}. Trust it from now on?`;
    expect(questions).toEqual([question, question]);
  });
});

describe('reaching a host', () => {
  it('says that nobody answers at the port', async () => {
    const port = await freePort();
    expect(await failure(greet(sshd.options({ port })))).toMatchObject({
      kind: 'unreachable',
      message: `cannot reach pi (127.0.0.1:${port}): connection refused`,
    });
  });

  it('says that the name is unknown', async () => {
    const error = await failure(greet(sshd.options({ address: 'no-such-host.invalid' })));
    expect(error.kind).toBe('unreachable');
    expect(error.message).toMatch(/its name cannot be resolved$/);
  });

  it('gives up on a host that does not speak', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const error = await failure(greet(sshd.options({ port, connectTimeout: 0.5 })));
    silent.close();
    expect(error).toMatchObject({
      kind: 'unreachable',
      message: `cannot reach pi (127.0.0.1:${port}): no answer within 0.5 s`,
    });
  });
});

it.each([
  ['text', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['bytes', '\0\xFF\x1E'.repeat(20_000)],
  ['a greeting with nonsense behind it', `SSH-2.0-Nonsense\r\n${'\xFF'.repeat(50_000)}`],
])('says that what answers is no SSH server: %s', async (_, garbage) => {
  const server = createServer((socket) => void socket.on('error', () => {}).end(garbage, 'latin1'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const error = await failure(greet(sshd.options({ port, connectTimeout: 20 })));
  server.close();
  expect(error.kind).toBe('unreachable');
  expect(error.message).toMatch(new RegExp(`^cannot reach pi \\(127\\.0\\.0\\.1:${port}\\): \\S`));
});

describe('a server that allows one session at a time', () => {
  it('runs scripts, and says of one that it cannot end that it may still run', async () => {
    const strict = await startSshd({ config: 'MaxSessions 1' });
    const transport = createSshTransport(strict.options());
    const session = await transport.session();
    const [reply] = await session.run([{ script: raw('echo one') }]);
    expect(reply?.stdout).toBe('one\n');
    const error = await failure(session.run([{ script: raw('sleep 5'), timeout: 1 }]));
    expect(error.kind).toBe('timeout');
    expect(error.message).toMatch(
      /^the script ran longer than 1 s on pi and was given up; it may still run there: /,
    );
    await transport.close();
    await strict.stop();
  });
});

it('offers no SHA-1 signatures', async () => {
  const old = await startSshd({ hostKeys: ['rsa'], config: 'HostKeyAlgorithms ssh-rsa' });
  const error = await failure(greet(old.options()));
  await old.stop();
  expect(error.kind).toBe('unreachable');
  expect(error.message).toContain('no matching host key format');
});
