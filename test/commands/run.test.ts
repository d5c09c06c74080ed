import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, homerun } from './program.ts';

const SITE = `- name: Site
  hosts: here
  vars: {greeting: hello}
  tasks:
    - name: Write
      copy: {dest: "{{root}}/motd", content: "{{greeting}}\\n"}
      tags: files
      notify: Tell
    - name: Look
      command: cat {{root}}/motd
      register: seen
      changed_when: false
      check_mode: false
      failed_when: seen.rc > 1
    - name: Say
      debug: {msg: "it says {{seen.stdout}}"}
      when: seen.rc == 0
    - name: Never
      command: 'false'
      when: greeting == 'bye'
  handlers:
    - name: Tell
      command: touch {{root}}/told
`;

const house = (): string => {
  const root = folder({ 'site.yaml': SITE });
  return root;
};
const at = (root: string): string[] => ['-e', `root=${root}`];

describe('run', () => {
  test('in lines: the first run, the second run, a plan, and their exit codes', async () => {
    const root = house();
    const plan = await homerun(root, ['plan', 'site.yaml', ...at(root)]);
    expect(plan.stdout).toMatchInlineSnapshot(`
      "PLAN site.yaml

      PLAY Site (site.yaml:1): here
      here | Write | would change | create FOLDER/motd
      here |   (empty) → hello
      here | Look | ok | cat: FOLDER/motd: No such file or directory (exit code 1)
      here | Say | skipped | seen.rc == 0 is not true
      here | Never | skipped | greeting == 'bye' is not true
      here | Tell (handler) | would change | run touch FOLDER/told

      host    ok  would change  failed  skipped  unreachable   time
      here     1             2       0        2            0 N s

      2 changes would be made on 1 host. Nothing was touched.
      "
    `);
    expect(existsSync(join(root, 'motd'))).toBe(false);
    expect((await homerun(root, ['plan', 'site.yaml', '--detailed-exitcode', ...at(root)])).code).toBe(4);
    const first = await homerun(root, ['run', 'site.yaml', ...at(root)]);
    expect(first.stdout).toMatchInlineSnapshot(`
      "RUN site.yaml

      PLAY Site (site.yaml:1): here
      here | Write | changed | create FOLDER/motd
      here | Look | ok
      here | Say | ok | it says hello
      here | Never | skipped | greeting == 'bye' is not true
      here | Tell (handler) | changed | run touch FOLDER/told

      host    ok  changed  failed  skipped  unreachable   time
      here     2        2       0        1            0 N s

      2 changes on 1 host in N s.
      "
    `);
    const second = await homerun(root, ['run', 'site.yaml', '--detailed-exitcode', ...at(root)]);
    expect(second.stdout).toMatchInlineSnapshot(`
      "RUN site.yaml

      PLAY Site (site.yaml:1): here
      here | Write | ok
      here | Look | ok
      here | Say | ok | it says hello
      here | Never | skipped | greeting == 'bye' is not true

      host    ok  changed  failed  skipped  unreachable   time
      here     3        0       0        1            0 N s

      Nothing changed: the house is as the playbook says.
      "
    `);
    const again = await homerun(root, ['plan', 'site.yaml', '--detailed-exitcode', ...at(root)]);
    expect([plan, first, second, again].map(({ code, stderr }) => [code, stderr])).toEqual(
      Array.from({ length: 4 }, () => [0, '']),
    );
  });

  test('a failed task is exit code 1, a host that is not there 3', async () => {
    const root = folder({
      'inventory.yaml':
        'hosts:\n  here: {transport: local}\n  gone: {address: 127.0.0.1, port: 1, user: nobody}\n',
      'fails.yaml': "- hosts: here\n  tasks:\n    - name: Break\n      shell: 'echo why >&2; exit 3'\n",
      'gone.yaml': "- hosts: all\n  tasks:\n    - command: 'true'\n",
    });
    const failed = await homerun(root, ['run', 'fails.yaml']);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toMatchInlineSnapshot(`
      "RUN fails.yaml

      PLAY here (fails.yaml:1): here
      here | Break | failed | why (exit code 3)
      here |   at     │ fails.yaml:3 · module shell

      host    ok  changed  failed  skipped  unreachable   time
      here     0        0       1        0            0 N s

      No change was finished.
      1 host failed:
        here at “Break” (fails.yaml:3)
      Put that right and run it again: what is done stays done.
      "
    `);
    const gone = await homerun(root, ['run', 'gone.yaml', '--no-ssh-config']);
    expect(gone.code).toBe(3);
    expect(gone.events).toEqual([]);
    expect(gone.stdout).toContain('gone | connect | unreachable | cannot reach gone (127.0.0.1:1)');
    expect(gone.stdout).toContain('here | command: true | changed');
  });

  test('json: one event for each line, whose numbers are those of the recap', async () => {
    const root = house();
    const { code, stdout, events } = await homerun(root, ['run', 'site.yaml', '-o', 'json', ...at(root)]);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(events.length);
    const outcomes = events.flatMap((event) => (event.kind === 'task-finished' ? [event.outcome] : []));
    expect(outcomes).toEqual(['changed', 'ok', 'ok', 'skipped', 'changed']);
    expect(events.at(-1)).toMatchObject({
      kind: 'run-finished',
      interrupted: false,
      recap: [{ host: 'here', ok: 2, changed: 2, skipped: 1, failed: 0, ignored: 0, unknown: 0 }],
    });
    const loads = events
      .filter((event) => event.kind === 'task-finished')
      .map((event) => event.scripts.length);
    expect(loads[1]).toBe(1);
  });

  test('-v shows outputs of what changed, -vv of all, -vvv the scripts', async () => {
    const root = folder({
      'site.yaml': `- hosts: here
  tasks:
    - name: Changes
      command: echo one
    - name: Stays
      command: echo two
      changed_when: false
`,
    });
    const said = async (...flags: string[]): Promise<boolean[]> => {
      const { stdout } = await homerun(root, ['run', 'site.yaml', ...flags]);
      return [/stdout │ one/, /stdout │ two/, /│ \(exec/].map((text) => text.test(stdout));
    };
    expect(await said()).toEqual([false, false, false]);
    expect(await said('-v')).toEqual([true, false, false]);
    expect(await said('-vv')).toEqual([true, true, false]);
    expect((await homerun(root, ['run', 'site.yaml', '-vvv'])).stdout).toContain("'echo' 'two'");
  });

  test('colours come where they are wanted, and NO_COLOR wins', async () => {
    const root = house();
    const run = async (env: Record<string, string>): Promise<boolean> =>
      (await homerun(root, ['run', 'site.yaml', ...at(root)], env)).stdout.includes('\u001b[');
    expect(await run({})).toBe(false);
    expect(await run({ FORCE_COLOR: '1' })).toBe(true);
    expect(await run({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });
});

test('a secret is nowhere but where it belongs', async () => {
  const secret = "s3cr'et \\ väl ue";
  const root = folder({
    'inventory.yaml': 'hosts:\n  here: {transport: local, vars: {token: !env TOKEN}}\n',
    'site.yaml': `- hosts: here
  tasks:
    - name: A file
      copy: {dest: "{{root}}/file", content: "token={{token}}\\n"}
      loop: ["{{token}}"]
    - name: A template
      template: {src: conf.hbs, dest: "{{root}}/conf"}
    - name: A command
      shell: 'echo "$TOKEN"; echo "$TOKEN" | base64 >&2'
      environment: {TOKEN: "{{token}}"}
      register: said
    - name: What it said
      debug: {msg: "{{said.stdout}}"}
    - name: Itself
      debug: {msg: "{{token}}"}
    - name: Its failure
      command: ls {{quote token}}
      ignore_errors: true
    - name: Hidden altogether
      command: echo hidden-word
      no_log: true
`,
    'templates/conf.hbs': 'token {{token}}\n',
  });
  for (const args of [
    ['plan', '--diff'],
    ['run', '-vvv', '--diff'],
    ['run', '-o', 'json'],
    ['plan', '-o', 'json'],
  ]) {
    const [command = '', ...flags] = args;
    const { code, stdout, stderr } = await homerun(root, [command, 'site.yaml', ...flags, ...at(root)], {
      TOKEN: secret,
    });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('********');
    const shown = `${stdout}${stderr}`;
    for (const part of [
      "s3cr'et",
      "s3cr'\\\\''et",
      'väl',
      'hidden-word',
      Buffer.from(secret).toString('base64').slice(0, 12),
    ])
      expect(shown.includes(part), `${args.join(' ')} shows ${part}`).toBe(false);
  }
  expect(readFileSync(join(root, 'file'), 'utf8')).toBe(`token=${secret}\n`);
  expect(readFileSync(join(root, 'conf'), 'utf8')).toBe(`token ${secret}\n`);
  const state = join(root, 'state/homerun');
  for (const name of readdirSync(state)) {
    const journal = readFileSync(join(state, name), 'utf8');
    expect(journal).toContain('A file');
    expect(journal).not.toMatch(/s3cr|väl|hidden-word/);
  }
});

describe('what is run', () => {
  const lines = async (root: string, ...args: string[]): Promise<string[]> =>
    (await homerun(root, ['run', 'site.yaml', ...at(root), ...args])).stdout
      .split('\n')
      .filter((line) => line.startsWith('here | '));

  test('--tags, --skip-tags, --start-at-task', async () => {
    const root = house();
    expect(await lines(root, '--tags', 'files')).toEqual([
      'here | Write | changed | create FOLDER/motd',
      'here | Tell (handler) | changed | run touch FOLDER/told',
    ]);
    expect(await lines(root, '--skip-tags', 'files')).toHaveLength(3);
    expect(
      (await homerun(root, ['run', 'site.yaml', ...at(root), '--start-at-task', 'Say'])).stderr,
    ).toContain('site.yaml:17:13: error: `seen` is not defined');
    expect(
      (await homerun(root, ['run', 'site.yaml', ...at(root), '--start-at-task', 'Sya'])).stderr,
    ).toContain('error: there is no task `Sya`\n  hint: did you mean `Say`?\n');
  });

  test('-e as a pair, a map and a file; the last one wins', async () => {
    const root = folder({ 'site.yaml': SITE, 'vars.yaml': 'greeting: from a file\n' });
    const written = async (...args: string[]): Promise<string> => {
      await homerun(root, ['run', 'site.yaml', ...at(root), ...args]);
      return readFileSync(join(root, 'motd'), 'utf8');
    };
    expect(await written('-e', 'greeting=a pair')).toBe('a pair\n');
    expect(await written('-e', '{"greeting": "a map"}')).toBe('a map\n');
    expect(await written('-e', 'greeting=x', '-e', '@vars.yaml')).toBe('from a file\n');
    expect(await written('-e', 'greeting=')).toBe('\n');
  });

  test('--list-tasks and --list-hosts only list', async () => {
    const root = house();
    const { code, stdout } = await homerun(root, [
      'run',
      'site.yaml',
      '--list-hosts',
      '--list-tasks',
      ...at(root),
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "Site (site.yaml:1)
        hosts: here
        Write  (copy, site.yaml:5)
        Look  (command, site.yaml:9)
        Say  (debug, site.yaml:15)
        Never  (command, site.yaml:18)
      "
    `);
    expect(readdirSync(root).sort()).toEqual(['inventory.yaml', 'site.yaml']);
  });

  test('the inventory is found beside the playbook, and a folder above it', async () => {
    const root = folder({
      'house/site.yaml': SITE,
      'house/inventory.yaml': 'hosts:\n  here: {transport: local}\n',
    });
    mkdirSync(join(root, 'house/playbooks'));
    const run = async (cwd: string, path: string): Promise<number> =>
      (await homerun(cwd, ['run', path, '--list-hosts', '-e', 'root=/tmp'])).code;
    expect(await run(root, 'house/site.yaml')).toBe(0);
    expect(await run(join(root, 'house/playbooks'), '../site.yaml')).toBe(0);
  });

  test('nothing where nothing is asked for', async () => {
    const root = folder({ 'none.yaml': '[]\n', 'empty.yaml': '' });
    expect((await homerun(root, ['run', 'none.yaml'])).stdout).toContain(
      'No host was matched: nothing was done.',
    );
    const empty = await homerun(root, ['run', 'empty.yaml']);
    expect([empty.code, empty.stderr]).toEqual([
      2,
      'empty.yaml:1:1: error: a playbook is a list of plays; this is nothing\n  hint: begin with `- hosts: all`\n\n1 mistake; nothing was run.\n',
    ]);
  });
});

test('a journal that cannot be written is said before anything is run', async () => {
  const root = house();
  const { code, stderr } = await homerun(root, ['run', 'site.yaml', ...at(root)], {
    XDG_STATE_HOME: '/dev/null',
  });
  expect([code, stderr]).toEqual([
    2,
    "error: the journal cannot be written: ENOTDIR: not a directory, mkdir '/dev/null/homerun'\n" +
      '  hint: set XDG_STATE_HOME to a folder of yours\n',
  ]);
  expect(existsSync(join(root, 'motd'))).toBe(false);
});

test('a handler that a broken run owes is announced by a plan and run by the next run', async () => {
  const root = folder({ 'site.yaml': SITE });
  const broken = await homerun(root, ['run', 'site.yaml', ...at(root), '-e', 'greeting=bye']);
  expect(broken.code).toBe(1);
  expect(existsSync(join(root, 'told'))).toBe(false);
  const plan = await homerun(root, [
    'plan',
    'site.yaml',
    ...at(root),
    '-e',
    'greeting=bye',
    '--skip-tags',
    'never',
  ]);
  expect(plan.stdout).toContain(
    'here | Tell (handler) | recovered | notified by an earlier run that broke off',
  );
  await homerun(root, ['run', 'site.yaml', ...at(root), '--tags', 'files', '-e', 'greeting=bye']);
  expect(existsSync(join(root, 'told'))).toBe(true);
});
