import { spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cli, folder, homerun } from './program.ts';

const root = folder({ 'site.yaml': '- hosts: here\n  tasks: []\n' });

test('help tells every command and every exit code', async () => {
  const { code, stdout, stderr } = await homerun(root, ['--help']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: homerun [options] [command]

    Runs playbooks on the hosts of a home network over plain SSH.

    Options:
      -V, --version                  output the version number
      -h, --help                     display help for command

    Commands:
      run [options] <playbook>       run a playbook
      plan [options] <playbook>      show what a run would change: run --check
                                     --diff
      check [options] <playbook>     look for mistakes in the files; connects to
                                     nobody
      rehearse [options] [playbook]  boot the inventory as throwaway hosts on this
                                     machine, run the playbook twice, take them down
      trust [options] <hosts...>     show the key of a host and write it to
                                     known_hosts
      init [options] [folder]        write a house of your own: inventory,
                                     playbooks, tasks, templates
      inventory [options]            show the hosts, groups and networks
      doc [module]                   show what a module does; without a name, list
                                     them all
      secret                         keep passwords and keys in files that only you
                                     can read (age)
      vpn                            what has to do with the tunnel
      help [command]                 display help for command

    Exit codes: 0 fine, 1 a task failed, 2 wrong input and nothing was run,
    3 a host was not reached, 4 differences (--detailed-exitcode), 70 a bug,
    130 interrupted.
    "
  `);
});

test('no command at all shows the same, and is a mistake', async () => {
  const { code, stdout, stderr } = await homerun(root, []);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toBe((await homerun(root, ['--help'])).stdout);
});

test('help of run tells every option', async () => {
  const { code, stdout } = await homerun(root, ['run', '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: homerun run [options] <playbook>

    run a playbook

    Options:
      --vault-password-file <file>  password for ansible-vault, or a program that
                                    prints it
      -i, --inventory <file>        the inventory (default: "inventory.yaml")
      -l, --limit <pattern>         only these hosts: a name, a group, a:b, !c, &d
      -t, --tags <tags>             only tasks with one of these tags
      --skip-tags <tags>            leave out tasks with one of these tags
      --start-at-task <name>        leave out everything before this task
      -e, --extra-vars <vars>       variables that win over all others: NAME=TEXT,
                                    @FILE.yaml or {JSON}
      -D, --diff                    show what differed
      --detailed-exitcode           exit code 4 where something changed, or would
                                    change
      -f, --forks <number>          hosts at work at the same time (default: 50)
      -u, --user <name>             log in as
      -k, --ask-pass                ask for the password to log in with
      --private-key <file>          key to log in with
      -b, --become                  run tasks as another user
      --become-user <name>          that user; default: root
      --become-method <method>      how (choices: "sudo", "su", "doas")
      -K, --ask-become-pass         ask for the password for sudo
      --accept-new                  trust the keys of hosts that are not known yet
      --known-hosts <file>          instead of ~/.ssh/known_hosts
      --no-ssh-config               do not ask ssh for its configuration
      -T, --timeout <seconds>       to wait for a connection
      -o, --output <format>         how to report (choices: "auto", "screen",
                                    "lines", "json", default: "auto")
      -v, --verbose                 show outputs; -vv of every task; -vvv scripts
                                    too
      -C, --check                   send no action; say what would change
      --list-hosts                  only list the hosts of each play
      --list-tasks                  only list the tasks of each play
      -h, --help                    display help for command
    "
  `);
});

describe('a wrong call says what was meant', () => {
  test.each([
    [['runn', 'site.yaml'], "error: unknown command 'runn'\n(Did you mean run?)\n"],
    [['run'], "error: missing required argument 'playbook'\n"],
    [['run', 'site.yaml', '--limti', 'x'], "error: unknown option '--limti'\n(Did you mean --limit?)\n"],
    [
      ['run', 'site.yaml', '-f', '0'],
      "error: option '-f, --forks <number>' argument '0' is invalid. It must be a whole number from 1 on.\n",
    ],
    [
      ['run', 'site.yaml', '-o', 'xml'],
      "error: option '-o, --output <format>' argument 'xml' is invalid. Allowed choices are auto, screen, lines, json.\n",
    ],
  ])('%j', async (args, message) => {
    expect(await homerun(root, args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `${message}(homerun help shows what there is)\n`,
    });
  });

  test.each([
    [['doc', 'copyy'], 'error: there is no module `copyy`\n  hint: did you mean `copy`?\n'],
    [
      ['rehearse'],
      'error: which playbook? homerun rehearse PLAYBOOK\n  hint: for example: homerun rehearse playbooks/site.yaml\n',
    ],
    [
      ['run', 'site.yaml', '-K'],
      'error: there is no terminal to ask: Password for sudo\n' +
        '  hint: run it in a terminal, or take the value from the environment with `!env NAME` in the inventory\n',
    ],
  ])('%j', async (args, stderr) => {
    expect(await homerun(root, args)).toMatchObject({ code: 2, stdout: '', stderr });
  });
});

test.each([
  [['run', 'nope.yaml'], 'error: there is no file nope.yaml\n'],
  [['run', 'site.yaml', '-i', 'nope.yaml'], 'error: there is no file nope.yaml\n'],
  [
    ['run', 'site.yaml', '-l', 'nas'],
    'error: there is no host or group `nas`\n  hint: there are all, here\n',
  ],
  [['run', 'site.yaml', '-e', '@nope'], 'error: there is no file nope\n'],
  [['check', 'nope.yaml'], 'error: there is no file nope.yaml\n'],
  [['check', ''], "error: there is no file ''\n"],
  [
    ['run', '.'],
    'error: . is a folder, not a file\n  hint: name a file: in it there are inventory.yaml, site.yaml\n',
  ],
])('%j is a mistake, and nothing is run', async (args, message) => {
  expect(await homerun(root, args)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: `${message}\n1 mistake; nothing was run.\n`,
  });
});

test('all mistakes of a playbook and its files come together, each with its place', async () => {
  const broken = folder({
    'site.yaml': `- hosts: here
  tasks:
    - copy: {dest: /tmp/x, content: a, mode: 0644}
    - file: {pth: /tmp/x}
    - include_tasks: more.yaml
    - debug: {msg: "{{missing}}"}
      when: 1 +
      notify: Restrat
  handlers:
    - name: Restart
      command: 'true'
`,
    'more.yaml': '- comand: ls\n- command: ls\n  become: yes\n',
  });
  const { code, stdout, stderr } = await homerun(broken, ['run', 'site.yaml']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatchInlineSnapshot(`
    "site.yaml:3:46: error: \`mode\` of \`copy\` must be text; YAML 1.2 reads \`644\` as a number
      3 |     - copy: {dest: /tmp/x, content: a, mode: 0644}
        |                                              ^~~~
      hint: write mode: '0644'

    site.yaml:4:14: error: \`file\` has no parameter \`pth\`
      4 |     - file: {pth: /tmp/x}
        |              ^~~
      hint: did you mean \`path\`?

    site.yaml:6:23: error: \`missing\` is not defined
      6 |     - debug: {msg: "{{missing}}"}
        |                       ^~~~~~~

    site.yaml:7:16: error: the expression ends too early
      7 |       when: 1 +
        |                ^

    site.yaml:8:15: error: there is no handler \`Restrat\`
      8 |       notify: Restrat
        |               ^~~~~~~
      hint: did you mean \`Restart\`?

    more.yaml:1:3: error: there is no module \`comand\`
      1 | - comand: ls
        |   ^~~~~~
      hint: did you mean \`command\`?

    more.yaml:3:11: error: \`become\` of this task must be true or false; YAML 1.2 reads \`yes\` as text
      3 |   become: yes
        |           ^~~
      hint: write true

    7 mistakes; nothing was run.
    "
  `);
  expect((await homerun(broken, ['check', 'site.yaml'])).stderr).toBe(stderr);
});

test.each([['--help'], ['run', 'site.yaml']])('%s: a disk that is full is told in one line', (...args) => {
  const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const;
  const env = { PATH: process.env['PATH'], HOME: root, XDG_STATE_HOME: root };
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: root,
    env,
    stdio: [...stdio],
  });
  expect([status, stderr.toString()]).toEqual([
    1,
    'error: this machine says: ENOSPC: no space left on device, write\n',
  ]);
});
