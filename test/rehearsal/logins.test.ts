import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { describeOnHosts, homerun, root, write, type Ran } from './house.ts';
import { onHost } from './on-host.ts';

const PASSWORD = 'correct horse';

/** Users of every kind, and an sshd and a sudo that are not as plain as those of a rehearsal. */
const USERS = `set -e
for user in asked expired stale closed chatty terminal; do
  useradd -m -s /bin/bash $user; echo "$user:${PASSWORD}" | chpasswd
done
chage -d 0 expired; chage -d 0 stale
usermod -s /usr/sbin/nologin closed
{ echo 'echo welcome; echo beware >&2'; cat /etc/skel/.bashrc; } >/home/chatty/.bashrc
echo 'a banner' >/etc/ssh/banner; echo 'message of the day' >/etc/motd
cat >/etc/ssh/sshd_config.d/10-logins.conf <<'END'
Banner /etc/ssh/banner
PrintMotd yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
Match User stale
  PasswordAuthentication yes
  KbdInteractiveAuthentication no
END
cat >/etc/sudoers.d/20-logins <<'END'
Defaults use_pty, lecture=always
Defaults:terminal requiretty
asked,terminal ALL=(ALL) ALL
chatty ALL=(ALL) NOPASSWD: ALL
END
chmod 440 /etc/sudoers.d/20-logins; systemctl restart ssh`;

await describeOnHosts(
  'logins of every kind',
  (house, folder) => {
    const host = onHost(house, 'nas');
    beforeAll(async () => host.must(USERS));

    /** Asks who it is there, by a password and with nothing but the password's dialogue on offer. */
    const login = async (user: string, password: string, become = ''): Promise<Ran> => {
      const hosts = `hosts:\n  nas:\n    address: 192.168.1.21\n    user: ${user}\n    password: !env LOGIN\n`;
      const inventory = await write(folder(), 'logins.yaml', hosts + become);
      const play = `- hosts: nas
  become: ${become !== ''}
  tasks:
    - {command: id -un, register: who, changed_when: false}
    - assert: {that: "who.stdout + who.stderr == '${become === '' ? user : 'root'}'"}
`;
      const env = { LOGIN: password, BECOME: 'wrong' };
      return homerun(house(), ['run', await write(folder(), 'who.yaml', play)], { inventory, env });
    };
    const told = ({ events }: Ran): string =>
      events
        .flatMap((event) => ('failure' in event && event.failure ? [event.failure] : []))
        .map(({ failed, hint }) => `${failed} / ${hint}`)
        .join('\n');
    const sudo = (password: string): string => `    become: {user: root, method: sudo${password}}\n`;

    test.each([
      ['asked', '', 'the dialogue of keyboard-interactive, a banner and a message of the day'],
      ['asked', sudo(', password: !env LOGIN'), 'sudo with a lecture and a terminal of its own'],
      ['chatty', sudo(''), 'a .bashrc that talks'],
    ])('%s%s: %s', async (user, become) => {
      const ran = await login(user, PASSWORD, become);
      expect([told(ran), ran.code]).toEqual(['', 0]);
    });

    test.each([
      ['asked', 'wrong', '', /refused the login of asked: .*keyboard-interactive.* the password/],
      ['expired', PASSWORD, '', /password of expired on nas has expired \/ log in once by hand with `ssh`/],
      ['stale', PASSWORD, '', /Password change required.* \/ log in once by hand with `ssh`/],
      ['closed', PASSWORD, '', /account is currently not available\. \/ its login shell lets nobody in/],
      ['asked', PASSWORD, sudo(', password: !env BECOME'), /refused the become password/],
      ['asked', PASSWORD, sudo(''), /sudo on nas asks for a password/],
      ['terminal', PASSWORD, sudo(', password: !env LOGIN'), /wants a terminal \(requiretty\)/],
      ['chatty', PASSWORD, '    become: {user: root, method: doas}\n', /doas is not installed on nas/],
      [
        'chatty',
        PASSWORD,
        '    become: {user: root, method: su}\n',
        /su can only be used where it asks for none/,
      ],
    ])('%s is told why not: %s %s', async (user, password, become, why) => {
      const ran = await login(user, password, become);
      expect(told(ran)).toMatch(why);
      expect(ran.code).not.toBe(0);
      expect(ran.stdout + ran.stderr).not.toContain(PASSWORD);
    });
  },
  join(root, 'test/rehearsal/fixtures/one-host.yaml'),
);
