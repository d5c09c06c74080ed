import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addUser } from './card-user.ts';
import { resolver } from './network.ts';
import { must } from './process.ts';
import type { HostPlan } from './topology.ts';
import { fileWriter } from './tree.ts';

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
  const write = fileWriter(upper);
  await write('etc/hostname', `${host.name}\n`);
  // A host whose own name does not resolve makes every sudo wait.
  await write('etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${host.name}\n::1 localhost ip6-localhost\n`);
  await write('etc/resolv.conf', resolver(host.gateway));
  // Not empty, or systemd would take this for a first boot and preset all units.
  await write('etc/machine-id', `${randomBytes(16).toString('hex')}\n`, 0o444);
  await write('etc/netplan/50-cloud-init.yaml', netplan(host), 0o600);
  if (host.port !== 22) await write('etc/ssh/sshd_config.d/50-rehearsal.conf', `Port ${host.port}\n`);
  await addUser(host.user, upper, base, publicKey);
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
  const routes = [
    '      routes:',
    '        - to: default',
    `          via: ${gateway}`,
    '      nameservers:',
    `        addresses: [${gateway}]`,
  ];
  return [
    '# Written with the card.',
    'network:',
    '  version: 2',
    '  renderer: networkd',
    '  ethernets:',
    `    ${interfaceName}:`,
    '      dhcp4: false',
    `      addresses: [${address}/${prefixLength}]`,
    ...(gateway === undefined ? [] : routes),
    '',
  ].join('\n');
}

async function makeHostKeys(upper: string, name: string): Promise<void> {
  const folder = join(upper, 'etc/ssh');
  await must('making host keys', ['mkdir', '-p', '-m', '0755', folder]);
  await Promise.all(
    keyTypes.map(async (type) => {
      const path = join(folder, `ssh_host_${type}_key`);
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
