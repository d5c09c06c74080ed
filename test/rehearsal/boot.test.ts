import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Host, Interface, Inventory, Network } from '../../src/model/inventory.ts';
import {
  attachRehearsal,
  bootRehearsal,
  defaultPackages,
  takeDownRehearsal,
  type Rehearsal,
} from '../../src/rehearsal/index.ts';
import { canRehearse } from './possible.ts';

// A folder of its own, so that the test can run beside other rehearsals.
const directory = `/run/homerun-test-boot-${process.pid}`;
const skipped = !(await canRehearse('the rehearsal itself'));

describe.skipIf(skipped)('a rehearsal', () => {
  const lines: string[] = [];
  let rehearsal: Rehearsal;
  let before: Traces;

  beforeAll(async () => {
    await takeDownRehearsal(directory);
    before = traces();
    rehearsal = await bootRehearsal(house(), { directory, log: (line) => lines.push(line) });
  });

  afterAll(async () => {
    await takeDownRehearsal(directory);
  });

  test('boots hosts on which systemd has nothing to complain about', async () => {
    for (const host of ['pi', 'nas']) {
      expect(await inside(host, 'systemctl is-system-running')).toBe('running');
      expect(await inside(host, 'hostname')).toBe(host);
    }
    expect(lines.join('\n')).not.toContain('failed units');
  });

  test('lets the controller in over ordinary SSH, with keys that are known already', () => {
    expect(ssh('192.168.1.2', 'hostname; sudo -n id -u')).toEqual({ code: 0, stdout: 'pi\n0\n', stderr: '' });
    expect(ssh('192.168.1.21', 'hostname').stdout).toBe('nas\n');
  });

  test('gives a fresh card one address; the other interfaces wait for a playbook', async () => {
    expect(await inside('pi', 'ip -4 -o addr show dev eth0')).toContain('192.168.1.2/24');
    expect(await inside('pi', 'ip -4 -o addr show dev eth1')).toBe('');
    expect(await inside('pi', 'ip route show default')).toContain('via 192.168.1.1 dev eth0');
    expect(await inside('pi', 'ls /etc/netplan; stat -c %a /etc/netplan/*')).toBe('50-cloud-init.yaml\n600');
  });

  test('makes the login user as an installer would', () => {
    const ask =
      'id -nG; pwd; ls -d .bash* .profile .ssh; stat -c "%a %U" . .ssh .ssh/authorized_keys; cat /etc/hostname; umask';
    expect(ssh('192.168.1.2', ask).stdout.split('\n')).toEqual([
      'pi sudo',
      '/home/pi',
      ...['.bash_logout', '.bashrc', '.profile', '.ssh'],
      ...['755 pi', '700 pi', '600 pi'],
      'pi',
      expect.stringMatching(/^00?\d\d$/),
      '',
    ]);
  });

  test('knows the names of the house, and says at once that there are no others', async () => {
    expect(await inside('pi', 'getent hosts nas')).toContain('192.168.1.21');
    expect((await rehearsal.exec('pi', 'getent hosts host.example.org')).code).toBe(2);
    const modem = await rehearsal.modem();
    const { stdout } = await modem.exec('busybox nslookup host.example.org 192.168.1.1');
    expect(stdout).toContain('NXDOMAIN');
  });

  test('keeps hosts away from the settings of this machine', async () => {
    const swappiness = readFileSync('/proc/sys/vm/swappiness', 'utf8');
    expect(await inside('pi', 'sysctl -qw vm.swappiness=1; sysctl -n vm.swappiness')).toBe('1');
    expect(readFileSync('/proc/sys/vm/swappiness', 'utf8')).toBe(swappiness);
    expect(await inside('pi', 'sysctl -qw net.ipv4.ip_forward=1; sysctl -n net.ipv4.ip_forward')).toBe('1');
    expect(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8')).toBe(before.forwarding);
  });

  test('lets nobody set the clock of this machine, or load modules', async () => {
    // Looked at and not tried: where it failed, the machine would pay for it.
    const ask = 'grep CapBnd /proc/self/status';
    const answers = [(await rehearsal.exec('pi', ask)).stdout, ssh('192.168.1.2', `sudo ${ask}`).stdout];
    answers.push((await (await rehearsal.modem()).exec(ask)).stdout);
    for (const answer of answers) {
      const held = BigInt(`0x${answer.replace(/^CapBnd:\s*/, '').trim()}`);
      const [module, rawio, admin, time, syslog] = [16n, 17n, 21n, 25n, 34n].map((bit) => (held >> bit) & 1n);
      expect({ module, rawio, admin, time, syslog }).toEqual({
        module: 0n,
        rawio: 0n,
        admin: 1n,
        time: 0n,
        syslog: 0n,
      });
    }
  });

  test('ends a script that takes too long, inside the host too', async () => {
    expect((await rehearsal.exec('pi', 'sleep 4711; true', { timeout: 300 })).code).toBe(137);
    expect(await inside('pi', "ps -eo args | grep -c '^slee[p] 4711'")).toBe('0');
    expect((await rehearsal.exec('pi', 'cat; exit 3', { input: 'text' })).stdout).toBe('text');
  });

  test('installs packages without a mirror', async () => {
    const install = 'env DEBIAN_FRONTEND=noninteractive apt-get install -y cron';
    const { code, stderr } = await rehearsal.exec('nas', `apt-get update && ${install}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await inside('nas', 'systemctl is-active cron')).toBe('active');
    for (const name of defaultPackages) {
      const { code, stdout, stderr } = await rehearsal.exec('nas', `apt-get -s install ${name}`);
      expect({ name, code, ...(code !== 0 && { stdout, stderr }) }).toEqual({ name, code: 0 });
    }
  });

  test('applies netplan', async () => {
    const { code } = await rehearsal.exec('pi', 'netplan apply');
    expect(code).toBe(0);
    expect(await inside('pi', 'systemctl --failed --no-legend')).toBe('');
  });

  test('gives a client a lease, and lets it out to the other hosts but nobody in', async () => {
    const laptop = await rehearsal.client('laptop', 'modem');
    const lease = await laptop.exec(
      'dhclient -1 eth0 && ip -4 -o addr show dev eth0 && cat /etc/resolv.conf',
    );
    expect(lease.stdout).toMatch(/192\.168\.1\.1\d\d\/24[^]*nameserver 192\.168\.1\.1/);
    expect((await laptop.exec('nc -z -w 2 192.168.1.2 22')).code).toBe(0);
    expect((await laptop.exec('nc -z -w 2 203.0.113.10 22')).code).toBe(0);

    const stranger = await rehearsal.client('stranger', 'internet', { address: '203.0.113.77' });
    expect((await stranger.exec('nc -z -w 2 203.0.113.10 22')).code).toBe(0);
    expect((await stranger.exec('ip route add 192.168.1.0/24 via 203.0.113.1')).code).toBe(0);
    expect((await stranger.exec('nc -z -w 1 192.168.1.2 22')).code).not.toBe(0);
    await stranger.down();
    expect(spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' }).stdout).not.toContain('stranger');
  });

  test('survives a reboot from inside; what was not written down does not', async () => {
    await inside('pi', 'ip addr add 192.168.2.1/24 dev eth1; touch /root/kept');
    const boot = await inside('pi', 'cat /proc/sys/kernel/random/boot_id');
    await rehearsal.reboot('pi');
    expect(await inside('pi', 'cat /proc/sys/kernel/random/boot_id')).not.toBe(boot);
    expect(await inside('pi', 'ls /root; ip -4 -o addr show dev eth1')).toBe('kept');
    expect(ssh('192.168.1.2', 'true').code).toBe(0);
  });

  test('can be taken over by another process', async () => {
    const same = await attachRehearsal(directory);
    expect((await same?.exec('pi', 'hostname'))?.stdout).toBe('pi\n');
  });

  test('pulls the plug and boots the same card again', async () => {
    await rehearsal.kill('pi');
    await expect(rehearsal.exec('pi', 'true')).rejects.toThrow('pi is not running');
    await rehearsal.start('pi');
    expect(await inside('pi', 'ls /root')).toBe('kept');
  });

  test('resets the card: a new identity, which is noticed until it is trusted', async () => {
    await rehearsal.reset('pi');
    expect(await inside('pi', 'ls /root')).toBe('');
    const refused = ssh('192.168.1.2', 'true');
    expect(refused.code).toBe(255);
    expect(refused.stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
    await rehearsal.trust('pi');
    expect(ssh('192.168.1.2', 'true').code).toBe(0);
  });

  test('leaves nothing behind', async () => {
    await rehearsal.down();
    expect(traces()).toEqual(before);
    expect(existsSync(directory)).toBe(false);
    expect(await takeDownRehearsal(directory)).toBe(false);
    expect(await attachRehearsal(directory)).toBeUndefined();
  });

  async function inside(host: string, script: string): Promise<string> {
    return (await rehearsal.exec(host, script)).stdout.trim();
  }

  function ssh(address: string, command: string): { code: number | null; stdout: string; stderr: string } {
    const options = [
      `UserKnownHostsFile=${rehearsal.knownHosts}`,
      'StrictHostKeyChecking=yes',
      'BatchMode=yes',
    ];
    const [program = '', ...args] = rehearsal.controller([
      'ssh',
      ...['-F', 'none', '-i', rehearsal.privateKey],
      ...options.flatMap((option) => ['-o', option]),
      `pi@${address}`,
      command,
    ]);
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    return { code: status, stdout, stderr };
  }
});

test('an aborted boot leaves nothing behind', { skip: skipped }, async () => {
  const before = traces();
  const stop = new AbortController();
  const log = (line: string): void => {
    if (line.startsWith('booting')) setTimeout(() => stop.abort(new Error('stopped')), 600);
  };
  await expect(bootRehearsal(house(), { directory, log, signal: stop.signal })).rejects.toThrow('stopped');
  expect(traces()).toEqual(before);
  expect(existsSync(directory)).toBe(false);
});

/** Everything that a rehearsal could leave on the machine. Other rehearsals may come and go meanwhile. */
interface Traces {
  readonly mounts: readonly string[];
  readonly links: readonly string[];
  readonly folders: readonly string[];
  readonly processes: readonly string[];
  readonly forwarding: string;
}

function traces(): Traces {
  const own = new RegExp(
    `${directory}|hr${createHash('sha256').update(directory).digest('hex').slice(0, 6)}`,
  );
  const foreign = /\bhr[0-9a-f]{6}-|\bhr-|homerun|\/netns|nspawn/;
  const counts = (line: string): boolean => own.test(line) || !foreign.test(line);
  const list = (path: string): string[] =>
    existsSync(path) ? readdirSync(path).map((name) => `${path}/${name}`) : [];
  const cgroups = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];
  return {
    mounts: readFileSync('/proc/mounts', 'utf8').split('\n').filter(counts),
    links: readdirSync('/sys/class/net').sort(),
    folders: ['/run', '/run/netns', '/etc/netns', '/run/systemd', '/run/systemd/nspawn', ...cgroups]
      .flatMap(list)
      .filter(counts)
      .sort(),
    // By what they run: others come and go on a machine, these only with us.
    processes: readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => commandLine(pid))
      .filter((command) => own.test(command)),
    forwarding: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'),
  };
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function house(): Inventory {
  const network = (name: string, range: string, gateway?: string): Network => ({
    name,
    range,
    ...(gateway !== undefined && { gateway }),
    settings: {},
  });
  const host = (name: string, address: string, interfaces: readonly Interface[] = []): Host => ({
    name,
    groups: [],
    connection: { transport: 'ssh', address },
    interfaces,
    variables: {},
  });
  return {
    path: 'inventory.yaml',
    groups: new Map(),
    networks: [
      network('modem', '192.168.1.0/24', '192.168.1.1'),
      network('pi', '192.168.2.0/24', '192.168.2.1'),
      network('internet', '203.0.113.0/24', '203.0.113.1'),
      network('vpn', '10.8.0.0/24'),
    ],
    hosts: [
      host('pi', '192.168.1.2', [
        { name: 'eth0', network: 'modem', address: '192.168.1.2' },
        { name: 'eth1', network: 'pi', address: '192.168.2.1' },
      ]),
      host('nas', '192.168.1.21'),
      host('vpn', '203.0.113.10'),
    ],
  };
}
