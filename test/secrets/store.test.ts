import { chmodSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createSecretStore, encryptValue, type SecretStore } from '../../src/secrets/index.ts';
import { desk, settledDesk, type Desk } from './house.ts';

// Made by ansible-vault 2.14 with the password `correct horse`.
const VAULT = `$ANSIBLE_VAULT;1.1;AES256
39373537363864616661373961373137383930356262653634623663376136306631633164656332
6539643032306337383261663565643335383036346332360a366236633762616634363866623332
34323239393732643834333965393938333431316163363138393031343238663037373061323338
3462323961646131640a343965626131653835353163396238336435373864346135376631376438
65333866653239646533363631323537353565633063633835336535333239303861`;

function storeOf({ options }: Desk, more: object = {}): SecretStore {
  return createSecretStore({ ...options, loaded: () => undefined, ...more });
}

/** The answer to a question once everything is looked up. */
async function settled(store: SecretStore, ask: (store: SecretStore) => unknown): Promise<unknown> {
  expect(ask(store)).toEqual({ kind: 'pending' });
  expect(await store.settle()).toBe(true);
  expect(await store.settle()).toBe(false);
  return ask(store);
}

test('opens age texts, however they are indented', async () => {
  const made = await settledDesk();
  const block = await encryptValue('hunter22', made.folder);
  const armor = block
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .join('\n');
  expect(await settled(storeOf(made), (store) => store.age(armor))).toEqual({
    kind: 'known',
    text: 'hunter22',
  });
  expect(await settled(storeOf(desk()), (store) => store.age(armor))).toMatchObject({
    kind: 'failed',
    failed: expect.stringContaining('you have no age identity') as string,
    hint: '`homerun secret init` makes one; HOMERUN_IDENTITY_FILE names another file',
  });
});

test('asks for the vault password once, or reads it from a file or a program', async () => {
  const typed = ['correct horse'];
  const store = storeOf(desk({}, typed));
  const known = { kind: 'known', text: 'db_password: hunter22\nname: ü\n' };
  store.vault(VAULT);
  store.vault(`${VAULT}\n00`);
  await store.settle();
  expect([store.vault(VAULT), typed]).toEqual([known, []]);

  const files = desk();
  const vaultPasswordFile = files.file('password', 'correct horse\n');
  expect(await settled(storeOf(files, { vaultPasswordFile }), (each) => each.vault(VAULT))).toEqual(known);
  const program = files.file('program', '#!/bin/sh\necho correct horse\n');
  chmodSync(program, 0o700);
  const named = desk({ HOMERUN_VAULT_PASSWORD_FILE: program });
  expect(await settled(storeOf(named), (each) => each.vault(VAULT))).toEqual(known);
  expect(await settled(storeOf(desk()), (each) => each.vault(VAULT))).toMatchObject({
    kind: 'failed',
    failed: 'there is no password for ansible-vault',
  });
});

test('runs a program once, gives what it prints without its last newline, and no shell reads it', async () => {
  const made = desk();
  const program = made.file('show', 'echo x >>"$0.runs"; printf "%s\\n\\n" "$@"');
  const argv = ['sh', program, '$HOME `id` a;b', "it's"];
  const store = storeOf(made);
  store.command(argv);
  expect(await settled(store, (each) => each.command([...argv]))).toEqual({
    kind: 'known',
    text: "$HOME `id` a;b\n\nit's\n",
  });
  expect(readFileSync(`${program}.runs`, 'utf8')).toBe('x\n');
});

test.each([
  [['sh', '-c', 'echo no such entry >&2; exit 3'], '`sh` gave no secret: no such entry (exit code 3)'],
  [['no-such-program'], '`no-such-program` gave no secret: there is no such program'],
  [['false'], '`false` gave no secret: exit code 1'],
])('%j says why it gave nothing', async (argv, failed) => {
  expect(await settled(storeOf(desk()), (store) => store.command(argv))).toEqual({ kind: 'failed', failed });
});

test('variables of the environment are there at once, the empty ones too', () => {
  const store = storeOf(desk({ TOKEN: 'x', EMPTY: '' }));
  expect([store.environment('TOKEN'), store.environment('EMPTY')]).toEqual([
    { kind: 'known', text: 'x' },
    { kind: 'known', text: '' },
  ]);
  expect(store.environment('NOPE')).toMatchObject({
    kind: 'failed',
    failed: 'the environment variable NOPE is not set',
  });
});
