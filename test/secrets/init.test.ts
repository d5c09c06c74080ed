import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readIdentities } from '../../src/secrets/identities.ts';
import { initSecrets } from '../../src/secrets/index.ts';
import { recipientsFor } from '../../src/secrets/recipients.ts';
import { desk, modeOf, settledDesk } from './house.ts';

const now = '2026-01-01T00:00:00Z';

test('makes an identity that only its owner can read, and a file of recipients for everybody', async () => {
  const { folder, options } = desk();
  const made = await initSecrets({ ...options, folder, now });
  expect(made).toMatchObject({
    made: true,
    identity: join(options.homeDirectory, '.config/homerun/age.txt'),
  });
  expect([modeOf(made.identity), modeOf(join(made.identity, '..')), modeOf(made.recipients)]).toEqual([
    '600',
    '700',
    '644',
  ]);
  expect(readFileSync(made.identity, 'utf8')).toMatch(
    /^# created: .*\n# public key: age1\w+\nAGE-SECRET-KEY-1\w+\n$/,
  );
  expect(await recipientsFor(folder)).toEqual([made.recipient]);
});

test('never writes over an identity; a second house gets the recipient of the first', async () => {
  const { folder, options } = await settledDesk();
  const [identity] = await readIdentities(options);
  expect(await initSecrets({ ...options, folder, now })).toMatchObject({ made: false, added: false });
  const second = desk().folder;
  const again = await initSecrets({ ...options, folder: second, now });
  expect(again.made).toBe(false);
  expect(await recipientsFor(second)).toEqual(await recipientsFor(folder));
  expect(await readIdentities(options)).toEqual([identity]);
});

test('an identity with a passphrase asks for it', async () => {
  const { folder, options } = desk({}, ['wrong', 'correct horse']);
  const { identity } = await initSecrets({ ...options, folder, now, passphrase: 'correct horse' });
  expect(readFileSync(identity, 'utf8')).not.toContain('AGE-SECRET-KEY');
  await expect(readIdentities(options)).rejects.toThrow('this is not the passphrase of');
  expect(await readIdentities(options)).toEqual([expect.stringMatching(/^AGE-SECRET-KEY-1/)]);
  const { ask: _nobody, ...alone } = options;
  await expect(readIdentities(alone)).rejects.toThrow('has a passphrase, and nobody is there to type it');
});

test('an identity that others can read is taken, with a warning', async () => {
  const { options } = await settledDesk();
  const said: string[] = [];
  const warn = (text: string): number => said.push(text);
  await readIdentities({ ...options, warn });
  expect(said).toEqual([]);
  const path = join(options.homeDirectory, '.config/homerun/age.txt');
  chmodSync(path, 0o640);
  expect(await readIdentities({ ...options, warn })).toHaveLength(1);
  expect(said).toEqual([
    `others on this machine can read ${path}, which opens your secrets: chmod 600 ${path}`,
  ]);
});

test.each([
  ['ssh-ed25519 AAAA me@home', ':2: SSH keys cannot be recipients here'],
  ['hunter22', ':2: this is no age recipient'],
  ['age1qqqq', ':2: this recipient has a mistake in it'],
])('a recipient `%s` is refused', async (line, message) => {
  const { folder, file } = desk();
  const path = file('.homerun-recipients', `# the house\n${line}\n`);
  await expect(recipientsFor(folder)).rejects.toThrow(path + message);
});

test('no recipients, no identity, an SSH key: each is said', async () => {
  const { folder, options, file } = desk();
  await expect(recipientsFor(folder)).rejects.toThrow(`there is no .homerun-recipients in ${folder}`);
  file('.homerun-recipients', '# nobody\n');
  await expect(recipientsFor(folder)).rejects.toThrow('names nobody');
  await expect(readIdentities(options)).rejects.toThrow('you have no age identity: there is no');
  const key = join(folder, 'id');
  writeFileSync(key, '-----BEGIN OPENSSH PRIVATE KEY-----\n');
  const named = { ...options, environment: { HOMERUN_IDENTITY_FILE: key } };
  await expect(readIdentities(named)).rejects.toThrow('is an SSH key, which homerun cannot use for secrets');
});
