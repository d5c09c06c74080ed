import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Rehearsal } from '../../src/rehearsal/index.ts';
import { describeOnHosts, homerun, named, root, write, type Ran } from './house.ts';

const inventory = join(root, 'test/rehearsal/fixtures/two-hosts.yaml');

await describeOnHosts(
  'what goes wrong on real hosts',
  (house, folder) => {
    const play = async (name: string, tasks: string): Promise<Ran> => {
      const text = `- hosts: nas\n  become: true\n  tasks:\n${indent(tasks)}`;
      return homerun(house(), ['run', await write(folder(), `${name}.yaml`, text)], { inventory });
    };
    const inside = async (host: string, script: string): Promise<string> => {
      const { code, stdout, stderr } = await house().exec(host, script);
      if (code !== 0) throw new Error(`${script}: ${stderr}`);
      return stdout;
    };

    test('a connection killed in the middle of a task: the host is named, the other goes on, nothing is half, no handler is lost', async () => {
      const path = await write(
        folder(),
        'killed.yaml',
        `- hosts: all
  become: true
  tasks:
    - name: Write the configuration
      copy: {content: "whole\\n", dest: /etc/homerun-test.conf}
      notify: Restart it
    - name: Take long on the NAS
      command: sleep 60
      when: inventory_hostname == "nas"
    - name: Say that it is done
      copy: {content: "done\\n", dest: /etc/homerun-test.done}
  handlers:
    - name: Restart it
      shell: echo restarted >> /var/tmp/homerun-test.restarts
`,
      );
      let killed: Promise<unknown> | undefined;
      const broken = await homerun(house(), ['run', path], {
        inventory,
        onEvent: (event) => {
          if (event.kind === 'task-started' && event.task.name === 'Take long on the NAS') {
            killed ??= house().exec('nas', "sleep 1; pkill -9 -f '^sshd: admin'");
          }
        },
      });
      await killed;
      expect(broken.code).toBe(3);
      const lost = broken.events.find((event) => event.kind === 'host-unreachable');
      expect(lost).toMatchObject({ host: 'nas', task: { name: 'Take long on the NAS' } });
      expect(lost?.failure.failed).toMatch(
        /^the connection to nas was lost|^connection to nas (?:was )?lost/i,
      );
      expect(broken.recap.find((line) => line.host === 'pi')).toMatchObject({
        changed: 3,
        failed: 0,
        unreachable: false,
      });
      expect(await inside('nas', 'cat /etc/homerun-test.conf; ls -A /etc | grep homerun')).toBe(
        'whole\nhomerun-test.conf\n',
      );

      await write(folder(), 'killed.yaml', (await readFile(path, 'utf8')).replace('sleep 60', 'sleep 0.1'));
      const again = await homerun(house(), ['run', path], { inventory });
      expect(again.code).toBe(0);
      expect(again.events.filter((event) => event.kind === 'handler-recovered')).toMatchObject([
        { host: 'nas', handler: 'Restart it' },
      ]);
      expect(await inside('nas', 'cat /var/tmp/homerun-test.restarts')).toBe('restarted\n');
    });

    test('a host that loses its power in the middle of a task is noticed, and comes back to a whole file', async () => {
      const path = await write(
        folder(),
        'power.yaml',
        `- hosts: all
  become: true
  tasks:
    - name: Write again and again
      shell: while sleep 0.1; do date +%N; done
      when: inventory_hostname == "nas" and not second
    - name: Say that it is done
      copy: {content: "done\\n", dest: /etc/homerun-test.power}
`,
      );
      let killed: Promise<unknown> | undefined;
      const broken = await homerun(house(), ['run', path, '-e', '{second: false}'], {
        inventory,
        onEvent: (event) => {
          if (event.kind !== 'task-started' || event.host !== 'nas') return;
          // Its question is answered by then, and the loop runs.
          killed ??= sleep(2000).then(async () => house().kill('nas'));
        },
      });
      await killed;
      expect(broken.code).toBe(3);
      const lost = broken.events.find((event) => event.kind === 'host-unreachable');
      expect(lost).toMatchObject({ host: 'nas', task: { name: 'Write again and again' } });
      expect(broken.recap.find((line) => line.host === 'pi')).toMatchObject({
        changed: 1,
        unreachable: false,
      });
      await house().start('nas');
      const again = await homerun(house(), ['run', path, '-e', '{second: true}'], { inventory });
      expect(again.code).toBe(0);
      expect(await inside('nas', 'cat /etc/homerun-test.power')).toBe('done\n');
    });

    test('a task that takes too long fails alone, and is ended on the host', async () => {
      const ran = await play(
        'slow',
        '- name: Too slow\n  command: sleep 4242\n  timeout: 2\n  ignore_errors: true\n- name: Next\n  command: echo on\n',
      );
      expect(named(ran, 'ignored')).toEqual(['nas: Too slow']);
      expect(named(ran, 'changed')).toEqual(['nas: Next']);
      expect((await house().exec('nas', 'pgrep -f "[s]leep 4242"')).stdout).toBe('');
    });

    test('a full disk and a read-only one: the old file stays whole, nothing is left behind, and the message says why', async () => {
      await inside(
        'nas',
        'mkdir -p /mnt/full /mnt/fixed && mount -t tmpfs -o size=16k tmpfs /mnt/full && mount -t tmpfs tmpfs /mnt/fixed && echo old > /mnt/full/f && echo old > /mnt/fixed/f && mount -o remount,ro /mnt/fixed',
      );
      const text = randomBytes(40_000).toString('hex');
      const full = await play(
        'full',
        `- name: Write too much\n  copy: {content: "${text}", dest: /mnt/full/f}\n`,
      );
      expect(full.code).toBe(1);
      expect(full.finished[0]?.failure?.failed).toMatch(/No space left on device/);
      const fixed = await play(
        'fixed',
        '- name: Write to a fixed disk\n  copy: {content: "new", dest: /mnt/fixed/f}\n',
      );
      expect(fixed.finished[0]?.failure?.failed).toMatch(/Read-only file system/);
      expect(await inside('nas', 'cat /mnt/full/f /mnt/fixed/f; ls -A /mnt/full /mnt/fixed')).toBe(
        'old\nold\n/mnt/fixed:\nf\n\n/mnt/full:\nf\n',
      );
    });

    test('an unreachable host, a missing tool, a missing user: each named, the others go on', async () => {
      const path = await write(
        folder(),
        'gone.yaml',
        'hosts:\n  gone: {address: 192.168.1.99, user: pi}\n  pi: {address: 192.168.1.2, user: pi}\n',
      );
      const book = await write(folder(), 'gone-play.yaml', '- hosts: all\n  tasks:\n    - command: id -un\n');
      const ran = await homerun(house(), ['run', book, '--timeout', '3'], { inventory: path });
      expect(ran.code).toBe(3);
      const lost = ran.events.find((event) => event.kind === 'host-unreachable');
      expect(lost).toMatchObject({ host: 'gone' });
      expect(lost?.failure.failed).toContain('192.168.1.99');
      expect(ran.recap.find((line) => line.host === 'pi')).toMatchObject({ changed: 1, unreachable: false });

      const tool = await play('tool', '- name: Needs dnsmasq\n  dnsmasq: {interfaces: [eth0]}\n');
      expect(tool.code).toBe(1);
      expect(tool.finished[0]?.failure?.failed).toMatch(/dnsmasq/);
      expect(tool.finished[0]?.failure?.hint).toMatch(/apt/);

      const strange = await homerun(house(), ['run', book, '--limit', 'pi', '--user', 'nobody-here'], {
        inventory: path,
      });
      expect(strange.code).toBe(3);
      expect(strange.events.find((event) => event.kind === 'host-unreachable')?.failure.failed).toMatch(
        /refused|denied|log ?in/i,
      );
    });

    test('sudo with a password: asked for, wrong, right; and never to be seen', async () => {
      await inside(
        'nas',
        "echo 'admin:correct horse' | chpasswd; rm -f /etc/sudoers.d/*; printf 'admin ALL=(ALL:ALL) ALL\\n' > /etc/sudoers.d/admin",
      );
      const tasks =
        '- name: Who am I\n  command: sh -c "id -un; cat /proc/*/cmdline | tr \\\\\\\\000 \\\\\\\\040"\n';
      const without = await play('sudo', '- name: Who am I\n  command: id -un\n');
      expect(without.code).toBe(1);
      expect(without.finished[0]?.failure?.failed).toMatch(/password/);
      expect(without.finished[0]?.failure?.hint).toMatch(/ask-become-pass|become/);
      const withPassword = await write(
        folder(),
        'sudo-inventory.yaml',
        'hosts:\n  nas:\n    address: 192.168.1.21\n    user: admin\n    become: {password: !env SUDO_PASSWORD}\n',
      );
      const book = await write(
        folder(),
        'sudo-play.yaml',
        `- hosts: nas\n  become: true\n  tasks:\n${indent(tasks)}`,
      );
      const run = (password: string): Promise<Ran> =>
        homerun(house(), ['run', book, '-vvv'], {
          inventory: withPassword,
          env: { SUDO_PASSWORD: password },
        });
      const wrong = await run('incorrect horse');
      expect(wrong.code).toBe(1);
      expect(wrong.finished[0]?.failure?.failed).toMatch(/password/);
      const right = await run('correct horse');
      expect([right.code, right.stderr]).toEqual([0, '']);
      const seen = JSON.stringify(right.finished[0]?.scripts);
      expect(seen).toContain('root');
      for (const ran of [wrong, right])
        expect(ran.stdout + ran.stderr).not.toMatch(/correct horse|Y29ycmVjdCBob3JzZQ/);
      const state = join(house().directory, 'state/homerun');
      for (const file of await readdir(state))
        expect(await readFile(join(state, file), 'utf8')).not.toContain('correct horse');
    });

    test('an encrypted key: its passphrase is asked for once, for all hosts', async () => {
      const key = join(folder(), 'key');
      await cp(house().privateKey, key);
      const { execFileSync } = await import('node:child_process');
      execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', key]);
      await inside('nas', "printf 'admin ALL=(ALL:ALL) NOPASSWD: ALL\\n' > /etc/sudoers.d/admin");
      const book = await write(
        folder(),
        'key-play.yaml',
        '- hosts: all\n  tasks:\n    - name: Who am I\n      command: id -un\n',
      );
      const { output, code, asked } = await answering(
        house(),
        ['run', book, '--inventory', inventory, '--private-key', key, '--output', 'lines'],
        /Passphrase[^\n]*: /,
        'open sesame\n',
      );
      expect(output).toContain('Who am I');
      expect(code).toBe(0);
      expect(asked).toBe(1);
      expect(output).not.toContain('open sesame');
    });

    test('a host with nothing but busybox', async () => {
      await inside('nas', busyboxOnly(await readFile(`${house().privateKey}.pub`, 'utf8').catch(() => '')));
      const bare = await write(
        folder(),
        'busybox.yaml',
        'hosts:\n  bare: {address: 192.168.1.21, user: bare}\n',
      );
      const book = await write(
        folder(),
        'busybox-play.yaml',
        `- hosts: bare
  tasks:
    - {name: A folder, file: {path: /data/box, state: directory, mode: '0750'}}
    - {name: A file, copy: {content: "one\\ntwo\\n", dest: /data/box/list, force: false, mode: '0640'}}
    - {name: A line, lineinfile: {path: /data/box/list, regexp: '^two', line: three}}
    - {name: A block, blockinfile: {path: /data/box/list, block: "x = {{ facts.hostname }}"}}
    - {name: A link, file: {src: /data/box/list, dest: /data/box/link, state: link}}
    - {name: A command, command: cp /data/box/list /data/box/copy, args: {creates: /data/box/copy}}
    - {name: Look, stat: {path: /data/box/copy}, register: copy}
    - {name: It is there, assert: {that: copy.stat.exists}}
    - {name: A big file, copy: {content: "${'0123456789abcdef'.repeat(10_000)}", dest: /data/box/big}}
`,
      );
      const first = await homerun(house(), ['run', book], { inventory: bare });
      expect(named(first, 'failed')).toEqual([]);
      expect(first.code).toBe(0);
      expect(first.recap[0]?.changed).toBe(7);
      const second = await homerun(house(), ['run', book, '--detailed-exitcode'], { inventory: bare });
      expect(named(second, 'changed')).toEqual([]);
      expect(second.code).toBe(0);
      expect(
        await inside(
          'nas',
          'cat /srv/bare/data/box/copy; stat -c %a /srv/bare/data/box /srv/bare/data/box/list',
        ),
      ).toMatch(/^one\nthree\n# BEGIN[^]*\n750\n640\n$/);
    });
  },
  inventory,
);

function indent(tasks: string): string {
  return tasks.replace(/^(?=.)/gm, '    ');
}

/** A user whose whole world is busybox, behind the real sshd. */
function busyboxOnly(publicKey: string): string {
  return `set -e
apt-get update -q >/dev/null
apt-get install -y -q busybox >/dev/null
mkdir -p /srv/bare/bin /srv/bare/dev /srv/bare/etc /srv/bare/data /srv/bare/tmp /srv/bare/proc
cp /bin/busybox /srv/bare/bin/
for library in $(ldd /bin/busybox | grep -o '/[^ )]*'); do mkdir -p "/srv/bare$(dirname "$library")"; cp -L "$library" "/srv/bare$library"; done
chroot /srv/bare /bin/busybox --install -s /bin
mknod -m 666 /srv/bare/dev/null c 1 3
useradd --no-create-home --home-dir /data --shell /bin/sh bare
usermod -p '*' bare
grep -E '^(root|bare):' /etc/passwd > /srv/bare/etc/passwd
grep -E '^(root|bare):' /etc/group > /srv/bare/etc/group
chown bare: /srv/bare/data; chmod 1777 /srv/bare/tmp
mkdir -p /etc/ssh/keys && echo ${JSON.stringify(publicKey.trim())} > /etc/ssh/keys/bare
printf 'Match User bare\\n ChrootDirectory /srv/bare\\n AuthorizedKeysFile /etc/ssh/keys/%%u\\n' >> /etc/ssh/sshd_config
systemctl restart ssh`;
}

/** Runs homerun in a terminal of its own and answers its question. */
async function answering(
  house: Rehearsal,
  args: readonly string[],
  question: RegExp,
  answer: string,
): Promise<{ output: string; code: number; asked: number }> {
  const argv = house.controller([
    process.execPath,
    join(root, 'dist/cli.js'),
    ...args,
    '--known-hosts',
    house.knownHosts,
    '--no-ssh-config',
  ]);
  const command = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: root,
    env: { ...process.env, SSH_AUTH_SOCK: '' },
  });
  let output = '';
  let asked = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const count = output.match(new RegExp(question, 'g'))?.length ?? 0;
    if (count > asked) child.stdin.write(answer);
    asked = count;
  });
  const code = await new Promise<number>((done) => child.on('close', (status) => done(status ?? -1)));
  return { output, code, asked };
}
