import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Become } from '../../src/model/playbook.ts';
import { raw } from '../../src/model/script.ts';
import { Secret } from '../../src/model/secret.ts';
import { createLocalTransport } from '../../src/transport/local.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import type { TransportError } from '../../src/transport/transport.ts';
import { failure } from './contract.ts';
import { startSshd, type Sshd } from './sshd.ts';

const PASSWORD = `it's "a" $long \\pass word é`;

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd({
    users: ['homer', 'marge', 'lisa', 'bart'].map((name) => ({ name, password: PASSWORD })),
    sudoers: `
Defaults lecture=always, timestamp_timeout=0
Defaults:lisa requiretty
root ALL=(ALL) ALL
homer ALL=(ALL) ALL
marge ALL=(ALL) NOPASSWD: ALL
lisa ALL=(ALL) NOPASSWD: ALL
`,
  });
});
afterAll(() => sshd.stop());

async function ask(user: string, become: Become, text: string): Promise<string> {
  const transport = createSshTransport(sshd.options({ user }));
  try {
    const session = await transport.session(become);
    const [reply] = await session.run([{ script: raw(text) }]);
    return reply?.stdout ?? '';
  } finally {
    await transport.close();
  }
}

const root = (password?: string, method: Become['method'] = 'sudo'): Become => ({
  user: 'root',
  method,
  ...(password === undefined ? {} : { password: new Secret(password) }),
});
const WHO = 'id -un; echo "$HOME"; umask; echo "$LC_ALL"; cat';
const ROOT = 'root\n/root\n0022\nC.UTF-8\n';

describe('sudo', () => {
  it('becomes root without a password', async () => {
    expect(await ask('marge', root(), WHO)).toBe(ROOT);
  });

  it('becomes root with a password, whatever sudo lectures', async () => {
    expect(await ask('homer', root(PASSWORD), WHO)).toBe(ROOT);
  });

  it('takes a password where none is asked for', async () => {
    expect(await ask('marge', root(PASSWORD), WHO)).toBe(ROOT);
  });

  it('becomes another user, with that home', async () => {
    const reply = await ask('root', { user: 'nobody', method: 'sudo' }, 'id -un; echo "$HOME"; pwd');
    expect(reply).toBe('nobody\n/nonexistent\n/\n');
  });

  it('is not needed to become oneself', async () => {
    // bart may not use it at all.
    expect(await ask('bart', { user: 'bart', method: 'sudo' }, 'id -un')).toBe('bart\n');
    expect(await ask('root', root(), 'id -un; echo "${SUDO_USER-none}"')).toBe('root\nnone\n');
  });

  it('ends what takes too long, as root', async () => {
    const transport = createSshTransport(sshd.options({ user: 'homer' }));
    const session = await transport.session(root(PASSWORD));
    const mark = `34${Math.floor(Math.random() * 1e6)}`;
    const error = await failure(session.run([{ script: raw(`sleep ${mark}; :`), timeout: 0.5 }]));
    expect(error.kind).toBe('timeout');
    expect(execFileSync('ps', ['-A', '-o', 'args=']).toString()).not.toContain(`sleep ${mark}`);
    const [reply] = await session.run([{ script: raw('id -un') }]);
    expect(reply?.stdout).toBe('root\n');
    await transport.close();
  });

  it('keeps the password out of process lists', async () => {
    const list = 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\000" "\\n"';
    const shown = await ask('homer', root(PASSWORD), list);
    expect(shown).toContain('sudo');
    expect(shown).not.toContain('pass word');
    expect(sshd.log()).not.toContain('pass word');
  });

  it('serves one connection with several users', async () => {
    const transport = createSshTransport(sshd.options({ user: 'root' }));
    const users = [
      'root',
      'homer',
      'marge',
      'lisa',
      'bart',
      'nobody',
      'daemon',
      'bin',
      'sys',
      'games',
      'mail',
      'news',
    ];
    const seen = [];
    for (const user of [...users, ...users]) {
      const session = await transport.session({ user, method: 'sudo' });
      const [reply] = await session.run([{ script: raw('id -un') }]);
      seen.push(reply?.stdout.trim());
    }
    await transport.close();
    expect(seen).toEqual([...users, ...users]);
  });
});

it.each(['sudo', 'su'] as const)('becomes another user on this machine by %s', async (method) => {
  const transport = createLocalTransport({ name: 'here' });
  const session = await transport.session({ user: 'nobody', method });
  const [reply] = await session.run([{ script: raw('id -un; echo "$HOME"; cat') }]);
  expect(reply?.stdout).toBe('nobody\n/nonexistent\n');
  await transport.close();
});

describe('su', () => {
  it('becomes a user without a login shell, from root', async () => {
    const reply = await ask('root', { user: 'nobody', method: 'su' }, 'id -un; echo "$HOME"; pwd');
    expect(reply).toBe('nobody\n/nonexistent\n/\n');
  });
});

describe('what keeps a user from becoming another', () => {
  it.each<[string, string, Become, Partial<TransportError>]>([
    [
      'a password that was not given',
      'homer',
      root(),
      {
        message: 'sudo on pi asks for a password',
        hint: 'set become password: --ask-become-pass or `become.password`',
      },
    ],
    [
      'a wrong password',
      'homer',
      root('wrong word'),
      {
        message: 'sudo on pi refused the become password',
        hint: 'check --ask-become-pass or `become.password`',
      },
    ],
    [
      'sudoers without the user',
      'bart',
      root(PASSWORD),
      {
        message: 'the login user may not become root by sudo on pi',
        hint: 'allow it in sudoers, or log in as root',
      },
    ],
    [
      'requiretty',
      'lisa',
      root(),
      {
        message: 'sudo on pi wants a terminal (requiretty)',
        hint: 'take `requiretty` out of its sudoers, e.g. by `Defaults !requiretty`',
      },
    ],
    [
      'an unknown user',
      'marge',
      { user: 'nemo', method: 'sudo' },
      { message: 'there is no user nemo on pi' },
    ],
    [
      'an unknown user for su',
      'root',
      { user: 'nemo', method: 'su' },
      { message: 'there is no user nemo on pi' },
    ],
    [
      'su from another user than root',
      'homer',
      root(undefined, 'su'),
      {
        message: 'su on pi asks for a password',
        hint: 'su can only be used where it asks for none; use `become_method: sudo`',
      },
    ],
    [
      'a missing doas',
      'homer',
      root(undefined, 'doas'),
      {
        message: 'doas is not installed on pi',
        hint: 'install it there, log in as root, or choose another `become_method`',
      },
    ],
    [
      'a user that is an option',
      'marge',
      { user: '-x', method: 'sudo' },
      { message: '`-x` cannot be the name of a user' },
    ],
    [
      'a password of two lines',
      'marge',
      root('one\ntwo'),
      { message: 'the become password of root on pi has more than one line' },
    ],
  ])('%s', async (_name, user, become, expected) => {
    const { kind, message, hint } = await failure(ask(user, become, 'true'));
    expect({ kind, message, hint }).toEqual({ kind: 'become', hint: undefined, ...expected });
  });
});
