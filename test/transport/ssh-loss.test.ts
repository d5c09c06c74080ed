import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { raw } from '../../src/model/script.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { TransportError, type Session, type Transport } from '../../src/transport/transport.ts';
import { failure } from './contract.ts';
import { startSshd, type Sshd } from './sshd.ts';

let sshd: Sshd;
let transport: Transport;
let session: Session;

beforeEach(async () => {
  sshd = await startSshd();
  transport = createSshTransport({ ...sshd.options(), keepAlive: { seconds: 0.2, count: 3 } });
  session = await transport.session();
});
afterEach(async () => {
  await transport.close();
  await sshd.stop();
});

/** The process of sshd that serves our one connection. */
function server(): number {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(sshd.process.pid)])
    .toString()
    .trim();
  expect(children).toMatch(/^\d+$/);
  return Number(children);
}

it('names a connection that is lost in the middle of a script, and connects again for the next', async () => {
  const attempt = failure(session.run([{ script: raw('echo one') }, { script: raw('sleep 20') }]));
  await expect.poll(() => execFileSync('ps', ['-A', '-o', 'args=']).toString()).toContain('sleep 20');
  process.kill(server(), 'SIGKILL');
  const error = await attempt;
  expect(error.kind).toBe('lost');
  expect(error.message).toMatch(/^connection to pi lost while a script ran: /);
  expect(error.replies.map((reply) => reply?.stdout)).toEqual(['one\n']);
  const [reply] = await session.run([{ script: raw('echo again') }]);
  expect(reply?.stdout).toBe('again\n');
});

it('notices a host that gives no sign of life', async () => {
  await session.run([{ script: raw(':') }]);
  const pid = server();
  const attempt = failure(
    session.run([{ script: raw('sleep 0.1; echo done') }, { script: raw('sleep 20') }]),
  );
  process.kill(pid, 'SIGSTOP');
  const error = await attempt;
  process.kill(pid, 'SIGKILL');
  expect(error).toMatchObject({
    kind: 'lost',
    message: expect.stringMatching(
      /^connection to pi lost while a script ran: no sign of life for 0\.6/,
    ) as string,
  });
});

it('connects again after a connection was lost between two runs', async () => {
  await session.run([{ script: raw(':') }]);
  process.kill(server(), 'SIGKILL');
  // The loss is noticed before or by the next run; the one after that must work.
  const next = await session.run([{ script: raw('echo a') }]).then(
    () => 'answered',
    (error: unknown) => (error instanceof TransportError ? error.kind : error),
  );
  expect(['answered', 'lost']).toContain(next);
  const [reply] = await session.run([{ script: raw('echo b') }]);
  expect(reply?.stdout).toBe('b\n');
});

it('closes although the host is silent', async () => {
  await session.run([{ script: raw(':') }]);
  const pid = server();
  process.kill(pid, 'SIGSTOP');
  await transport.close();
  process.kill(pid, 'SIGKILL');
  expect((await failure(session.run([{ script: raw(':') }]))).message).toBe(
    'the connection to pi has been closed',
  );
});

it('counts the time of a script although the host is silent', async () => {
  const patient = createSshTransport(sshd.options());
  const other = await patient.session();
  await other.run([{ script: raw(':') }]);
  const [, pid] = execFileSync('ps', ['-o', 'pid=', '--ppid', String(sshd.process.pid)])
    .toString()
    .trim()
    .split(/\s+/);
  process.kill(Number(pid), 'SIGSTOP');
  const attempt = failure(other.run([{ script: raw('sleep 20'), timeout: 0.5 }]));
  const error = await attempt;
  process.kill(Number(pid), 'SIGKILL');
  await patient.close();
  expect(error.kind).toBe('timeout');
  expect(error.message).toMatch(
    /^the script ran longer than 0\.5 s on pi and was given up; it may still run there: pi did not answer within 10 s$/,
  );
});
