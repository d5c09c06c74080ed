import { randomBytes } from 'node:crypto';
import { chmod, chown, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { must } from './process.ts';
import { resolver } from './network.ts';
import type { HostPlan } from './topology.ts';

/** A host's key types. RSA is left out: making one takes seconds. */
const keyTypes = ['ed25519', 'ecdsa'] as const;

/**
 * Writes a fresh SD card: what an imager leaves on it before its first boot, into an overlay's upper folder.
 * `folder` is the host's folder; whatever was on the card before is gone.
 */
export async function writeCard(
  host: HostPlan,
  folder: string,
  base: string,
  publicKey: string,
): Promise<void> {
  const upper = join(folder, 'upper');
  await rm(upper, { recursive: true, force: true });
  await rm(join(folder, 'work'), { recursive: true, force: true });
  await mkdir(join(folder, 'work'), { recursive: true });
  await mkdir(upper, { recursive: true, mode: 0o755 });
  const write = async (path: string, text: string, mode = 0o644): Promise<void> => {
    await mkdir(join(upper, dirname(path)), { recursive: true, mode: 0o755 });
    await writeFile(join(upper, path), text);
    await chmod(join(upper, path), mode);
  };
  await write('etc/hostname', `${host.name}\n`);
  // A host whose own name does not resolve makes every sudo wait.
  await write('etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${host.name}\n::1 localhost ip6-localhost\n`);
  await write('etc/resolv.conf', resolver(host.gateway));
  // Not empty, or systemd would take this for a first boot and preset all units.
  await write('etc/machine-id', `${randomBytes(16).toString('hex')}\n`, 0o444);
  await write('etc/netplan/50-cloud-init.yaml', netplan(host), 0o600);
  await write('etc/ssh/sshd_config.d/50-rehearsal.conf', `Port ${host.port}\n`);
  await addUser(host.user, upper, base, publicKey, write);
  await makeHostKeys(upper, host.name);
}

/** Lines for known_hosts with the keys that the card in `folder` identifies itself with. */
export async function knownHostLines(host: HostPlan, folder: string): Promise<readonly string[]> {
  const names = [...new Set([host.connectionAddress, host.address])];
  const pattern = names.map((name) => (host.port === 22 ? name : `[${name}]:${host.port}`)).join(',');
  const lines = keyTypes.map(async (type) => {
    const key = await readFile(join(folder, 'upper/etc/ssh', `ssh_host_${type}_key.pub`), 'utf8');
    return `${pattern} ${key.split(' ').slice(0, 2).join(' ').trim()}`;
  });
  return Promise.all(lines);
}

function netplan({ interfaceName, address, prefixLength, gateway }: HostPlan): string {
  return [
    '# Written by the imager.',
    'network:',
    '  version: 2',
    '  renderer: networkd',
    '  ethernets:',
    `    ${interfaceName}:`,
    '      dhcp4: false',
    `      addresses: [${address}/${prefixLength}]`,
    ...(gateway === undefined
      ? []
      : [
          '      routes:',
          '        - to: default',
          `          via: ${gateway}`,
          `      nameservers:`,
          `        addresses: [${gateway}]`,
        ]),
    '',
  ].join('\n');
}

type Write = (path: string, text: string, mode?: number) => Promise<void>;

/** The login user, as useradd would make it: with the key, and sudo without a password. */
async function addUser(
  user: string,
  upper: string,
  base: string,
  publicKey: string,
  write: Write,
): Promise<void> {
  const [passwd, shadow, group] = await Promise.all(
    ['passwd', 'shadow', 'group'].map((name) => readFile(join(base, 'etc', name), 'utf8')),
  );
  const home = user === 'root' ? 'root' : `home/${user}`;
  const id = user === 'root' ? 0 : 1000;
  if (user === 'root') await mkdir(join(upper, 'root'), { mode: 0o700 });
  else {
    await write('etc/passwd', `${passwd}${user}:x:1000:1000::/${home}:/bin/bash\n`);
    await write('etc/shadow', `${shadow}${user}:*:20000:0:99999:7:::\n`, 0o640);
    await chown(join(upper, 'etc/shadow'), 0, groupId(group ?? '', 'shadow'));
    const joined = (group ?? '').replace(/^(sudo:.*:)$/m, `$1${user}`);
    await write('etc/group', `${joined}${user}:x:1000:\n`);
    await write('etc/sudoers.d/010_rehearsal', `${user} ALL=(ALL) NOPASSWD: ALL\n`, 0o440);
    await cp(join(base, 'etc/skel'), join(upper, home), { recursive: true });
  }
  await write(`${home}/.ssh/authorized_keys`, publicKey, 0o600);
  await chmod(join(upper, home, '.ssh'), 0o700);
  await must('making the login user', ['chown', '-R', `${id}:${id}`, join(upper, home)]);
}

function groupId(group: string, name: string): number {
  return Number(new RegExp(`^${name}:[^:]*:(\\d+):`, 'm').exec(group)?.[1] ?? 0);
}

async function makeHostKeys(upper: string, name: string): Promise<void> {
  await Promise.all(
    keyTypes.map(async (type) => {
      const path = join(upper, 'etc/ssh', `ssh_host_${type}_key`);
      await must('making host keys', [
        'ssh-keygen',
        '-q',
        '-t',
        type,
        '-N',
        '',
        '-C',
        `root@${name}`,
        '-f',
        path,
      ]);
    }),
  );
}
