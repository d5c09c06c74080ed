import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import type { RuntimeValue } from '../../src/model/playbook.ts';
import type { Value } from '../../src/model/value.ts';
import { firstPlay, hostOf, load, params, prepare, work } from './house.ts';

const FACTS = known({ os: { family: 'debian' }, memory_mb: 512, hostname: 'pi' });

describe('parameters', () => {
  test('are rendered, keep their native types, and their numbers keep what was typed', () => {
    const playbook = load(`- hosts: pi
  vars: {packages: [cron, screen], cache: true}
  tasks:
    - apt: {name: "{{packages}}", update_cache: "{{cache}}", version: 1.10}
    - copy: {content: "on {{inventory_hostname}} at {{interfaces.eth0.cidr}}\\n", dest: /etc/motd, mode: '644', owner: 0}
    - service: {name: 5, environment: {A: 1.0}, ports: [{port: 80, label: 08}]}
`);
    expect(params(playbook, 0)).toEqual({
      name: ['cron', 'screen'],
      state: 'present',
      version: '1.10',
      update_cache: true,
    });
    expect(params(playbook, 1)).toEqual({
      content: 'on pi at 192.168.1.2/24\n',
      dest: '/etc/motd',
      mode: '0644',
      owner: '0',
    });
    expect(params(playbook, 2)).toEqual({
      name: '5',
      environment: { A: '1.0' },
      ports: [{ port: 80, label: '08' }],
    });
  });

  test('may be one text, with `args` beside it, and the module may have its full name', () => {
    const playbook = load(`- hosts: pi
  tasks:
    - command: ls {{color}}
      args: {chdir: /tmp}
    - ansible.builtin.command:
        cmd: pwd
`);
    expect(params(playbook, 0)).toEqual({ cmd: 'ls red', chdir: '/tmp' });
    expect(params(playbook, 1)).toEqual({ cmd: 'pwd' });
  });

  test('secrets stay secret on their way', () => {
    const extraVariables = { password: new Secret('hunter22') };
    const playbook = load(
      `- hosts: pi
  tasks:
    - copy: {content: "key={{password}}", dest: /x}
      environment: {TOKEN: "{{password}}"}
    - template: {src: conf.hbs, dest: /y}
`,
      { extraVariables, files: { 'templates/conf.hbs': 'password {{password}}\n' } },
    );
    const [item] = work(prepare(playbook));
    const given = item?.params as { content: Secret } | undefined;
    expect(given?.content.reveal()).toBe('key=hunter22');
    expect(item?.environment['TOKEN']).toBeInstanceOf(Secret);
    expect(item?.secrets?.map((secret) => secret.reveal())).toContain('hunter22');
    expect(work(prepare(playbook, 1))[0]?.secrets?.map((secret) => secret.reveal())).toEqual(['hunter22']);
  });
});

describe('precedence', () => {
  test('inventory < play < vars_files < import < block < task < result < include < its loop < command line', () => {
    const files = {
      'vars/more.yaml': 'b: file\nc: file\nd: file\ne: file\nf: file\ng: file\nh: file\ni: file\n',
      'tasks/inner.yaml': `- block:
    - set_fact: {f: fact, g: fact, h: fact, i: fact}
    - command: echo {{color}} {{a}} {{b}} {{c}} {{d}} {{e}} {{f}} {{g}} {{h}} {{i}}
      vars: {e: task, f: task, g: task, h: task, i: task}
  vars: {d: block, e: block, f: block, g: block, h: block, i: block}
`,
      'tasks/outer.yaml': `- import_tasks: inner.yaml
  vars: {c: import, d: import, e: import, f: import, g: import, h: import, i: import}
`,
    };
    const playbook = load(
      `- hosts: pi
  vars: {a: play, b: play, c: play, d: play, e: play, f: play, g: play, h: play, i: play}
  vars_files: [more.yaml]
  tasks:
    - include_tasks: outer.yaml
      vars: {g: include, h: include, i: include}
      loop: [turn]
      loop_control: {loop_var: h}
`,
      { files, extraVariables: { i: 'extra' } },
    );
    const runtime = { f: known('fact'), g: known('fact'), h: known('fact'), i: known('fact') };
    const included = prepare(playbook, 0, 'pi', runtime);
    if (included.kind !== 'include') throw new Error(included.kind);
    const inner = { ...playbook, plays: [{ ...firstPlay(playbook), tasks: included.tasks }] };
    expect(params(inner, 1, 'pi', runtime)).toEqual({
      cmd: 'echo red play file import block task fact include turn extra',
    });
  });

  test('of the inventory: all < group above < group below < host', () => {
    const playbook = load(
      '- hosts: all\n  tasks:\n    - command: echo {{color}} {{level}} {{default shared "none"}}\n',
    );
    expect(params(playbook, 0, 'pi')).toEqual({ cmd: 'echo red routers house' });
    expect(params(playbook, 0, 'nas')).toEqual({ cmd: 'echo blue house house' });
    expect(params(playbook, 0, 'vpn')).toEqual({ cmd: 'echo red all none' });
  });

  test('variables are rendered when they are asked for, by what is known then', () => {
    const playbook = load(`- hosts: pi
  vars: {greeting: "hello {{who}}", who: play, names: [a], unused: "{{facts.hostname}}"}
  tasks:
    - command: echo {{greeting}}
      vars: {who: task}
    - command: echo {{join names ","}}
      vars: {names: "{{concat names 'b'}}"}
`);
    expect(params(playbook, 0)).toEqual({ cmd: 'echo hello task' });
    expect(params(playbook, 1)).toEqual({ cmd: 'echo a,b' });
  });
});

describe('the inventory in templates', () => {
  test.each([
    [
      '{{hosts.nas.address}} {{hosts.nas.vars.color}} {{hosts.nas.interfaces.eth0.address}}',
      'nas blue 192.168.1.21',
    ],
    ['{{join groups.house ","}} {{join group_names ","}}', 'pi,nas house,routers'],
    [
      '{{networks.pi.dhcp.first}} {{networks.pi.netmask}} {{networks.pi.prefix}} {{networks.pi.address}}',
      '192.168.2.100 255.255.255.0 24 192.168.2.0',
    ],
    ['{{interfaces.eth1.network}} {{interfaces.eth1.gateway}}', 'pi 192.168.2.1'],
  ])('%s', (text, expected) => {
    expect(params(load(`- hosts: pi\n  tasks:\n    - command: '${text}'\n`))).toEqual({ cmd: expected });
  });
});

describe('what is known only in the run', () => {
  const playbook = load(`- hosts: pi
  tasks:
    - command: ls
      register: listing
    - command: echo {{listing.stdout}}
    - command: echo {{facts.hostname}}
      when: facts.os.family == "debian"
`);

  test('is waited for', () => {
    expect(prepare(playbook, 1, 'pi', { listing: { kind: 'pending' } })).toEqual({
      kind: 'waiting',
      for: 'listing',
    });
    expect(prepare(playbook, 2, 'pi', { facts: { kind: 'pending' } })).toEqual({
      kind: 'waiting',
      for: 'facts',
    });
  });

  test('is unknown until a task runs that check mode does not run', () => {
    expect(prepare(playbook, 1, 'pi', { listing: { kind: 'unknown', until: 'command: ls' } })).toEqual({
      kind: 'unknown',
      until: 'command: ls',
    });
  });

  test('is used once it is there', () => {
    expect(params(playbook, 1, 'pi', { listing: known({ stdout: 'a' }) })).toEqual({ cmd: 'echo a' });
    expect(params(playbook, 2, 'pi', { facts: FACTS })).toEqual({ cmd: 'echo pi' });
  });

  test('is data: what a host said is never rendered', () => {
    expect(params(playbook, 1, 'pi', { listing: known({ stdout: '{{password}}' }) })).toEqual({
      cmd: 'echo {{password}}',
    });
  });

  test('a mistake that shows only now fails the task, with its place', () => {
    const prepared = prepare(playbook, 1, 'pi', { listing: known({ failed: true }) });
    expect(prepared).toMatchObject({ kind: 'failed', ignoreErrors: false });
    expect(prepared.kind === 'failed' && prepared.failure.failed.replace(/.*playbooks/, 'playbooks')).toBe(
      'playbooks/site.yaml:5:23: `listing` has no `stdout`',
    );
  });
});

describe('when', () => {
  const playbook = load(`- hosts: all
  tasks:
    - command: a
      when: inventory_hostname in groups.routers
    - command: b
      when:
        - facts.os.family == "debian"
        - color == "green"
    - command: c
      when: only_pi is defined and only_pi == 1
    - command: "{{only_pi}}"
      when: only_pi is defined
    - command: e
      when: false
`);

  test('leaves a task out and says why', () => {
    expect(prepare(playbook, 0, 'pi').kind).toBe('work');
    expect(prepare(playbook, 0, 'nas')).toEqual({
      kind: 'skipped',
      reason: 'inventory_hostname in groups.routers is not true',
    });
    expect(prepare(playbook, 2, 'nas').kind).toBe('skipped');
    expect(prepare(playbook, 2, 'pi').kind).toBe('work');
    expect(prepare(playbook, 4, 'pi')).toEqual({ kind: 'skipped', reason: 'false is not true' });
  });

  test('of a list is false where one is, without waiting for the others', () => {
    expect(prepare(playbook, 1, 'pi', { facts: { kind: 'pending' } })).toEqual({
      kind: 'skipped',
      reason: 'color == "green" is not true',
    });
  });
});

describe('loops', () => {
  test('give one turn for each item, with index and label; `when` is asked anew', () => {
    const playbook = load(`- hosts: pi
  vars: {users: [{name: ann, uid: 1}, {name: bob, uid: 2}]}
  tasks:
    - command: add {{item.name}} {{index}}
      loop: "{{users}}"
      when: item.uid > 1
    - command: echo {{outer}}{{number}}
      loop: [a, b]
      loop_control: {loop_var: outer, index_var: number, label: "<{{outer}}>"}
    - command: echo {{item.x}}
      loop: [{x: 1, y: 2}]
`);
    const [first, second] = work(prepare(playbook));
    expect(first).toMatchObject({ label: 'ann', skipped: 'item.uid > 1 is not true' });
    expect(second).toMatchObject({
      label: 'bob',
      params: { cmd: 'add bob 1' },
      item: { name: 'bob', uid: 2 },
    });
    expect(second?.skipped).toBeUndefined();
    expect(work(prepare(playbook, 1)).map(({ label, params: given }) => [label, given])).toEqual([
      ['<a>', { cmd: 'echo a0' }],
      ['<b>', { cmd: 'echo b1' }],
    ]);
    expect(work(prepare(playbook, 2))[0]?.label).toBe('{"x":1,"y":2}');
  });

  test('over what a task registered wait for it', () => {
    const playbook = load(`- hosts: pi
  tasks:
    - command: ls
      register: listing
    - command: rm {{item}}
      loop: "{{listing.stdout_lines}}"
`);
    expect(prepare(playbook, 1, 'pi', { listing: { kind: 'pending' } })).toEqual({
      kind: 'waiting',
      for: 'listing',
    });
    const items = work(prepare(playbook, 1, 'pi', { listing: known({ stdout_lines: ['a', 'b'] }) }));
    expect(items.map((item) => item.params)).toEqual([{ cmd: 'rm a' }, { cmd: 'rm b' }]);
  });

  test('an empty list is no turn at all', () => {
    expect(prepare(load('- hosts: pi\n  tasks:\n    - command: ls\n      loop: []\n'))).toEqual({
      kind: 'work',
      items: [],
      looped: true,
    });
  });
});

describe('blocks and includes', () => {
  test('hand down conditions, users, variables, tags and notifications', () => {
    const playbook = load(
      `- hosts: all
  tasks:
    - block:
        - command: echo {{greeting}}
        - include_tasks: inner.yaml
      when: inventory_hostname == "pi"
      become: true
      become_user: postgres
      vars: {greeting: hello}
      notify: done
      ignore_errors: true
      no_log: true
      tags: [a]
  handlers:
    - name: done
      command: ls
`,
      { files: { 'tasks/inner.yaml': '- command: echo inner {{greeting}}\n  become_user: root\n' } },
    );
    const { tasks } = firstPlay(playbook);
    expect(tasks.map((task) => [task.module, task.noLog])).toEqual([
      ['command', true],
      ['command', true],
    ]);
    expect(prepare(playbook, 1, 'nas').kind).toBe('skipped');
    expect(work(prepare(playbook, 0))[0]).toMatchObject({
      params: { cmd: 'echo hello' },
      become: { user: 'postgres', method: 'sudo' },
      notify: ['done'],
      ignoreErrors: true,
    });
    expect(work(prepare(playbook, 1))[0]).toMatchObject({
      params: { cmd: 'echo inner hello' },
      become: { user: 'root' },
    });
  });

  test('an include with a loop or a template in its name is taken in at run time', () => {
    const playbook = load(
      `- hosts: pi
  tasks:
    - include_tasks: user.yaml
      loop: [ann, bob]
      when: item != "bob"
      vars: {home: "/home/{{item}}"}
    - include_tasks: "{{color}}.yaml"
`,
      {
        files: {
          'tasks/user.yaml': '- command: mkdir {{home}} {{item}}\n  name: home of {{item}}\n',
          'tasks/red.yaml': '- command: red\n',
        },
      },
    );
    const first = prepare(playbook, 0);
    const tasks = first.kind === 'include' ? first.tasks : [];
    expect(tasks.map((task) => task.name)).toEqual(['home of ann']);
    const host = hostOf(firstPlay(playbook), 'pi');
    const [task] = tasks;
    expect(task && work(task.prepare(host, new Map()))[0]?.params).toEqual({ cmd: 'mkdir /home/ann ann' });
    const second = prepare(playbook, 1);
    expect(second.kind === 'include' && second.tasks.map((each) => each.name)).toEqual(['command: red']);
  });

  test('tasks of the same file have identities of their own', () => {
    const playbook = load(
      '- hosts: pi\n  tasks:\n    - include_tasks: a.yaml\n    - include_tasks: a.yaml\n    - include_tasks: a.yaml\n      loop: [1, 2]\n',
      { files: { 'tasks/a.yaml': '- command: ls\n' } },
    );
    const looped = prepare(playbook, 2);
    const tasks = [...firstPlay(playbook).tasks, ...(looped.kind === 'include' ? looped.tasks : [])];
    expect(new Set(tasks.map((task) => task.id)).size).toBe(5);
  });

  test('a playbook may import others', () => {
    const playbook = load('- import_playbook: other.yaml\n  vars: {a: 1}\n- hosts: nas\n', {
      files: { 'playbooks/other.yaml': '- name: other\n  hosts: pi\n  tasks:\n    - command: echo {{a}}\n' },
    });
    expect(playbook.plays.map((play) => play.name)).toEqual(['other', 'nas']);
    expect(params(playbook)).toEqual({ cmd: 'echo 1' });
  });
});

describe('tags', () => {
  const text = `- hosts: pi
  tags: [house]
  tasks:
    - {name: plain, command: ls}
    - {name: a, command: ls, tags: a}
    - {name: ever, command: ls, tags: [always]}
    - {name: debugging, command: ls, tags: [never, debug]}
    - block:
        - {name: inner, command: ls, tags: [b]}
      tags: [a]
`;
  test.each([
    [{}, ['plain', 'a', 'ever', 'inner']],
    [{ tags: ['a'] }, ['a', 'ever', 'inner']],
    [{ tags: ['b'] }, ['ever', 'inner']],
    [{ tags: ['house'] }, ['plain', 'a', 'ever', 'debugging', 'inner']],
    [{ tags: ['debug'] }, ['ever', 'debugging']],
    [{ tags: ['tagged'] }, ['plain', 'a', 'ever', 'inner']],
    [{ tags: ['tagged', 'debug'] }, ['plain', 'a', 'ever', 'debugging', 'inner']],
    [{ skipTags: ['a'] }, ['plain', 'ever']],
    [{ tags: ['a'], skipTags: ['b', 'always'] }, ['a']],
  ])('%o', (options, expected) => {
    expect(firstPlay(load(text, options)).tasks.map((task) => task.name)).toEqual(expected);
  });
});

describe('what a result means', () => {
  test('changed_when and failed_when judge it', () => {
    const playbook = load(`- hosts: pi
  tasks:
    - command: ls
      register: listing
      changed_when: listing.stdout.contains("new")
      failed_when:
        - listing.rc != 0
        - listing.rc != 2
    - command: ls
      changed_when: false
`);
    const [item] = work(prepare(playbook));
    const result = { changed: true, failed: false, skipped: false, rc: 2, stdout: 'new' };
    expect(item?.conclude(result)).toEqual({ changed: true, failed: false });
    expect(item?.conclude({ ...result, rc: 1, stdout: '' })).toEqual({ changed: false, failed: true });
    expect(item?.conclude({ changed: true, failed: false, skipped: false })).toMatchObject({
      failed: expect.stringContaining('`listing` has no `stdout`') as string,
    });
    expect(work(prepare(playbook, 1))[0]?.conclude(result)).toEqual({ changed: false, failed: false });
  });

  test('until asks again', () => {
    const playbook = load(`- hosts: pi
  tasks:
    - command: ls
      register: listing
      until: listing.rc == 0
      retries: 5
      delay: 1
`);
    const retry = work(prepare(playbook))[0]?.retry;
    expect(retry).toMatchObject({ times: 5, delay: 1 });
    expect([retry?.until({ rc: 1 }), retry?.until({ rc: 0 })]).toEqual([false, true]);
  });
});

describe('inputs', () => {
  test('files, folders, templates and expressions are prepared', () => {
    const playbook = load(
      `- hosts: pi
  tasks:
    - copy: {src: motd, dest: /etc/motd}
    - copy: {src: site, dest: /srv}
    - template: {src: conf.hbs, dest: /x}
    - assert: {that: [color == "red", size(group_names) > 1]}
    - debug: {var: networks.pi.dhcp}
`,
      {
        files: {
          'files/motd': 'hello {{color}}\n',
          'playbooks/files/site/index.html': '<p>',
          'playbooks/files/site/deep/a.txt': 'a',
          'templates/conf.hbs': 'color {{color}}\n{{> part}}',
          'templates/part.hbs': 'part of {{inventory_hostname}}\n',
        },
      },
    );
    const inputs = [0, 1, 2, 3, 4].map((index) => work(prepare(playbook, index))[0]?.inputs);
    const texts = inputs.slice(0, 3).map((input) => {
      const source = input?.['src'];
      return source?.kind === 'files'
        ? source.files.map((file) => [file.path, Buffer.from(file.bytes).toString()])
        : [];
    });
    expect(texts).toEqual([
      [['motd', 'hello {{color}}\n']],
      [
        ['deep/a.txt', 'a'],
        ['index.html', '<p>'],
      ],
      [['conf.hbs', 'color red\npart of pi\n']],
    ]);
    expect(inputs[1]?.['src']).toMatchObject({ isFolder: true, source: 'site' });
    expect(inputs[3]?.['that']).toEqual({
      kind: 'values',
      values: [
        { text: 'color == "red"', value: true },
        { text: 'size(group_names) > 1', value: true },
      ],
    });
    expect(inputs[4]?.['var']).toEqual({
      kind: 'values',
      values: [{ text: 'networks.pi.dhcp', value: { first: '192.168.2.100' } }],
    });
  });
});

describe('plays', () => {
  test('order their parts, and say how many hosts go at a time', () => {
    const playbook = load(`- hosts: all:!vpn
  serial: [1, "50%"]
  max_fail_percentage: 20
  strategy: linear
  post_tasks: [{name: c, command: ls}]
  tasks: [{name: b, command: ls}, {meta: flush_handlers}]
  pre_tasks: [{name: a, command: ls}]
`);
    const play = firstPlay(playbook);
    expect(play.tasks.map((task) => task.name)).toEqual(['a', 'b', 'meta: flush_handlers', 'c']);
    expect(prepare(playbook, 2)).toEqual({ kind: 'meta', action: 'flush_handlers' });
    expect(play).toMatchObject({
      name: 'all:!vpn',
      serial: [1, 1],
      maxFailPercentage: 20,
      strategy: 'linear',
    });
    expect(play.where).toMatch(/playbooks\/site\.yaml:1$/);
    expect(play.hosts.map((host) => host.name)).toEqual(['pi', 'nas']);
  });

  test('are limited, and begin at a task', () => {
    const text = '- hosts: all\n  tasks: [{name: a, command: ls}, {name: b, command: ls}]\n- hosts: nas\n';
    expect(firstPlay(load(text, { limit: 'routers' })).hosts.map((host) => host.name)).toEqual(['pi']);
    expect(load(text, { startAtTask: 'b' }).plays.map((play) => play.tasks.map((task) => task.name))).toEqual(
      [['b'], []],
    );
  });

  test('say as whom, where the task does not; the command line and the inventory do where nobody does', () => {
    const text = '- hosts: pi\n  tasks: [{command: ls}, {command: ls, become: false}]\n';
    expect(work(prepare(load(text)))[0]?.become).toBeUndefined();
    const become = { enabled: true, user: 'admin', method: 'doas' as const, password: new Secret('x') };
    const playbook = load(text, { become });
    expect(work(prepare(playbook))[0]?.become).toMatchObject({ user: 'admin', method: 'doas' });
    expect(work(prepare(playbook, 1))[0]?.become).toBeUndefined();
    const house = { 'inventory.yaml': 'hosts:\n  pi: {become: {user: root, password: secret}}\n' };
    const inherited = work(prepare(load(text, { files: house })))[0]?.become;
    expect([inherited?.user, inherited?.password?.reveal()]).toEqual(['root', 'secret']);
  });

  test('handlers answer to their name and to what they listen to', () => {
    const playbook = load(`- hosts: pi
  tasks:
    - {command: ls, notify: [restart, all]}
  handlers:
    - {name: restart, command: ls, listen: [all, some]}
`);
    expect(firstPlay(playbook).handlers[0]?.topics).toEqual(['restart', 'all', 'some']);
  });
});

function known(value: Value): RuntimeValue {
  return { kind: 'known', value };
}
