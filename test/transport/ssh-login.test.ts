import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/model/inventory.ts';
import { raw } from '../../src/model/script.ts';
import { Secret } from '../../src/model/secret.ts';
import type { SshOptions } from '../../src/transport/ssh-options.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { failure } from './contract.ts';
import { makeKey, startSshd, type Sshd } from './sshd.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd({
    users: [{ name: 'homer', password: 'right word' }],
    config: 'Match User homer\nPasswordAuthentication yes\nMatch all',
  });
});
afterAll(() => sshd.stop());

async function whoAmI(options: SshOptions): Promise<string> {
  const transport = createSshTransport(options);
  try {
    const session = await transport.session();
    const [reply] = await session.run([{ script: raw('id -un') }]);
    return reply?.stdout ?? '';
  } finally {
    await transport.close();
  }
}

function allow(key: string): void {
  appendFileSync(join(sshd.folder, 'authorized_keys'), readFileSync(`${key}.pub`));
}

describe('key files', () => {
  it('asks once for the passphrase of an encrypted key, and again after a wrong one', async () => {
    const key = makeKey(sshd.folder, 'encrypted', 'ed25519', 'open sesame');
    allow(key);
    const asked: string[] = [];
    const askPassphrase = (path: string): Promise<string> =>
      Promise.resolve(asked.push(path) === 1 ? 'a slip' : 'open sesame');
    const options = { ...sshd.options({ privateKey: key }), askPassphrase };
    expect(await Promise.all([whoAmI(options), whoAmI(options)])).toEqual(['root\n', 'root\n']);
    expect(await whoAmI(options)).toBe('root\n');
    expect(asked).toEqual([key, key]);
  });

  it('does not count the time in which the user is asked', async () => {
    const key = makeKey(sshd.folder, 'slow', 'ed25519', 'open sesame');
    allow(key);
    const askPassphrase = (): Promise<string> =>
      new Promise((resolve) => setTimeout(() => resolve('open sesame'), 1500));
    const options = sshd.options({ privateKey: key, connectTimeout: 1 });
    expect(await whoAmI({ ...options, askPassphrase })).toBe('root\n');
  });

  it('says what it tried', async () => {
    const wrong = makeKey(sshd.folder, 'wrong', 'ed25519');
    expect(await failure(whoAmI(sshd.options({ privateKey: wrong })))).toMatchObject({
      kind: 'authentication',
      message: `pi refused the login of root: tried ${wrong}, no agent`,
      hint: "check the user's name, and that its authorized_keys has one of your keys; pi takes publickey",
    });
    const locked = makeKey(sshd.folder, 'locked', 'ed25519', 'secret');
    const missing = join(sshd.folder, 'no-such-key');
    expect((await failure(whoAmI(sshd.options({ privateKey: locked })))).message).toBe(
      `pi refused the login of root: tried no agent, ${locked} (encrypted, nobody to ask)`,
    );
    expect((await failure(whoAmI(sshd.options({ privateKey: missing })))).message).toBe(
      `pi refused the login of root: tried ${missing} (missing), no agent`,
    );
    expect((await failure(whoAmI(sshd.options({ privateKey: sshd.knownHosts })))).message).toContain(
      `${sshd.knownHosts} (unusable: `,
    );
  });
});

describe('agent', () => {
  it('logs in with a key of the agent', async () => {
    const key = makeKey(sshd.folder, 'in_agent', 'ecdsa', 'secret');
    const plain = makeKey(sshd.folder, 'in_agent_plain', 'ed25519');
    allow(plain);
    const socket = join(sshd.folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket]);
    await once(agent.stdout, 'data');
    const environment = { ...process.env, SSH_AUTH_SOCK: socket };
    execFileSync('ssh-add', ['-q', makeKey(sshd.folder, 'in_agent_other', 'ed25519')], { env: environment });
    const options = { ...sshd.options({ privateKey: key }), agentSocket: socket };
    const asks = { ...options, askPassphrase: () => Promise.reject(new Error('asked')) };
    expect((await failure(whoAmI(options))).message).toContain('tried agent (1 key), ');
    execFileSync('ssh-add', ['-q', plain], { env: environment });
    expect(await whoAmI(asks)).toBe('root\n');
    agent.kill();
    await once(agent, 'exit');
    expect((await failure(whoAmI(options))).message).toContain('tried agent (it does not answer), ');
  });
});

describe('passwords', () => {
  const homer = (more: Partial<Connection> = {}): SshOptions =>
    sshd.options({ user: 'homer', privateKey: join(sshd.folder, 'none'), ...more });

  it('logs in with a password that was given', async () => {
    expect(await whoAmI(homer({ password: new Secret('right word') }))).toBe('homer\n');
  });

  it('says nothing of a wrong password but that it was tried', async () => {
    const error = await failure(whoAmI(homer({ password: new Secret('wrong word') })));
    expect(error.kind).toBe('authentication');
    expect(error.message).toMatch(/no agent, password$/);
    expect(`${error.message}${error.hint}${error.stack}`).not.toContain('wrong word');
  });

  it('asks once, and anew after a refusal', async () => {
    const asked: string[] = [];
    const askPassword = (login: string): Promise<string> =>
      Promise.resolve(asked.push(login) === 1 ? 'wrong word' : 'right word');
    const options = { ...homer(), askPassword };
    expect((await failure(whoAmI(options))).kind).toBe('authentication');
    expect(await whoAmI(options)).toBe('homer\n');
    expect(await whoAmI(options)).toBe('homer\n');
    expect(asked).toEqual(['homer@127.0.0.1', 'homer@127.0.0.1']);
  });

  it('says that there is no password', async () => {
    expect((await failure(whoAmI(homer()))).message).toMatch(/no agent, no password$/);
  });
});

describe('jump hosts', () => {
  let gate: Sshd;
  beforeAll(async () => {
    gate = await startSshd();
    // Both know the same hosts, as one user's file does.
    appendFileSync(sshd.knownHosts, readFileSync(gate.knownHosts));
  });
  afterAll(() => gate.stop());

  it('goes through a host of the inventory', async () => {
    const before = gate.log().length;
    const options = { ...sshd.options({ jump: 'gate' }), lookUp: () => gate.options().connection };
    expect(await whoAmI(options)).toBe('root\n');
    expect(gate.log().slice(before)).toContain(`127.0.0.1 port ${sshd.port}`);
  });

  it('goes through several, each reached through the one before', async () => {
    const known = new Map([
      ['gate', { ...gate.options().connection }],
      ['middle', { ...sshd.options({ jump: 'gate' }).connection }],
    ]);
    const options = { ...sshd.options({ jump: 'middle' }), lookUp: (name: string) => known.get(name) };
    expect(await whoAmI(options)).toBe('root\n');
    expect(await whoAmI({ ...options, connection: { ...options.connection, jump: 'gate,middle' } })).toBe(
      'root\n',
    );
  });

  it('checks the key of the jump host too', async () => {
    const only = join(sshd.folder, 'target_only');
    writeFileSync(only, readFileSync(sshd.knownHosts, 'latin1').split('\n')[0] ?? '');
    const options = { ...sshd.options({ jump: `root@127.0.0.1:${gate.port}` }), knownHosts: [only] };
    expect(await failure(whoAmI(options))).toMatchObject({
      kind: 'host-key-unknown',
      message: expect.stringContaining(`the host key of root@127.0.0.1:${gate.port} is not known`) as string,
    });
  });

  it('says that the jump host cannot reach the host', async () => {
    const lookUp = (): Connection => gate.options().connection;
    const error = await failure(whoAmI({ ...sshd.options({ jump: 'gate', port: 1 }), lookUp }));
    expect(error.kind).toBe('unreachable');
    expect(error.message).toMatch(/^gate did not open a way to 127\.0\.0\.1:1: .*refused/);
  });

  it('refuses a circle', async () => {
    const lookUp = (name: string): Connection => ({
      ...gate.options().connection,
      jump: name === 'a' ? 'b' : 'a',
    });
    const error = await failure(whoAmI({ ...sshd.options({ jump: 'a' }), lookUp }));
    expect(error).toMatchObject({
      kind: 'setup',
      message: 'the jump hosts go round in a circle: pi → a → b → a',
    });
  });
});
