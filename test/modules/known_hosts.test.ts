import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { knownHosts } from '../../src/modules/known_hosts.ts';
import { SHELLS } from '../rig.ts';
import { complaint } from './on-shells.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);
const ED = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPsSrwEr9Iwmt8l7Ql+CtUuJdnFJqc2e9QcUj/jU3b2Y';
const OTHER = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOsSrwEr9Iwmt8l7Ql+CtUuJdnFJqc2e9QcUj/jU3b2Y';

describe.each(SHELLS)('on %s', (shell) => {
  test('makes the file private, and finds the key again', async () => {
    await box.apply(knownHosts, { path: '%/.ssh/known_hosts', name: 'nas', key: ED }, { shell });
    expect(readFileSync(at('.ssh/known_hosts'), 'utf8')).toBe(`nas ${ED}\n`);
    expect(statSync(at('.ssh')).mode & 0o777).toBe(0o700);
    expect(statSync(at('.ssh/known_hosts')).mode & 0o777).toBe(0o600);
  });
});

test('a list of the whole system can be read by everybody', () => {
  const path = '/etc/ssh/ssh_known_hosts';
  const state = { type: 'absent', path, real: path, content: { kind: 'none' } } as never;
  const plan = knownHosts.plan(state, knownHosts.params.parse({ path, name: 'nas', key: ED }), {});
  expect(JSON.stringify(plan)).toContain('0644');
});

test('in the home folder, unless it is told otherwise', async () => {
  await box.apply(knownHosts, { name: '[nas]:2222', key: `[nas]:2222 ${ED} comment` });
  expect(readFileSync(at('.ssh/known_hosts'), 'utf8')).toBe(`[nas]:2222 ${ED}\n`);
});

test('replaces a changed key, and leaves the other names of its line and marks alone', async () => {
  writeFileSync(
    at('k'),
    `# mine\nnas,10.0.0.1 ${OTHER}\n@revoked nas ${OTHER}\nnas ecdsa-sha2-nistp256 AAAAE2\n`,
  );
  await box.apply(knownHosts, { path: '%/k', name: 'nas', key: ED });
  expect(readFileSync(at('k'), 'utf8')).toBe(
    `# mine\n10.0.0.1 ${OTHER}\n@revoked nas ${OTHER}\nnas ecdsa-sha2-nistp256 AAAAE2\nnas ${ED}\n`,
  );
  await box.apply(knownHosts, { path: '%/k', name: 'nas', state: 'absent' });
  expect(readFileSync(at('k'), 'utf8')).toBe(`# mine\n10.0.0.1 ${OTHER}\n@revoked nas ${OTHER}\n`);
});

test('hashes that ssh itself reads and writes', async () => {
  mkdirSync(at('h'));
  await box.apply(knownHosts, { path: '%/h/k', name: 'nas', key: ED, hash_host: true });
  const find = (): string => execFileSync('ssh-keygen', ['-F', 'nas', '-f', at('h/k')]).toString();
  expect(find()).toContain(ED);
  expect(readFileSync(at('h/k'), 'utf8')).not.toContain('nas');
  writeFileSync(at('h/k'), `nas ${OTHER}\n`);
  execFileSync('ssh-keygen', ['-H', '-f', at('h/k')], { stdio: 'ignore' });
  await box.apply(knownHosts, { path: '%/h/k', name: 'nas', key: ED });
  expect(readFileSync(at('h/k'), 'utf8')).toBe(`nas ${ED}\n`);
});

test.each([
  [{ name: 'a b', key: ED }, '`name` is'],
  [{ name: 'a' }, '`key` is missing'],
  [{ name: 'a', key: 'ssh-ed25519 x' }, 'is no key of a host'],
  [{ name: 'a', key: `b,c ${ED}` }, '`b,c` in front of the key is not `a`'],
])('will not take %j', (params, why) => {
  expect(complaint(knownHosts, params)).toContain(why);
});
