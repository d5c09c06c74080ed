import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SshOptions } from '../../src/transport/ssh-options.ts';
import { fetchHostKeys, trustHost } from '../../src/transport/trust.ts';
import { failure } from './contract.ts';
import { keyFingerprint, knownHostLine, makeKey, startSshd, type Sshd } from './sshd.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd({ hostKeys: ['rsa', 'ed25519'] });
});
afterAll(() => sshd.stop());

function options(name: string, text: string): SshOptions & { readonly file: string } {
  const file = join(sshd.folder, name);
  writeFileSync(file, text);
  return { ...sshd.options(), knownHosts: [file], file };
}

/** What the real `ssh` does with the file, without asking. */
function ssh(file: string): string {
  const strict = ['-o', 'StrictHostKeyChecking=yes', '-o', `UserKnownHostsFile=${file}`, '-F', 'none'];
  const words = [...strict, '-i', sshd.clientKey, '-p', String(sshd.port), 'root@127.0.0.1', 'echo hello'];
  return execFileSync('ssh', words, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
}

it('fetches every key that a host has, without logging in', async () => {
  const before = sshd.log().length;
  const offered = await fetchHostKeys(options('empty', ''));
  expect(offered.keys.map(({ type, fingerprint, state }) => ({ type, fingerprint, state }))).toEqual([
    { type: 'ssh-ed25519', fingerprint: keyFingerprint(join(sshd.folder, 'host_ed25519')), state: 'unknown' },
    { type: 'ssh-rsa', fingerprint: keyFingerprint(join(sshd.folder, 'host_rsa')), state: 'unknown' },
  ]);
  expect(offered.known).toEqual([]);
  expect(sshd.log().slice(before)).not.toContain('userauth-request');
});

it('writes them so that ssh trusts them, once', async () => {
  const own = options('trusted', '# mine\n');
  expect(await trustHost(await fetchHostKeys(own), { replace: false })).toBe(own.file);
  const written = readFileSync(own.file, 'latin1');
  expect(written.split('\n')).toHaveLength(4);
  expect(ssh(own.file)).toBe('hello\n');
  await trustHost(await fetchHostKeys(own), { replace: false });
  expect(readFileSync(own.file, 'latin1')).toBe(written);
});

it('replaces changed keys only on request, and hashes where others are hashed', async () => {
  const other = makeKey(sshd.folder, 'other', 'ed25519');
  const own = options('changed', `nas ssh-ed25519 AAAAnas\n${knownHostLine(other, sshd.port)}`);
  execFileSync('ssh-keygen', ['-H', '-f', own.file], { stdio: 'ignore' });
  const before = readFileSync(own.file, 'latin1');
  const offered = await fetchHostKeys(own);
  expect(offered.known).toEqual([
    { type: 'ssh-ed25519', fingerprint: keyFingerprint(other), where: `${own.file}:2` },
  ]);
  expect(await failure(trustHost(offered, { replace: false }))).toMatchObject({ kind: 'host-key-changed' });
  expect(readFileSync(own.file, 'latin1')).toBe(before);
  await trustHost(offered, { replace: true });
  const lines = readFileSync(own.file, 'latin1').trim().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toBe(before.split('\n')[0]);
  expect(lines.every((line) => line.startsWith('|1|'))).toBe(true);
  expect(ssh(own.file)).toBe('hello\n');
});

it('never trusts a revoked key', async () => {
  const own = options(
    'revoked',
    `@revoked * ${knownHostLine(join(sshd.folder, 'host_rsa'), 1).split(' ').slice(1).join(' ')}`,
  );
  const error = await failure(trustHost(await fetchHostKeys(own), { replace: true }));
  expect(error.kind).toBe('host-key-revoked');
});

it('says that the host cannot be reached', async () => {
  const error = await failure(fetchHostKeys({ ...sshd.options({ port: 1 }) }));
  expect(error.message).toBe('cannot reach pi (127.0.0.1:1): connection refused');
});
