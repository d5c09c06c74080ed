import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, homerun } from './program.ts';

/** The lines of one host, and nothing else. */
async function told(
  files: Readonly<Record<string, string>>,
  command = 'run',
  root = folder(files),
): Promise<string> {
  const { stdout, stderr } = await homerun(root, [command, 'site.yaml', '-e', `root=${root}`]);
  if (stderr !== '') return stderr;
  const lines = stdout.split('\n').filter((line) => line.startsWith('here | '));
  return lines.map((line) => line.slice('here | '.length)).join('\n');
}

test('results: of a skipped task, of a failure that is ignored, of a command that always fails, of tries', async () => {
  const site = `- hosts: here
  tasks:
    - {name: left out, command: echo x, register: left, when: false}
    - {name: of it, debug: {msg: "{{left.skipped}} {{left.changed}}"}, when: left is skipped}
    - name: fails thrice
      shell: exit 3
      changed_when: true
      ignore_errors: true
      register: tried
      until: tried.rc == 0
      retries: 2
      delay: 0
    - {name: of it, debug: {msg: "{{tried.failed}} {{tried.rc}} {{tried.attempts}}"}}
    - {name: no failure, shell: exit 4, register: code, failed_when: false, changed_when: false}
    - {name: of it, debug: {msg: "{{code.rc}} {{code.failed}}"}}
    - name: each until it works
      shell: 'echo >> {{root}}/{{item}}; test $(wc -l < {{root}}/{{item}}) -gt {{index}}'
      loop: [a, b]
      register: each
      until: each.rc == 0
      retries: 3
      delay: 0
    - {name: of them, debug: {msg: "{{each.results.0.attempts}} {{each.results.1.attempts}} {{each.results.1.item}}"}}
    - {name: collect, set_fact: {all: "{{concat (default all '') item}}"}, loop: [a, b, c]}
    - {name: of it, debug: {msg: "{{all}}"}}
- hosts: here
  tasks:
    - {name: still there, debug: {msg: "{{all}} {{code.rc}}"}}
`;
  expect(await told({ 'site.yaml': site })).toMatchInlineSnapshot(`
    "left out | skipped | false is not true
    of it | ok | true false
    fails thrice | ignored | gave up after 3 tries: \`until\` never held
      at     │ site.yaml:5 · module shell · exit code 3
    of it | ok | true 3 3
    no failure | ok | exit code 4
    of it | ok | 4 false
    each until it works [a] | changed | run echo >> FOLDER/a; test $(wc -l < FOLDER/a) -gt 0
    each until it works [b] | changed | run echo >> FOLDER/b; test $(wc -l < FOLDER/b) -gt 1
    of them | ok | 1 2 b
    collect [a] | ok
    collect [b] | ok
    collect [c] | ok
    of it | ok | abc
    still there | ok | abc 4"
  `);
});

test('includes in a loop, users side by side, facts and loops in handlers', async () => {
  const site = `- hosts: here
  tasks:
    - include_tasks: tasks/one.yaml
      loop: [a, b]
      loop_control: {loop_var: word}
    - {name: as nobody, command: id -un, become: true, become_user: nobody, changed_when: false, register: nobody}
    - {name: as root, command: id -un, changed_when: false, register: plain}
    - {name: of them, debug: {msg: "{{nobody.stdout}} {{plain.stdout}}"}}
    - {name: change, copy: {dest: "{{root}}/x", content: x}, notify: [First, all of them]}
    - {meta: flush_handlers}
    - {name: after, debug: {msg: "{{default first.stdout 'none'}}"}}
  handlers:
    - {name: First, command: 'echo {{facts.os.family}}', register: first}
    - {name: Second, listen: all of them, debug: {msg: "{{item}}"}, loop: [1, 2], when: item != 2}
    - {name: Third, listen: all of them, include_tasks: tasks/one.yaml, vars: {word: handler}}
`;
  const one = `- {name: say, command: 'echo {{word}}', register: said, changed_when: false}
- {name: said, debug: {msg: "{{said.stdout}}"}}
`;
  expect(await told({ 'site.yaml': site, 'tasks/one.yaml': one })).toMatchInlineSnapshot(`
    "say | ok
    said | ok | a
    say | ok
    said | ok | b
    as nobody | ok
    as root | ok
    of them | ok | nobody root
    change | changed | create FOLDER/x
    First (handler) | changed | run echo debian
    Second [1] (handler) | ok | 1
    Second [2] (handler) | skipped | item != 2 is not true
    say (handler) | ok
    said (handler) | ok | handler
    after | ok | debian"
  `);
});

test('a plan calls unknown what needs the answer of a command that it does not run, and fails nowhere', async () => {
  const site = `- hosts: here
  tasks:
    - {name: ask, command: echo yes, register: answer, changed_when: false}
    - {name: use, command: echo used, when: answer.stdout == 'yes'}
    - {name: tell, debug: {msg: "{{answer.stdout}}"}, when: answer is not skipped}
    - {name: retry, command: echo on, register: retried, until: retried.rc == 0}
    - {name: count, debug: {msg: "{{retried.attempts}}"}}
    - {name: write, copy: {dest: "{{root}}/x", content: x}}
    - {name: inside, lineinfile: {path: "{{root}}/x/y", line: a}}
`;
  expect(await told({ 'site.yaml': site }, 'plan')).toMatchInlineSnapshot(`
    "ask | ok
    use | unknown | until 'ask' has run: site.yaml:4:52: \`answer\` has no \`stdout\`
    tell | unknown | until 'ask' has run: site.yaml:5:36: \`answer\` has no \`stdout\`
    retry | would change | run echo on
    count | unknown | until the changes above are made: site.yaml:7:37: \`retried\` has no \`attempts\`
    write | would change | create FOLDER/x
      (empty) → x
    inside | unknown | until the changes above are made: FOLDER/x/y does not exist"
  `);
});

test('a task shows what differs, or does not, whatever the run shows', async () => {
  const root = folder({
    'site.yaml': `- hosts: here
  diff: false
  tasks:
    - {name: Quiet, copy: {dest: "{{root}}/quiet", content: "quiet text"}}
    - {name: Loud, copy: {dest: "{{root}}/loud", content: "loud text"}, diff: true}
`,
  });
  const args = ['site.yaml', '-e', `root=${root}`];
  for (const plan of [
    ['plan', ...args],
    ['run', ...args, '--check'],
  ]) {
    const { stdout } = await homerun(root, plan);
    expect(stdout).toContain('here |   (empty) → loud text');
    expect(stdout).not.toContain('quiet text');
  }
  const { stdout } = await homerun(root, ['plan', ...args, '-o', 'json']);
  expect(stdout).toContain('loud text');
  expect(stdout.replaceAll(/"scripts":\[.*?\]/g, '')).not.toContain('quiet text');
});

test('what one host does once, and another takes from it', async () => {
  const root = folder({
    'inventory.yaml': 'hosts:\n  here: {transport: local}\n  there: {transport: local, address: other}\n',
    'site.yaml': `- hosts: all
  tasks:
    - block:
        - {name: Make, shell: "echo x >>{{root}}/made; cat {{root}}/made", register: made}
        - {name: Keep, set_fact: {kept: "{{made.stdout}}-{{item}}"}, loop: [a, b]}
        - {name: File, fetch: {src: /etc/hosts, dest: hosts, flat: true}}
      run_once: true
    - {name: Use, debug: {msg: "{{kept}} {{made.rc}}"}}
`,
  });
  const { stdout, stderr } = await homerun(root, ['run', 'site.yaml', '-e', `root=${root}`]);
  expect(stderr).toBe('');
  const lines = stdout.split('\n').filter((line) => /^(?:here|there) \|/.test(line));
  expect(lines.sort()).toMatchInlineSnapshot(`
    [
      "here | File | changed | fetch /etc/hosts to hosts",
      "here | Keep [a] | ok",
      "here | Keep [b] | ok",
      "here | Make | changed | run echo x >>FOLDER/made; cat FOLDER/made",
      "here | Use | ok | x-b 0",
      "there | Use | ok | x-b 0",
    ]
  `);
  expect((await homerun(root, ['plan', 'site.yaml', '-e', `root=${root}`])).stdout).toContain(
    'there | Use | unknown',
  );
});

test('a handler that is owed is known from every folder, and is that of its own play', async () => {
  const site = `- hosts: here
  tasks: [{name: same, command: 'true', changed_when: false, notify: restart}]
  handlers: [{name: restart, debug: {msg: of the first play}}]
- hosts: here
  tasks:
    - {name: change, command: 'true', notify: restart}
    - {name: breaks off, shell: 'exit {{code}}'}
  handlers: [{name: restart, debug: {msg: of the second play}}]
`;
  const root = folder({ 'plays/site.yaml': site });
  const env = { HOME: root, XDG_STATE_HOME: join(root, 'state') };
  expect((await homerun(root, ['run', 'plays/site.yaml', '-e', 'code=1'], env)).code).toBe(1);
  const args = ['plan', 'site.yaml', '-e', 'code=0'];
  const { stdout } = await homerun(join(root, 'plays'), args, env);
  expect(stdout).toContain('PLAY here (site.yaml:4): here\nhere | restart (handler) | recovered');
  expect(stdout.match(/recovered/g)).toHaveLength(1);
  expect(stdout).not.toContain('of the first play');
});
