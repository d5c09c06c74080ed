import { describe, expect, test } from 'vitest';
import { mistakes } from './house.ts';

/** A play for the Pi with these tasks, each indented by four spaces. */
function play(tasks: string, more = ''): string {
  return `- hosts: pi\n${more}  tasks:\n${tasks}`;
}

describe('keys and modules', () => {
  test('an unknown key of a task, of a play, of a block', () => {
    expect(
      mistakes(`- hosts: pi
  becom: true
  tasks:
    - apt: {name: cron}
      notfy: x
      frobnicate: 1
    - block:
        - apt: {name: cron}
      wen: true
`),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:2:3: error: unknown key \`becom\` in this play
        2 |   becom: true
          |   ^~~~~
        hint: did you mean \`become\`?

      playbooks/site.yaml:5:7: error: unknown key \`notfy\` in this task
        5 |       notfy: x
          |       ^~~~~
        hint: did you mean \`notify\`?

      playbooks/site.yaml:6:7: error: unknown key \`frobnicate\` in this task
        6 |       frobnicate: 1
          |       ^~~~~~~~~~

      playbooks/site.yaml:9:7: error: unknown key \`wen\` in this block
        9 |       wen: true
          |       ^~~
        hint: did you mean \`when\`?"
    `);
  });

  test('an unknown module, two modules, none', () => {
    expect(
      mistakes(
        play(`    - coppy: {dest: /x}
    - frobnicate: {a: 1}
    - apt: {name: cron}
      copy: {dest: /x}
    - name: nothing to do
      when: true
    - just text
`),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:7: error: there is no module \`coppy\`
        3 |     - coppy: {dest: /x}
          |       ^~~~~
        hint: did you mean \`copy\`?

      playbooks/site.yaml:4:7: error: there is no module \`frobnicate\`
        4 |     - frobnicate: {a: 1}
          |       ^~~~~~~~~~
        hint: homerun doc lists all modules

      playbooks/site.yaml:6:7: error: a task has one module; this one has \`apt\` and \`copy\`
        6 |       copy: {dest: /x}
          |       ^~~~
        hint: make two tasks of it

      playbooks/site.yaml:7:7: error: this task has no module
        7 |     - name: nothing to do
          |       ^~~~~~~~~~~~~~~~~~~
        hint: a task names what to do: \`apt:\`, \`copy:\`, \`command:\`, \`include_tasks:\`…

      playbooks/site.yaml:9:7: error: a task must be a map; got text
        9 |     - just text
          |       ^~~~~~~~~"
    `);
  });

  test('what Ansible has and homerun has not', () => {
    expect(
      mistakes(`- hosts: pi
  roles: [common]
  tasks:
    - apt: {name: "{{item}}"}
      with_items: [a, b]
    - command: ls
      delegate_to: nas
      async: 5
    - block:
        - command: ls
      rescue:
        - command: ls
`),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:2:3: error: \`roles\` is not supported
        2 |   roles: [common]
          |   ^~~~~
        hint: write \`tasks:\` with \`include_tasks: FILE\` for each role

      playbooks/site.yaml:4:22: error: \`item\` is not defined
        4 |     - apt: {name: "{{item}}"}
          |                      ^~~~

      playbooks/site.yaml:5:7: error: \`with_items\` is not supported
        5 |       with_items: [a, b]
          |       ^~~~~~~~~~
        hint: write \`loop:\` with the list

      playbooks/site.yaml:7:7: error: \`delegate_to\` is not supported
        7 |       delegate_to: nas
          |       ^~~~~~~~~~~
        hint: give the other host a play of its own; its values are in \`hosts.NAME\`

      playbooks/site.yaml:8:7: error: \`async\` is not supported
        8 |       async: 5
          |       ^~~~~
        hint: start a service, or \`nohup\` in \`shell\`, and wait for it with \`wait_for\`

      playbooks/site.yaml:11:7: error: \`rescue\` is not supported
        11 |       rescue:
           |       ^~~~~~
        hint: write \`ignore_errors: true\` and \`register:\`, then tasks with \`when: NAME is failed\`"
    `);
  });

  test('a play without hosts, a playbook that is no list, an empty one', () => {
    expect(mistakes('- tasks: []\n')).toMatchInlineSnapshot(`
      "playbooks/site.yaml:1:3: error: this play needs \`hosts\`
        1 | - tasks: []
          |   ^~~~~~~~~"
    `);
    expect(mistakes('hosts: pi\n')).toMatchInlineSnapshot(`
      "playbooks/site.yaml:1:1: error: a playbook is a list of plays; this is a map
        1 | hosts: pi
          | ^
        hint: begin with \`- hosts: all\`"
    `);
    expect(mistakes('')).toMatchInlineSnapshot(`
      "playbooks/site.yaml:1:1: error: a playbook is a list of plays; this is nothing
        hint: begin with \`- hosts: all\`"
    `);
  });
});

describe('parameters', () => {
  test('unknown, missing, of the wrong type, one of few', () => {
    expect(
      mistakes(
        play(`    - apt: {nam: cron, state: instaled}
    - apt: {name: cron, update_cache: sure, lock_timeout: -1}
    - service: {name: [cron], ports: [{port: 80}, {port: 99999}, {prt: 1}]}
    - copy: {content: a, src: b, dest: etc/motd, mode: rwx}
    - copy: [a]
    - debug: {msg: a, var: 5}
`),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:13: error: \`apt\` has no parameter \`nam\`
        3 |     - apt: {nam: cron, state: instaled}
          |             ^~~
        hint: did you mean \`name\`?

      playbooks/site.yaml:3:31: error: \`state\` of \`apt\` must be one of present, absent, latest; got \`instaled\`
        3 |     - apt: {nam: cron, state: instaled}
          |                               ^~~~~~~~

      playbooks/site.yaml:4:39: error: \`update_cache\` of \`apt\` must be true or false; got \`sure\`
        4 |     - apt: {name: cron, update_cache: sure, lock_timeout: -1}
          |                                       ^~~~

      playbooks/site.yaml:4:59: error: \`lock_timeout\` of \`apt\` must be at least 0; got \`-1\`
        4 |     - apt: {name: cron, update_cache: sure, lock_timeout: -1}
          |                                                           ^~

      playbooks/site.yaml:5:23: error: \`name\` of \`service\` must be text; got a list
        5 |     - service: {name: [cron], ports: [{port: 80}, {port: 99999}, {prt: 1}]}
          |                       ^~~~~~

      playbooks/site.yaml:5:58: error: \`ports[1].port\` of \`service\` must be at most 65535; got \`99999\`
        5 |     - service: {name: [cron], ports: [{port: 80}, {port: 99999}, {prt: 1}]}
          |                                                          ^~~~~

      playbooks/site.yaml:5:66: error: \`service\` needs \`ports[2].port\`
        5 |     - service: {name: [cron], ports: [{port: 80}, {port: 99999}, {prt: 1}]}
          |                                                                  ^~~~~~~~

      playbooks/site.yaml:5:67: error: \`ports[2]\` of \`service\` has no parameter \`prt\`
        5 |     - service: {name: [cron], ports: [{port: 80}, {port: 99999}, {prt: 1}]}
          |                                                                   ^~~
        hint: did you mean \`port\`?

      playbooks/site.yaml:6:13: error: give either \`src\` or \`content\`
        6 |     - copy: {content: a, src: b, dest: etc/motd, mode: rwx}
          |             ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~

      playbooks/site.yaml:6:31: error: there is no file \`b\`
        6 |     - copy: {content: a, src: b, dest: etc/motd, mode: rwx}
          |                               ^
        hint: looked in playbooks/files, playbooks, files, .

      playbooks/site.yaml:6:40: error: \`dest\` of \`copy\` must be an absolute path, or one that begins with \`~\`; got \`etc/motd\`
        6 |     - copy: {content: a, src: b, dest: etc/motd, mode: rwx}
          |                                        ^~~~~~~~

      playbooks/site.yaml:6:56: error: \`mode\` of \`copy\` must be three or four octal digits in quotes, such as '0644', or \`u=rw,g=r,o=\`; got \`rwx\`
        6 |     - copy: {content: a, src: b, dest: etc/motd, mode: rwx}
          |                                                        ^~~

      playbooks/site.yaml:7:13: error: \`copy\` takes a map of parameters; got a list
        7 |     - copy: [a]
          |             ^~~
        hint: leave the dash out"
    `);
  });

  test('a mode that is a number, a word that is no boolean', () => {
    expect(
      mistakes(
        play(
          `    - copy: {content: a, dest: /x, mode: 0644}
    - copy:
        content: a
        dest: /x
        mode: 644
    - apt: {name: cron, update_cache: yes}
      become: no
      ignore_errors: "on"
`,
          '  become: yes\n',
        ),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:2:11: error: \`become\` of this play must be true or false; YAML 1.2 reads \`yes\` as text
        2 |   become: yes
          |           ^~~
        hint: write true

      playbooks/site.yaml:4:42: error: \`mode\` of \`copy\` must be text; YAML 1.2 reads \`644\` as a number
        4 |     - copy: {content: a, dest: /x, mode: 0644}
          |                                          ^~~~
        hint: write mode: '0644'

      playbooks/site.yaml:8:15: error: \`mode\` of \`copy\` must be text; YAML 1.2 reads \`644\` as a number
        8 |         mode: 644
          |               ^~~
        hint: write mode: '0644'

      playbooks/site.yaml:9:39: error: \`update_cache\` of \`apt\` must be true or false; YAML 1.2 reads \`yes\` as text
        9 |     - apt: {name: cron, update_cache: yes}
          |                                       ^~~
        hint: write true

      playbooks/site.yaml:10:15: error: \`become\` of this task must be true or false; YAML 1.2 reads \`no\` as text
        10 |       become: no
           |               ^~
        hint: write false

      playbooks/site.yaml:11:22: error: \`ignore_errors\` of this task must be true or false; YAML 1.2 reads \`on\` as text
        11 |       ignore_errors: "on"
           |                      ^~~~
        hint: write true"
    `);
  });

  test('one value that is known only in the run does not hide the mistakes beside it', () => {
    expect(
      mistakes(
        play(`    - apt: {name: "linux-{{facts.kernel}}", state: instaled, lock_timeout: x}
    - service: {name: x, ports: [{port: "{{facts.memory_mb}}"}, {port: 0}]}
`),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:52: error: \`state\` of \`apt\` must be one of present, absent, latest; got \`instaled\`
        3 |     - apt: {name: "linux-{{facts.kernel}}", state: instaled, lock_timeout: x}
          |                                                    ^~~~~~~~

      playbooks/site.yaml:3:76: error: \`lock_timeout\` of \`apt\` must be a number; got \`x\`
        3 |     - apt: {name: "linux-{{facts.kernel}}", state: instaled, lock_timeout: x}
          |                                                                            ^

      playbooks/site.yaml:4:72: error: \`ports[1].port\` of \`service\` must be at least 1; got \`0\`
        4 |     - service: {name: x, ports: [{port: "{{facts.memory_mb}}"}, {port: 0}]}
          |                                                                        ^"
    `);
  });

  test('what a template gave is checked as if it stood there', () => {
    expect(
      mistakes(
        play(
          `    - apt: {name: cron, state: "{{wish}}"}
    - service: {name: x, ports: "{{ports}}"}
`,
          '  vars: {wish: instaled, ports: [{port: 0}]}\n',
        ),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:4:32: error: \`state\` of \`apt\` must be one of present, absent, latest; got \`instaled\`
        4 |     - apt: {name: cron, state: "{{wish}}"}
          |                                ^~~~~~~~~~

      playbooks/site.yaml:5:33: error: \`ports[0].port\` of \`service\` must be at least 1; got \`0\`
        5 |     - service: {name: x, ports: "{{ports}}"}
          |                                 ^~~~~~~~~~~"
    `);
  });
});

describe('variables', () => {
  test('undefined ones, wherever they stand', () => {
    expect(
      mistakes(
        play(`    - command: echo {{nope}} {{#if nope2}}x{{/if}}
    - command: echo {{colour}}
      when: nope3 == 1
    - copy:
        dest: /x
        content: |
          first line
          and {{nope4}}
    - copy:
        dest: /x
        content: >
          folded text
          and {{nope5}}
    - copy: {dest: /x, content: 'it''s {{nope6}}'}
    - copy: {dest: /x, content: "a\\tb {{nope7}}"}
    - apt: {name: cron}
      environment: {A: "{{nope8}}"}
      notify: "{{nope9}}"
      loop: "{{nope10}}"
`),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:23: error: \`nope\` is not defined
        3 |     - command: echo {{nope}} {{#if nope2}}x{{/if}}
          |                       ^~~~

      playbooks/site.yaml:3:36: error: \`nope2\` is not defined
        3 |     - command: echo {{nope}} {{#if nope2}}x{{/if}}
          |                                    ^~~~~

      playbooks/site.yaml:4:23: error: \`colour\` is not defined
        4 |     - command: echo {{colour}}
          |                       ^~~~~~
        hint: did you mean \`color\`?

      playbooks/site.yaml:5:13: error: \`nope3\` is not defined
        5 |       when: nope3 == 1
          |             ^~~~~

      playbooks/site.yaml:10:17: error: \`nope4\` is not defined
        10 |           and {{nope4}}
           |                 ^~~~~

      playbooks/site.yaml:15:17: error: \`nope5\` is not defined
        15 |           and {{nope5}}
           |                 ^~~~~

      playbooks/site.yaml:16:42: error: \`nope6\` is not defined
        16 |     - copy: {dest: /x, content: 'it''s {{nope6}}'}
           |                                          ^~~~~

      playbooks/site.yaml:17:41: error: \`nope7\` is not defined
        17 |     - copy: {dest: /x, content: "a\\tb {{nope7}}"}
           |                                         ^~~~~

      playbooks/site.yaml:19:27: error: \`nope8\` is not defined
        19 |       environment: {A: "{{nope8}}"}
           |                           ^~~~~

      playbooks/site.yaml:20:18: error: \`nope9\` is not defined
        20 |       notify: "{{nope9}}"
           |                  ^~~~~

      playbooks/site.yaml:21:16: error: \`nope10\` is not defined
        21 |       loop: "{{nope10}}"
           |                ^~~~~~"
    `);
  });

  test('one that only some hosts have', () => {
    expect(mistakes('- hosts: all\n  tasks:\n    - command: echo {{only_pi}}\n')).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:23: error: \`only_pi\` is not defined (for hosts nas, vpn)
        3 |     - command: echo {{only_pi}}
          |                       ^~~~~~~"
    `);
  });

  test('one that a later task sets, one that the tags leave out', () => {
    expect(
      mistakes(
        play(`    - command: echo {{result.stdout}}
    - command: ls
      register: result
      tags: [a]
`),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:23: error: \`result\` is not defined
        3 |     - command: echo {{result.stdout}}
          |                       ^~~~~~~~~~~~~
        hint: it is set by a later task, at playbooks/site.yaml:4; move that one up"
    `);
    expect(
      mistakes(
        play(`    - command: ls
      register: result
    - command: echo {{result.stdout}}
      tags: [a]
`),
        { tags: ['a'] },
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:5:23: error: \`result\` is not defined
        5 |     - command: echo {{result.stdout}}
          |                       ^~~~~~~~~~~~~
        hint: it is set by a task that the tags leave out, at playbooks/site.yaml:3"
    `);
  });

  test('a misspelt field of a fact, of a result, of the inventory', () => {
    expect(
      mistakes(
        play(`    - command: echo {{facts.os.famly}} {{facts.hostnam}}
      register: result
    - command: echo {{result.stdot}} {{interfaces.eth7.address}}
      when: result.rcc == 0 and facts.oss.id == "debian"
    - command: echo {{hosts.nass.address}}
    - command: ls
      when: hosts.nas.adress == "x"
`),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:23: error: \`facts.os\` has no \`famly\`
        3 |     - command: echo {{facts.os.famly}} {{facts.hostnam}}
          |                       ^~~~~~~~~~~~~~
        hint: did you mean \`family\`?

      playbooks/site.yaml:3:42: error: \`facts\` has no \`hostnam\`
        3 |     - command: echo {{facts.os.famly}} {{facts.hostnam}}
          |                                          ^~~~~~~~~~~~~
        hint: did you mean \`hostname\`?

      playbooks/site.yaml:5:23: error: \`result\` has no \`stdot\`
        5 |     - command: echo {{result.stdot}} {{interfaces.eth7.address}}
          |                       ^~~~~~~~~~~~
        hint: did you mean \`stdout\`?

      playbooks/site.yaml:6:13: error: \`result\` has no \`rcc\`
        6 |       when: result.rcc == 0 and facts.oss.id == "debian"
          |             ^~~~~~~~~~
        hint: did you mean \`rc\`?

      playbooks/site.yaml:6:33: error: \`facts\` has no \`oss\`
        6 |       when: result.rcc == 0 and facts.oss.id == "debian"
          |                                 ^~~~~~~~~~~~
        hint: did you mean \`os\`?

      playbooks/site.yaml:7:23: error: \`hosts\` has no \`nass\`
        7 |     - command: echo {{hosts.nass.address}}
          |                       ^~~~~~~~~~~~~~~~~~
        hint: did you mean \`nas\`?

      playbooks/site.yaml:9:23: error: \`hosts.nas\` has no \`adress\`
        9 |       when: hosts.nas.adress == "x"
          |                       ^~~~~~
        hint: did you mean \`address\`?"
    `);
  });

  test('ones that need each other, reserved and impossible names', () => {
    expect(
      mistakes(
        play(
          `    - command: echo {{a}}
      register: item-x
    - command: ls
      vars: {facts: 1}
      register: string
`,
          '  vars: {a: "{{b}}", b: "{{c}}", c: "{{a}}", my-name: 1, list: []}\n',
        ),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:2:38: error: variables need each other: a → b → c → a
        2 |   vars: {a: "{{b}}", b: "{{c}}", c: "{{a}}", my-name: 1, list: []}
          |                                      ^~~~~

      playbooks/site.yaml:2:46: error: a variable cannot be called \`my-name\`: a name has letters, digits and underscores
        2 |   vars: {a: "{{b}}", b: "{{c}}", c: "{{a}}", my-name: 1, list: []}
          |                                              ^~~~~~~
        hint: write \`my_name\`

      playbooks/site.yaml:2:58: error: a variable cannot be called \`list\`: it is a word of the expression language
        2 |   vars: {a: "{{b}}", b: "{{c}}", c: "{{a}}", my-name: 1, list: []}
          |                                                          ^~~~
        hint: choose another name

      playbooks/site.yaml:5:17: error: a variable cannot be called \`item-x\`: a name has letters, digits and underscores
        5 |       register: item-x
          |                 ^~~~~~
        hint: write \`item_x\`

      playbooks/site.yaml:7:14: error: a variable cannot be called \`facts\`: homerun itself sets it
        7 |       vars: {facts: 1}
          |              ^~~~~
        hint: choose another name

      playbooks/site.yaml:8:17: error: a variable cannot be called \`string\`: it is a word of the expression language
        8 |       register: string
          |                 ^~~~~~
        hint: choose another name"
    `);
  });

  test('a mistake inside a variable is shown where the variable stands', () => {
    expect(
      mistakes(
        play('    - command: echo {{greeting}}\n', '  vars:\n    greeting: "hello {{nmae}}"\n    name_: x\n'),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:24: error: \`nmae\` is not defined
        3 |     greeting: "hello {{nmae}}"
          |                        ^~~~
        hint: did you mean \`name_\`?"
    `);
  });
});

describe('templates and expressions', () => {
  test('wrong templates', () => {
    expect(
      mistakes(
        play(`    - command: echo {{ color | upper }}
    - command: echo {{uper color}}
    - command: echo {{groups}}
    - command: echo {{group_names}}
    - command: docker ps --format {{.Names}}
    - command: "{% if x %}a{% endif %}"
`),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:30: error: templates have no filters with \`|\`
        3 |     - command: echo {{ color | upper }}
          |                              ^
        hint: helpers come first: {{upper color}}

      playbooks/site.yaml:4:23: error: there is no helper \`uper\`
        4 |     - command: echo {{uper color}}
          |                       ^~~~
        hint: did you mean \`upper\`?

      playbooks/site.yaml:5:21: error: a map cannot stand inside text
        5 |     - command: echo {{groups}}
          |                     ^~~~~~~~~~
        hint: write {{json groups}}, or name one of its fields

      playbooks/site.yaml:6:21: error: a list cannot stand inside text
        6 |     - command: echo {{group_names}}
          |                     ^~~~~~~~~~~~~~~
        hint: write {{join group_names ","}} or {{json group_names}}

      playbooks/site.yaml:7:37: error: this is no template
        7 |     - command: docker ps --format {{.Names}}
          |                                     ^
        hint: write \\{{ where two braces are meant as they are

      playbooks/site.yaml:8:17: error: \`{% … %}\` is not known here
        8 |     - command: "{% if x %}a{% endif %}"
          |                 ^~
        hint: write {{#if …}} … {{/if}} or {{#each …}} … {{/each}}"
    `);
  });

  test('wrong expressions', () => {
    expect(
      mistakes(
        play(`    - command: ls
      when: color = "red"
    - command: ls
      when: "{{ color }} == 'red'"
    - command: ls
      when: color
    - command: ls
      when:
        - color == "red"
        - group_names | length > 1
    - command: ls
      when: facts.memory_mb > "512"
    - command: ls
      register: result
      changed_when: result.stdout
      failed_when: result.rc == 1 and results.rc == 2
      until: rc == 0
    - assert: {that: [color == "red", colr == "red", color ==]}
    - debug: {var: colr}
    - command: ls
      when: 5
`),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:4:19: error: one \`=\` assigns; an expression compares
        4 |       when: color = "red"
          |                   ^
        hint: write ==

      playbooks/site.yaml:6:14: error: an expression needs no braces
        6 |       when: "{{ color }} == 'red'"
          |              ^~
        hint: write color == 'red'

      playbooks/site.yaml:8:13: error: a condition must give true or false; this gives text
        8 |       when: color
          |             ^~~~~
        hint: compare it with something, such as x == "text" or size(x) > 0

      playbooks/site.yaml:12:23: error: expressions have no filters with \`|\`
        12 |         - group_names | length > 1
           |                       ^~~~~~~~
        hint: write size(group_names)

      playbooks/site.yaml:14:13: error: \`>\` does not work between a whole number and text
        14 |       when: facts.memory_mb > "512"
           |             ^~~~~~~~~~~~~~~~~~~~~~~
        hint: write int(x) around the text, or quotes around the number

      playbooks/site.yaml:18:39: error: \`results\` is not defined
        18 |       failed_when: result.rc == 1 and results.rc == 2
           |                                       ^~~~~~~~~~
        hint: did you mean \`result\`?

      playbooks/site.yaml:19:14: error: \`rc\` is not defined
        19 |       until: rc == 0
           |              ^~
        hint: give the result a name with \`register: NAME\`, and write NAME.rc

      playbooks/site.yaml:20:39: error: \`colr\` is not defined
        20 |     - assert: {that: [color == "red", colr == "red", color ==]}
           |                                       ^~~~
        hint: did you mean \`color\`?

      playbooks/site.yaml:20:62: error: the expression ends too early
        20 |     - assert: {that: [color == "red", colr == "red", color ==]}
           |                                                              ^

      playbooks/site.yaml:21:20: error: \`colr\` is not defined
        21 |     - debug: {var: colr}
           |                    ^~~~
        hint: did you mean \`color\`?

      playbooks/site.yaml:23:13: error: \`when\` of this task must be an expression, or a list of them; got \`5\`
        23 |       when: 5
           |             ^"
    `);
  });

  test('mistakes of a template file stand in that file', () => {
    expect(
      mistakes(
        play(
          '    - template: {src: motd.hbs, dest: /etc/motd}\n    - template: {src: later.hbs, dest: /x}\n',
        ),
        {
          files: {
            'templates/motd.hbs':
              'Welcome to {{inventory_hostname}}\n{{#each interfaces}}\n  {{adress}}\n{{/each}}\n',
            'templates/later.hbs': '{{facts.hostname}}\n{{nope}} {{facts.nope}}\n',
          },
        },
      ),
    ).toMatchInlineSnapshot(`
      "templates/motd.hbs:3:5: error: \`adress\` is not defined
        3 |   {{adress}}
          |     ^~~~~~
        hint: inside {{#each}} and {{#with}} a name means a field of the item; write @root.name for a variable

      templates/later.hbs:2:3: error: \`nope\` is not defined
        2 | {{nope}} {{facts.nope}}
          |   ^~~~

      templates/later.hbs:2:12: error: \`facts\` has no \`nope\`
        2 | {{nope}} {{facts.nope}}
          |            ^~~~~~~~~~
        hint: did you mean \`home\`?"
    `);
    expect(
      mistakes(play('    - template: {src: motd.hbs, dest: /etc/motd}\n'), {
        files: { 'templates/motd.hbs': '{{> head}}\n', 'templates/head.hbs': 'a\n{{#if color}}\n' },
      }),
    ).toMatchInlineSnapshot(`
      "templates/head.hbs:3:1: error: a block is opened and never closed
        hint: close it: {{/if}}, {{/each}}, …"
    `);
  });
});

describe('YAML', () => {
  test('an unquoted template', () => {
    expect(mistakes(play('    - apt:\n        name: {{ color }}\n'))).toMatchInlineSnapshot(`
      "playbooks/site.yaml:4:15: error: a value that begins with \`{{\` must be quoted, or YAML reads it as a map
        4 |         name: {{ color }}
          |               ^~~~~~~~~~~
        hint: write name: "{{ color }}""
    `);
    expect(mistakes(play('    - command: {{ color }} -l\n'))).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:16: error: a value that begins with \`{{\` must be quoted, or YAML reads it as a map
        3 |     - command: {{ color }} -l
          |                ^~~~~~~~~~~~~~
        hint: write command: "{{ color }} -l""
    `);
  });

  test('a key twice, a tab, two documents, an unknown tag or alias', () => {
    expect(mistakes(play('    - apt: {name: a}\n      tags: [a]\n      tags: [b]\n'))).toMatchInlineSnapshot(`
      "playbooks/site.yaml:5:7: error: \`tags\` stands here twice
        5 |       tags: [b]
          |       ^~~~
      playbooks/site.yaml:4:7: note: the first one is here
        4 |       tags: [a]
          |       ^~~~
        hint: keep one of the two"
    `);
    expect(mistakes('- hosts: pi\n\ttasks: []\n')).toMatchInlineSnapshot(`
      "playbooks/site.yaml:2:1: error: tabs cannot indent YAML
        2 | 	tasks: []
          | ^
        hint: use spaces"
    `);
    expect(mistakes('- hosts: pi\n---\n- hosts: nas\n')).toMatchInlineSnapshot(`
      "playbooks/site.yaml:2:1: error: the file holds more than one document
        2 | ---
          | ^~~
        hint: take out the second \`---\`, or make a second file of it"
    `);
    expect(mistakes(play('    - apt: {name: !nope x}\n'))).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:19: error: this tag is not known
        3 |     - apt: {name: !nope x}
          |                   ^~~~~
        hint: there are !secret, !env, !command and !vault; quote a text that begins with \`!\`"
    `);
    expect(mistakes(play('    - apt: {name: !env HOME}\n'))).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:19: error: \`!env\` cannot be read here: there is no source of secrets
        3 |     - apt: {name: !env HOME}
          |                   ^~~~~~~~~

      playbooks/site.yaml:3:24: error: \`name\` of \`apt\` must be a list; got a secret
        3 |     - apt: {name: !env HOME}
          |                        ^~~~"
    `);
    expect(mistakes(play('    - apt: {name: *packages}\n'))).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:19: error: there is no anchor \`&packages\` before this alias
        3 |     - apt: {name: *packages}
          |                   ^~~~~~~~~"
    `);
  });

  test('bad indentation, an open quote, a colon too many', () => {
    expect(mistakes('- hosts: pi\n   tasks: []\n')).toMatchInlineSnapshot(`
      "playbooks/site.yaml:2:4: error: this line is indented too far: it would go on with the value of the line above
        2 |    tasks: []
          |    ^~~~~~~~~
        hint: check the indentation of this line"
    `);
    expect(mistakes(play('    - command: "ls\n'))).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:16: error: this quote is never closed
        3 |     - command: "ls
          |                ^
        hint: close it with another ", in the same line where the text is one line"
    `);
    expect(mistakes(play('    - command: echo a: b\n'))).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:16: error: a second \`: \` in one line makes a map inside a map
        3 |     - command: echo a: b
          |                ^
        hint: quote the value: command: "echo a: b"; or begin a line of its own with what stands in it"
    `);
  });
});

describe('files', () => {
  test('ones that are not there', () => {
    expect(
      mistakes(
        play(
          `    - copy: {src: motd, dest: /etc/motd}
    - template: {src: motd.hbs, dest: /etc/motd}
    - include_tasks: more.yaml
`,
          '  vars_files: [secrets.yaml]\n',
        ),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:2:16: error: there is no file \`secrets.yaml\`
        2 |   vars_files: [secrets.yaml]
          |                ^~~~~~~~~~~~
        hint: looked in playbooks/vars, playbooks, vars, .

      playbooks/site.yaml:4:19: error: there is no file \`motd\`
        4 |     - copy: {src: motd, dest: /etc/motd}
          |                   ^~~~
        hint: looked in playbooks/files, playbooks, files, .

      playbooks/site.yaml:5:23: error: there is no file \`motd.hbs\`
        5 |     - template: {src: motd.hbs, dest: /etc/motd}
          |                       ^~~~~~~~
        hint: looked in playbooks/templates, playbooks, templates, .

      playbooks/site.yaml:6:22: error: there is no file \`more.yaml\`
        6 |     - include_tasks: more.yaml
          |                      ^~~~~~~~~
        hint: looked in playbooks, playbooks/tasks, tasks, ."
    `);
    expect(mistakes('- import_playbook: nope.yaml\n')).toMatchInlineSnapshot(`
      "playbooks/site.yaml:1:20: error: there is no file playbooks/nope.yaml
        1 | - import_playbook: nope.yaml
          |                    ^~~~~~~~~"
    `);
  });

  test('ones that include themselves', () => {
    expect(
      mistakes(play('    - include_tasks: a.yaml\n'), {
        files: { 'tasks/a.yaml': '- include_tasks: b.yaml\n', 'tasks/b.yaml': '- include_tasks: a.yaml\n' },
      }),
    ).toMatchInlineSnapshot(`
      "tasks/b.yaml:1:18: error: the file includes itself: tasks/a.yaml → tasks/b.yaml → tasks/a.yaml
        1 | - include_tasks: a.yaml
          |                  ^~~~~~"
    `);
    expect(
      mistakes('- import_playbook: other.yaml\n', {
        files: { 'playbooks/other.yaml': '- import_playbook: site.yaml\n' },
      }),
    ).toMatchInlineSnapshot(`
      "playbooks/other.yaml:1:20: error: the playbook imports itself: playbooks/site.yaml → playbooks/other.yaml → playbooks/site.yaml
        1 | - import_playbook: site.yaml
          |                    ^~~~~~~~~"
    `);
  });

  test('mistakes of an included file stand in that file, in a loop too', () => {
    expect(
      mistakes(
        play(
          '    - include_tasks: user.yaml\n      loop: [ann, bob]\n      vars: {home: "/home/{{item}}"}\n',
        ),
        {
          files: { 'tasks/user.yaml': '- command: echo {{home}} {{hom}} {{item}}\n- cpy: {}\n' },
        },
      ),
    ).toMatchInlineSnapshot(`
      "tasks/user.yaml:1:28: error: \`hom\` is not defined
        1 | - command: echo {{home}} {{hom}} {{item}}
          |                            ^~~
        hint: did you mean \`home\`?

      tasks/user.yaml:2:3: error: there is no module \`cpy\`
        2 | - cpy: {}
          |   ^~~
        hint: did you mean \`copy\`?"
    `);
  });

  test('a file of tasks or variables of the wrong shape', () => {
    expect(
      mistakes(play('    - include_tasks: a.yaml\n', '  vars_files: [v.yaml]\n'), {
        files: { 'tasks/a.yaml': 'command: ls\n', 'vars/v.yaml': '- 1\n' },
      }),
    ).toMatchInlineSnapshot(`
      "vars/v.yaml:1:1: error: a file of variables is a map
        1 | - 1
          | ^

      tasks/a.yaml:1:1: error: a file of tasks is a list of tasks
        1 | command: ls
          | ^
        hint: begin with \`- name: …\`"
    `);
  });
});

describe('names of others', () => {
  test('an unknown handler, host and tag', () => {
    expect(
      mistakes(
        `- hosts: routers:storage
  tasks:
    - command: ls
      notify: [restart corn, reload all]
    - apt: {name: cron}
      notify: [restart corn, reload all]
      tags: [packages]
  handlers:
    - name: restart cron
      service: {name: cron, state: restarted}
`,
        { tags: ['package'], skipTags: ['x'] },
      ),
    ).toMatchInlineSnapshot(`
      "error: no task has the tag \`package\`
        hint: did you mean \`packages\`?

      error: no task has the tag \`x\`
        hint: there are packages

      playbooks/site.yaml:1:10: error: there is no host or group \`storage\`
        1 | - hosts: routers:storage
          |          ^~~~~~~~~~~~~~~
        hint: there are all, routers, house, pi, nas, vpn"
    `);
  });

  test('an unknown pattern on the command line, and an unknown first task', () => {
    expect(mistakes(play('    - command: ls\n'), { limit: 'nass' })).toMatchInlineSnapshot(`
      "error: there is no host or group \`nass\`
        hint: did you mean \`nas\`?"
    `);
    const given =
      '    - {name: one, command: ls, register: r}\n    - {name: two, command: "echo {{r.stdout}}"}\n';
    expect(mistakes(play(given), { startAtTask: 'two' })).toMatchInlineSnapshot(`
      "playbooks/site.yaml:4:36: error: \`r\` is not defined
        4 |     - {name: two, command: "echo {{r.stdout}}"}
          |                                    ^~~~~~~~
        hint: it is set before the task to start at, at playbooks/site.yaml:3"
    `);
    expect(mistakes(play('    - name: list\n      command: ls\n'), { startAtTask: 'lst' }))
      .toMatchInlineSnapshot(`
      "error: there is no task \`lst\`
        hint: did you mean \`list\`?"
    `);
  });

  test('loops over what is no list, meta that is none', () => {
    expect(
      mistakes(
        play(
          '    - command: ls\n      loop: "{{color}}"\n    - command: ls\n      loop: abc\n    - meta: flush_handler\n',
        ),
      ),
    ).toMatchInlineSnapshot(`
      "playbooks/site.yaml:4:13: error: \`loop\` must be a list; got text
        4 |       loop: "{{color}}"
          |             ^~~~~~~~~~~
        hint: a map becomes a list by {{keys NAME}} or {{values NAME}}

      playbooks/site.yaml:6:13: error: \`loop\` of this task must be a list; got \`abc\`
        6 |       loop: abc
          |             ^~~

      playbooks/site.yaml:7:13: error: \`meta\` must be one of flush_handlers, end_host, end_play, noop, reset_connection, clear_facts
        7 |     - meta: flush_handler
          |             ^~~~~~~~~~~~~
        hint: did you mean \`flush_handlers\`?"
    `);
  });
});
