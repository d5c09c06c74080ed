import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Rehearsal } from '../../src/rehearsal/index.ts';
import { homerun, named, write } from './house.ts';
import { onHost } from './on-host.ts';

const INVENTORY =
  'hosts:\n  pi: {address: 192.168.1.2}\nconnection: {user: pi, become: {user: root, method: sudo}}\n';

const PLAYBOOK = `- hosts: pi
  tasks:
    - wait_for_connection: {}
    - ping: {}
    - package: {name: [curl], state: present}
    - dpkg_selections: {name: curl, selection: hold}
    - package_facts: {}
      register: installed
    - service_facts: {}
      register: services
    - getent: {database: passwd, key: root}
      register: root
    - assert:
        that:
          - installed.packages.curl[0].source == "apt"
          - services.services["ssh.service"].state == "running"
          - root.getent_passwd.root[4] == "/root"
    - file: {path: /srv/conf.d, state: directory}
    - copy: {dest: /srv/conf.d/10 first, content: "first"}
    - copy: {dest: "/srv/conf.d/it's", content: "second\\n"}
    - assemble: {src: /srv/conf.d, dest: /srv/all, delimiter: "#", mode: '0600'}
    - ini_file: {path: /etc/rest.conf, section: global, option: workgroup, value: HOME}
    - find: {paths: /srv/conf.d, contains: sec, get_checksum: true}
      register: found
    - assert: {that: 'found.matched == 1 && found.files[0].size == 7'}
    - script: setup.sh "two words"
      args: {chdir: /srv, creates: set-up}
    - raw: cat /srv/all
      register: all
      changed_when: false
    - assert: {that: 'all.stdout == "first\\n#\\nsecond"'}
    - uri: {url: "http://192.168.1.2:8123/all", return_content: true}
      register: page
      until: page.status == 200
      retries: 10
      delay: 1
    - assert: {that: 'page.content == all.stdout + "\\n"'}
    - pause: {seconds: 1}
    - group: {name: shared, gid: 0, non_unique: true}
    - user:
        name: guest
        uid: 4000
        umask: '077'
        skeleton: /srv/conf.d
        password_expire_max: 90
        password_expire_min: 1
        password_expire_warn: 5
    - user: {name: twin, uid: 4000, non_unique: true, create_home: false}
    - mount: {path: /mnt/x, src: tmpfs, fstype: tmpfs, state: present}
      changed_when: false
    - mount: {path: /mnt/x, state: absent_from_fstab}
      changed_when: false
    - systemd: {daemon_reexec: true}
    - wait_for: {port: 9, state: drained, timeout: 5}
    - wait_for: {port: 22, state: drained, timeout: 1}
      register: connected
      ignore_errors: true
    - assert: {that: connected.failed}
    - git: {repo: /srv/rest-repo, dest: /srv/copy, single_branch: true, umask: '077'}
    - file: {path: /srv/all, state: touch, access_time: preserve, modification_time: preserve}
    - command: {cmd: printf 'x\\n\\n', strip_empty_ends: false}
      register: ends
      changed_when: false
    - assert: {that: 'ends.stdout == "x\\n\\n"'}
    - stat: {path: /run/since-boot}
      register: mark
    - reboot: {reboot_timeout: 300, msg: "it's time"}
      register: restart
      when: mark.stat.exists
    - stat: {path: /run/since-boot}
      register: after
    - assert: {that: 'not after.stat.exists'}
`;

/** What no suite of its own is about, as tasks of one playbook by the real command, on a host that is up. */
export function restOfModules(house: () => Rehearsal): void {
  const { must } = onHost(house, 'pi');
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'homerun-rest-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = async (...args: readonly string[]) => {
    const inventory = await write(folder, 'rest-inventory.yaml', INVENTORY);
    await write(folder, 'setup.sh', 'echo "$1" >set-up\n');
    const playbook = await write(folder, 'rest.yaml', PLAYBOOK);
    return homerun(house(), ['run', playbook, ...args], { inventory });
  };

  it('does the tasks of the small modules, restarts the host, and goes on behind it', async () => {
    await must(`: >/run/since-boot
command -v git >/dev/null || { apt-get update -qq; apt-get install -y -qq git; } >/dev/null 2>&1
git init -q -b main /srv/rest-repo && git -C /srv/rest-repo -c user.name=x -c user.email=x@x commit -q --allow-empty -m x
cat >/etc/systemd/system/page.service <<'END'
[Service]
ExecStart=python3 -m http.server -d /srv 8123
[Install]
WantedBy=multi-user.target
END
systemctl enable -q --now page`);
    const before = await must('cat /proc/sys/kernel/random/boot_id');
    const first = await run();
    expect(first.finished.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(first.code).toBe(0);
    const changed = first.finished.filter(({ outcome }) => outcome === 'changed');
    expect(changed.map(({ task }) => task.module)).toEqual([
      ...['dpkg_selections', 'file', 'copy', 'copy', 'assemble', 'ini_file', 'script'],
      ...['group', 'user', 'user', 'git', 'reboot'],
    ]);
    expect(await must('cat /proc/sys/kernel/random/boot_id')).not.toBe(before);
    expect(
      await must(
        'cat /srv/set-up; stat -c %a /srv/all; apt-mark showhold; ls -d /tmp/tmp.* 2>/dev/null || :',
      ),
    ).toBe('two words\n600\ncurl\n');
    expect(
      await must(
        'stat -c %a /home/guest "/home/guest/10 first" /srv/copy; chage -l guest | tail -n 3; id -u twin',
      ),
    ).toMatch(/^700\n644\n700\n.*: 1\n.*: 90\n.*: 5\n4000\n$/);
    expect(await must('grep -c /mnt/x /etc/fstab || :')).toBe('0\n');
  });

  it('changes nothing the second time, and asks nobody in check mode', async () => {
    const second = await run();
    expect(named(second, 'changed')).toEqual([]);
    expect(second.code).toBe(0);
    const check = await run('--check');
    expect(named(check, 'changed')).toEqual([]);
    expect(check.code).toBe(0);
  });
}
