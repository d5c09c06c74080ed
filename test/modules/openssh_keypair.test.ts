import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { opensshKeypair } from '../../src/modules/openssh_keypair.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();

describe.each(['dash', 'bash'] as const)('openssh_keypair on %s', (shell) => {
  test('makes a pair once, and tells its public key every time', async () => {
    const params = { path: '%/new folder/key', comment: "it's $me" };
    const made = await box.apply(opensshKeypair, params, { shell });
    const key = join(box.folder, 'new folder/key');
    expect(made.changes.map(({ summary }) => summary)).toEqual([`make an SSH key in ${key}`]);
    const publicKey = readFileSync(`${key}.pub`, 'utf8').trim();
    expect(publicKey).toMatch(/^ssh-ed25519 \S+ it's \$me$/);
    expect(made.result).toEqual({ filename: key, public_key: publicKey });
    expect([key, `${key}.pub`].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o644]);
    const again = await box.apply(opensshKeypair, { ...params, type: 'rsa' }, { shell });
    expect([again.changes, again.result]).toEqual([[], { filename: key, public_key: publicKey }]);
  });

  test('a file that is no key is left alone', async () => {
    writeFileSync(join(box.folder, 'key'), 'mine\n');
    const { failure } = await box.apply(opensshKeypair, { path: '%/key' }, { shell });
    expect(failure?.failed).toContain('cannot be read as a key without a passphrase');
    expect(readFileSync(join(box.folder, 'key'), 'utf8')).toBe('mine\n');
  });
});

test('a host without ssh-keygen makes none, and still tells a public key that is there', async () => {
  const { failure } = await box.apply(opensshKeypair, { path: '%/key' }, { shell: 'busybox' });
  expect(failure?.failed).toBe('there is no `ssh-keygen` on this host');
  writeFileSync(join(box.folder, 'key'), 'private\n');
  writeFileSync(join(box.folder, 'key.pub'), 'ssh-ed25519 AAAA there\n');
  const { result } = await box.apply(opensshKeypair, { path: '%/key' }, { shell: 'busybox' });
  expect(result['public_key']).toBe('ssh-ed25519 AAAA there');
});
