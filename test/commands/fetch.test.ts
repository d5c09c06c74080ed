import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { folder, homerun, start } from './program.ts';

const INVENTORY = 'hosts:\n  one: {transport: local}\n  two: {transport: local, address: there}\n';

const SITE = `- name: Collect
  hosts: all
  tasks:
    - name: Prepare
      copy: {dest: "{{root}}/{{inventory_hostname}}/{{item}}", content: "{{item}}\\n"}
      loop: [a, b]
    - name: Fetch
      fetch: {src: "{{root}}/{{inventory_hostname}}/{{item}}", dest: "fetched/{{item}}.{{inventory_hostname}}", flat: true}
      loop: [a, b]
      register: fetched
    - name: Use it at once
      copy: {src: "fetched/b.{{inventory_hostname}}", dest: "{{root}}/{{inventory_hostname}}/c"}
- name: Spread
  hosts: two
  tasks:
    - name: Use it elsewhere
      copy: {src: fetched/a.one, dest: "{{root}}/two/from-one"}
    - name: Use all of it
      copy: {src: fetched/, dest: "{{root}}/two/all/"}
`;

/** The playbook stands in a folder of its own, so that relative to it is not relative to where one stands. */
function house(site: string): string {
  const root = folder({ 'inventory.yaml': INVENTORY, 'plays/site.yaml': site });
  // So that what is fetched is for everybody to read, and can be shown.
  chmodSync(root, 0o755);
  for (const host of ['one', 'two']) mkdirSync(join(root, host));
  return root;
}

const outcomes = (lines: string, word: string): string[] =>
  lines.split('\n').filter((line) => line.includes(` | ${word} | `) || line.endsWith(` | ${word}`));

describe('fetch', () => {
  test('a plan names what the run brings, and what follows can use it before it was ever there', async () => {
    const root = house(SITE);
    const args = ['plays/site.yaml', '-e', `root=${root}`];
    expect((await homerun(root, ['check', ...args])).stderr).toBe('');
    writeFileSync(join(root, 'one/a'), 'a\n');
    writeFileSync(join(root, 'one/b'), 'b\n');
    const plan = await homerun(root, ['plan', ...args, '--limit', 'one']);
    expect(plan.stdout).toContain(
      'one | Fetch [a] | would change | fetch FOLDER/one/a to plays/fetched/a.one',
    );
    expect(plan.stdout).toContain('one |   (empty) → a');
    expect(plan.stdout).toContain("one | Use it at once | unknown | until 'Fetch' has run");
    expect(existsSync(join(root, 'plays/fetched'))).toBe(false);
    const first = await homerun(root, ['run', ...args]);
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(readdirSync(join(root, 'plays/fetched')).sort()).toEqual(['a.one', 'a.two', 'b.one', 'b.two']);
    expect(readFileSync(join(root, 'one/c'), 'utf8')).toBe('b\n');
    expect(readFileSync(join(root, 'two/from-one'), 'utf8')).toBe('a\n');
    expect(readdirSync(join(root, 'two/all'))).toHaveLength(4);
    const second = await homerun(root, ['run', ...args, '--output', 'json']);
    expect(second.events.filter((event) => event.kind === 'task-finished' && event.outcome !== 'ok')).toEqual(
      [],
    );
    // Per host and play one question and one answer: nothing was sent.
    expect(second.events.at(-1)).toMatchObject({ recap: [{ exchanges: 1 }, { exchanges: 2 }] });
  });

  test('what a task behind it reads on this machine is read after it has come', async () => {
    const root = house(`- hosts: one
  tasks:
    - {name: First, fetch: {src: "{{root}}/one/a", dest: same, flat: true}}
    - {name: Other, fetch: {src: "{{root}}/one/b", dest: same, flat: true}}
    - {name: Put, copy: {src: same, dest: "{{root}}/one/put"}}
`);
    writeFileSync(join(root, 'one/a'), 'a\n');
    writeFileSync(join(root, 'one/b'), 'b\n');
    writeFileSync(join(root, 'plays/same'), 'b\n');
    const { stdout } = await homerun(root, ['run', 'plays/site.yaml', '-e', `root=${root}`]);
    expect(outcomes(stdout, 'changed')).toHaveLength(3);
    expect(readFileSync(join(root, 'one/put'), 'utf8')).toBe('b\n');
  });

  test('two hosts that would write one file are told so before any is touched', async () => {
    const root = house('- hosts: all\n  tasks:\n    - fetch: {src: /etc/hosts, dest: hosts, flat: true}\n');
    expect(await homerun(root, ['run', 'plays/site.yaml'])).toMatchObject({
      code: 2,
      stderr: `plays/site.yaml:3:38: error: one and two would write the same file on this machine
  3 |     - fetch: {src: /etc/hosts, dest: hosts, flat: true}
    |                                      ^~~~~
  hint: put \`{{inventory_hostname}}\` into \`dest\`, or leave out \`flat\`

1 mistake; nothing was run.
`,
    });
  });

  test('Ctrl-C in the middle of a file leaves the old one as it was, and nothing beside it', async () => {
    const root = house(`- hosts: one
  environment: {PATH: "{{root}}/bin:/usr/bin:/bin"}
  tasks:
    - {name: Fetch, fetch: {src: "{{root}}/one/data", dest: fetched/data, flat: true}}
`);
    mkdirSync(join(root, 'bin'));
    mkdirSync(join(root, 'plays/fetched'));
    writeFileSync(join(root, 'one/data'), Buffer.alloc(9 * 1024 * 1024));
    writeFileSync(join(root, 'plays/fetched/data'), 'old\n');
    // The second piece never comes.
    const slow = `#!/bin/sh\ncase "$*" in *skip=0*) exec /bin/dd "$@" ;; esac\necho $$ >${root}/pid\nexec sleep 600\n`;
    writeFileSync(join(root, 'bin/dd'), slow);
    chmodSync(join(root, 'bin/dd'), 0o755);
    const { child, ended } = start(root, ['run', 'plays/site.yaml', '-e', `root=${root}`]);
    const isUnderWay = (): boolean =>
      existsSync(join(root, 'pid')) && readdirSync(join(root, 'plays/fetched')).length > 1;
    while (!isUnderWay()) await sleep(20);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toContain('one | Fetch | interrupted');
    expect(readdirSync(join(root, 'plays/fetched'))).toEqual(['data']);
    expect(readFileSync(join(root, 'plays/fetched/data'), 'utf8')).toBe('old\n');
  });

  test('where it cannot be written, the task fails and says which machine it is', async () => {
    const root = house('- hosts: one\n  tasks:\n    - fetch: {src: /etc/hosts, dest: site.yaml/below/}\n');
    const { code, stdout } = await homerun(root, ['run', 'plays/site.yaml']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /failed \| cannot write FOLDER\/plays\/site\.yaml\/below\/one\/etc\/hosts on this machine: ENOTDIR/,
    );
    expect(statSync(join(root, 'plays/site.yaml')).isFile()).toBe(true);
  });
});
