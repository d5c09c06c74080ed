import { expect, it } from 'vitest';
import { raw } from '../../src/model/script.ts';
import { createTransport } from '../../src/transport/index.ts';
import { createLocalTransport } from '../../src/transport/local.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { failure } from './contract.ts';
import { startSshd } from './sshd.ts';

it('keeps what a login says apart from what the first script says', async () => {
  const transport = createLocalTransport({ name: 'here', shell: 'echo welcome; echo beware >&2; sh' });
  const session = await transport.session();
  const [reply] = await session.run([{ script: raw('echo out; echo err >&2') }]);
  expect(reply).toMatchObject({ stdout: 'out\n', stderr: 'err\n' });
  await transport.close();
});

it('says why there is no shell', async () => {
  const transport = createLocalTransport({ name: 'here', shell: '/no/such/shell' });
  const session = await transport.session();
  expect(await failure(session.run([{ script: raw(':') }]))).toMatchObject({
    kind: 'setup',
    message: expect.stringMatching(/^no shell on here: .*\/no\/such\/shell: not found$/) as string,
    hint: 'the login user needs a POSIX `sh`',
  });
  await transport.close();
});

it.each([
  [
    'This account is not available.',
    'its login shell lets nobody in: take another user, or give it one by `usermod --shell /bin/sh`',
  ],
  ['no such thing', 'the login user needs a POSIX `sh`'],
  ['Your password has expired.', 'log in once by hand with `ssh` and set a new password'],
])('passes on what a host says instead of giving a shell: %s', async (said, hint) => {
  const sshd = await startSshd({ config: `ForceCommand echo '${said}' >&2; false` });
  const transport = createSshTransport(sshd.options());
  const session = await transport.session();
  expect(await failure(session.run([{ script: raw(':') }]))).toMatchObject({
    kind: 'setup',
    message: `no shell on pi: ${said}`,
    hint,
  });
  await transport.close();
  await sshd.stop();
});

it('takes the transport that the inventory asks for', async () => {
  const transport = createTransport({
    name: 'here',
    connection: { transport: 'local', address: 'nowhere.invalid' },
  });
  const session = await transport.session();
  const [reply] = await session.run([{ script: raw('echo here') }]);
  expect(reply?.stdout).toBe('here\n');
  await transport.close();
});
