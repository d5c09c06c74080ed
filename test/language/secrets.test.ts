import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadExtraVariables, loadInventory, loadPlaybook } from '../../src/language/index.ts';
import { DiagnosticError } from '../../src/model/diagnostic.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Revealed, SecretSource } from '../../src/model/secret-source.ts';
import type { Value } from '../../src/model/value.ts';
import { firstPlay, folder, hostOf, mistakes, secretsOf, work } from './house.ts';
import { modules } from './modules.ts';

const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n-----END AGE ENCRYPTED FILE-----\n';
const VAULT = '$ANSIBLE_VAULT;1.1;AES256\n3132\n';

/** Opens every armor to `age` and every vault to `vault`; programs print their words. */
function source(age: string, vault = 'of the vault', more: Partial<SecretSource> = {}): SecretSource {
  const known = (text: string): Revealed => ({ kind: 'known', text });
  return secretsOf(
    { TOKEN: 'from outside' },
    { age: () => known(age), vault: () => known(vault), command: (argv) => known(argv.join('|')), ...more },
  );
}

function variables(
  inventory: string,
  secrets: SecretSource,
  files: Readonly<Record<string, string>> = {},
): Record<string, Value> {
  const root = folder({ 'inventory.yaml': inventory, ...files });
  const loaded = loadInventory(join(root, 'inventory.yaml'), { secrets });
  return { ...loaded.hosts[0]?.variables };
}

function revealed(value: Value | undefined): string {
  return value instanceof Secret ? value.reveal() : `not secret: ${JSON.stringify(value)}`;
}

describe('tags', () => {
  test('each gives a secret, wherever a value may stand', () => {
    const values = variables(
      `vars:
  one: !secret |
    ${ARMOR.trim().replaceAll('\n', '\n    ')}
  two: !vault |
    ${VAULT.trim().replaceAll('\n', '\n    ')}
  three: !env TOKEN
  four: !command pass show "home/db key" 'a b'\\ c
  five: [!command [op, read, 7], &again !env TOKEN, *again]
hosts: {pi: {}}
`,
      source('of age'),
    );
    const { one, two, three, four, five } = values;
    expect([one, two, three, four].map(revealed)).toEqual([
      'of age',
      'of the vault',
      'from outside',
      'pass|show|home/db key|a b c',
    ]);
    expect((five as readonly Value[]).map(revealed)).toEqual(['op|read|7', 'from outside', 'from outside']);
  });

  test('every secret is told to who masks it', () => {
    const told: string[] = [];
    const secrets = source('of age', '', { loaded: (secret) => told.push(secret.reveal()) });
    variables('hosts: {pi: {vars: {a: !env TOKEN}}}', secrets, {
      'secrets.yaml': 'plain: in the clear\nn: 007\n',
    });
    expect(told).toEqual(['from outside', 'in the clear', '007']);
  });

  test('playbooks, files of tasks, of variables, and -e have them too', () => {
    const root = folder({
      'playbooks/site.yaml': `- hosts: pi
  vars: {a: !env TOKEN}
  vars_files: [more.yaml]
  tasks:
    - copy: {dest: /a, content: "{{a}}, {{b}}, {{c}}"}
    - include_tasks: inner.yaml
`,
      'playbooks/vars/more.yaml': ARMOR,
      'tasks/inner.yaml': '- copy: {dest: /b, content: !env TOKEN}\n',
    });
    const secrets = source('b: of age\n');
    const inventory = loadInventory(join(root, 'inventory.yaml'), { secrets });
    const extraVariables = loadExtraVariables(['{c: !env TOKEN}'], secrets);
    const playbook = loadPlaybook(join(root, 'playbooks/site.yaml'), {
      inventory,
      modules,
      secrets,
      extraVariables,
    });
    const play = firstPlay(playbook);
    const prepared = play.tasks[0]?.prepare(hostOf(play, 'pi'), new Map());
    const [item] = prepared ? work(prepared) : [];
    const content = (item?.params as { content: Secret } | undefined)?.content;
    expect(content?.reveal()).toBe('from outside, of age, from outside');
    expect(content?.parts).toEqual(['from outside', 'of age', 'from outside']);
  });
});

describe('templates', () => {
  test('a file with a secret in it is secret; one that only asks about it is not', () => {
    const root = folder({
      'playbooks/site.yaml': `- hosts: pi
  vars: {token: !env TOKEN}
  tasks:
    - template: {src: with.hbs, dest: /a}
    - template: {src: without.hbs, dest: /b}
`,
      'templates/with.hbs': 'name = {{inventory_hostname}}\ntoken = {{upper token}}\n',
      'templates/without.hbs': '{{#if token}}there is one{{/if}}\n',
    });
    const secrets = source('');
    const inventory = loadInventory(join(root, 'inventory.yaml'), { secrets });
    const play = firstPlay(loadPlaybook(join(root, 'playbooks/site.yaml'), { inventory, modules, secrets }));
    const [first, second] = play.tasks.map((task) => {
      const [item] = work(task.prepare(hostOf(play, 'pi'), new Map()));
      const input = item?.inputs['src'];
      return input?.kind === 'files' ? input.files[0] : undefined;
    });
    expect(first?.secret?.reveal()).toBe('name = pi\ntoken = FROM OUTSIDE\n');
    expect(first?.secret?.parts).toEqual(['FROM OUTSIDE']);
    expect(second).toMatchObject({ bytes: Buffer.from('there is one\n') });
    expect(second?.secret).toBeUndefined();
  });

  test('what is too short to be masked alone hides the text around it', () => {
    const root = folder({
      'playbooks/site.yaml':
        '- hosts: pi\n  vars: {pin: !env PIN}\n  tasks:\n    - copy: {dest: /a, content: "pin={{pin}}"}\n',
    });
    const secrets = secretsOf({ PIN: '12' });
    const inventory = loadInventory(join(root, 'inventory.yaml'), { secrets });
    const play = firstPlay(loadPlaybook(join(root, 'playbooks/site.yaml'), { inventory, modules, secrets }));
    const prepared = play.tasks[0]?.prepare(hostOf(play, 'pi'), new Map());
    const content = (prepared && (work(prepared)[0]?.params as { content: Secret }))?.content;
    expect([content?.reveal(), content?.parts]).toEqual(['pin=12', undefined]);
  });
});

describe('secrets.yaml beside the inventory', () => {
  test('gives variables to all hosts; groups and hosts are stronger; texts and numbers are secret', () => {
    const inventory = `vars: {db: weak, plain: seen}
groups: {g: {hosts: [pi], vars: {of_group: strong}}}
hosts: {pi: {}}
`;
    const secret = 'db: hunter22\npin: 007\nof_group: weak\nflag: true\nnested: {list: [deep]}\n';
    const values = variables(inventory, source(secret), { 'secrets.yaml': ARMOR });
    expect([values['db'], values['pin']].map(revealed)).toEqual(['hunter22', '007']);
    expect(values).toMatchObject({ plain: 'seen', of_group: 'strong', flag: true });
    expect(JSON.stringify(values['nested'])).toBe('{"list":["********"]}');
  });

  test('what comes out of it is never taken for a template', () => {
    const values = variables('hosts: {pi: {}}', source('a: "{{nope}}"\n'), { 'secrets.yaml': ARMOR });
    expect(revealed(values['a'])).toBe('{{nope}}');
  });
});

describe('mistakes', () => {
  test('all of them together, each at its place', () => {
    const failing = secretsOf(
      {},
      {
        age: () => ({ kind: 'failed', failed: 'none of your age identities opens this', hint: 'ask' }),
        command: () => ({ kind: 'failed', failed: '`pass` gave no secret: no such entry (exit code 1)' }),
      },
    );
    const root = folder({
      'inventory.yaml': `vars:
  db: !secret |
    ${ARMOR.trim().replaceAll('\n', '\n    ')}
  token: !env NOT_SET
  key: !command pass show key
  open: !command pass 'show
hosts: {pi: {}}
`,
      'secrets.yaml': ARMOR,
    });
    expect(printed(root, failing)).toMatchInlineSnapshot(`
      "inventory.yaml:2:7: error: none of your age identities opens this
        2 |   db: !secret |
          |       ^~~~~~~~~
        hint: ask

      inventory.yaml:6:10: error: the environment variable NOT_SET is not set
        6 |   token: !env NOT_SET
          |          ^~~~~~~~~~~~
        hint: set it for this run: NOT_SET=… homerun …

      inventory.yaml:7:8: error: \`pass\` gave no secret: no such entry (exit code 1)
        7 |   key: !command pass show key
          |        ^~~~~~~~~~~~~~~~~~~~~~

      inventory.yaml:8:9: error: a quote in this command is not closed
        8 |   open: !command pass 'show
          |         ^~~~~~~~~~~~~~~~~~~

      secrets.yaml:1:1: error: none of your age identities opens this
        1 | -----BEGIN AGE ENCRYPTED FILE-----
          | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: ask"
    `);
  });

  test('of an encrypted file tell the place and show nothing of it', () => {
    const root = folder({ 'inventory.yaml': 'hosts: {pi: {}}\n', 'secrets.yaml': ARMOR });
    for (const text of [
      'db: hunter22\n  more: hunter22\n',
      'hunter22: 1\nhunter22: 2\n',
      'db: {{ hunter22 }}\n',
      '- hunter22\n',
      'db: *hunter22\n',
      'db: "hunter22\n',
      'db: !hunter22 x\n',
    ]) {
      const message = printed(root, source(text));
      expect(message).toMatch(/^secrets\.yaml:\d+:\d+: error: /);
      expect(message).not.toContain('hunter22');
    }
  });

  test('a parameter that cannot carry a secret refuses it without a word of it', () => {
    const text = mistakes('- hosts: pi\n  tasks:\n    - apt: {name: [!env TOKEN]}\n', {
      secrets: source(''),
    });
    expect(text).toContain('playbooks/site.yaml:3:25: error: `name[0]` of `apt` must be text; got a secret');
    expect(text).not.toContain('from outside');
  });
});

function printed(root: string, secrets: SecretSource): string {
  try {
    loadInventory(join(root, 'inventory.yaml'), { secrets });
  } catch (error) {
    if (error instanceof DiagnosticError) return error.message.replaceAll(`${root}/`, '');
    throw error;
  }
  throw new Error('no mistake was found');
}
