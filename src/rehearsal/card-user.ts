import { chmod, chown, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from './process.ts';
import { fileWriter } from './tree.ts';

/** The login user, as an imager would make it: with the key, and with sudo that asks for no password. */
export async function addUser(user: string, upper: string, base: string, publicKey: string): Promise<void> {
  const write = fileWriter(upper);
  const home = user === 'root' ? 'root' : `home/${user}`;
  const id = user === 'root' ? 0 : 1000;
  // The key comes first, for its folders; the skeleton then fills in around it.
  await write(`${home}/.ssh/authorized_keys`, publicKey, 0o600);
  if (user !== 'root') {
    const [passwd = '', shadow = '', group = ''] = await Promise.all(
      ['passwd', 'shadow', 'group'].map(async (name) => readFile(join(base, 'etc', name), 'utf8')),
    );
    await write('etc/passwd', `${passwd}${user}:x:${id}:${id}::/${home}:/bin/bash\n`);
    await write('etc/shadow', `${shadow}${user}:*:20000:0:99999:7:::\n`, 0o640);
    await chown(join(upper, 'etc/shadow'), 0, groupId(group, 'shadow'));
    const joined = group.replace(/^(sudo:[^:]*:[^:]*:).*$/m, `$1${user}`);
    await write('etc/group', `${joined}${user}:x:${id}:\n`);
    await write('etc/sudoers.d/010_rehearsal', `${user} ALL=(ALL) NOPASSWD: ALL\n`, 0o440);
    await must('making the login user', ['cp', '-a', `${join(base, 'etc/skel')}/.`, join(upper, home)]);
  }
  await chmod(join(upper, home), user === 'root' ? 0o700 : 0o755);
  await chmod(join(upper, home, '.ssh'), 0o700);
  await must('making the login user', ['chown', '-R', `${id}:${id}`, join(upper, home)]);
}

function groupId(group: string, name: string): number {
  return Number(new RegExp(`^${name}:[^:]*:(\\d+):`, 'm').exec(group)?.[1] ?? 0);
}
