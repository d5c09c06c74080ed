import { expect, vi } from 'vitest';
import type { Rehearsal, Station } from '../../src/rehearsal/index.ts';
import { homerun, named } from './house.ts';

/** The ordinary devices that look at the house from outside of it. */
export interface Devices {
  /** A web server on the internet that tells who asks. */
  readonly outside: Station;
  /** Behind the Pi, by DHCP. */
  readonly laptop: Station;
  /** On the modem's network, by DHCP. */
  readonly tv: Station;
  /** On the internet, in the tunnel. */
  readonly phone: Station;
}

export const OUTSIDE = '203.0.113.20';
export const SERVER = '203.0.113.10';

/** Tells whoever asks where the question came from. */
export const WEB_SERVER = `mkdir -p /srv/www/cgi-bin && cd /srv/www/cgi-bin || exit
printf '#!/bin/sh\\nprintf "Content-Type: text/plain\\\\r\\\\n\\\\r\\\\n%%s" "$REMOTE_ADDR"\\n' > who
chmod +x who && busybox httpd -p 0.0.0.0:80 -h /srv/www`;

type Check = (house: Rehearsal, devices: Devices) => Promise<void>;

/** What must hold whenever the house stands, each by an ordinary client. */
export const checks: Readonly<Record<string, Check>> = {
  'H1 a laptop on the pi network gets its lease, gateway and DNS from the Pi': async (_house, { laptop }) => {
    const lease = await must(
      laptop,
      'dhclient -r eth0; dhclient -1 eth0 && ip -4 -o addr show dev eth0 && ip route && cat /etc/resolv.conf',
    );
    expect(Number(/inet 192\.168\.2\.(\d+)\/24/.exec(lease)?.[1])).toSatisfy(
      (last: number) => last >= 100 && last <= 200,
    );
    expect(lease).toContain('default via 192.168.2.1');
    expect(lease).toContain('nameserver 192.168.2.1');
  },
  'H2 its traffic to the internet leaves through the tunnel': async (_house, { laptop }) => {
    await soon(async () => expect(await seenFrom(laptop)).toBe(SERVER));
  },
  'H3 nothing of it leaks while the tunnel is down': async (house, { laptop, outside }) => {
    await must(
      outside,
      "tcpdump -l -n -i eth0 'tcp dst port 80 or icmp' > /root/heard 2>/dev/null & echo $! > /root/ear; sleep 1",
    );
    await must(house, 'systemctl stop openvpn-client@home', 'pi');
    await must(outside, ': > /root/heard');
    expect(await seenFrom(laptop)).toBe('nobody');
    await laptop.exec(`ping -c 2 -W 1 ${OUTSIDE}`);
    expect(await must(outside, 'sleep 1; cat /root/heard; kill "$(cat /root/ear)"')).toBe('');
    await must(house, 'systemctl start openvpn-client@home', 'pi');
    await soon(async () => expect(await seenFrom(laptop)).toBe(SERVER));
  },
  'H4 it reaches the NAS directly': async (_house, { laptop }) => {
    await must(laptop, 'ping -c 1 -W 2 192.168.1.21');
    expect(await banner(laptop, '192.168.1.21', 22)).toMatch(/^SSH-2\.0-/);
  },
  'H5 a phone in the tunnel reaches the forwarded port': async (_house, { phone }) => {
    await soon(async () => expect(await banner(phone, '10.8.0.2', 2121)).toBe('the nas'));
  },
  'H6 the same port is closed to those who are not in it': async (_house, { outside, tv }) => {
    expect(await banner(outside, SERVER, 2121)).toBe('');
    expect(await banner(outside, '10.8.0.2', 2121)).toBe('');
    expect(await banner(tv, '192.168.1.2', 2121)).toBe('');
  },
  'H11 a backup runs, and a restore gives the same bytes': async (house) => {
    await must(
      house,
      "head -c 100000 /dev/urandom >'/home/odd  name'; systemctl start homerun-backup-pi",
      'pi',
    );
    const restored = await homerun(house, [
      'run',
      'playbooks/restore.yaml',
      '-e',
      'host=pi',
      '-e',
      'path=/home',
      '-e',
      'to=/var/restored',
    ]);
    expect(named(restored, 'failed')).toEqual([]);
    await must(house, "cmp '/home/odd  name' '/var/restored/home/odd  name' && rm -r /var/restored", 'pi');
  },
  'H13 a device on the modem network goes its own way': async (_house, { tv }) => {
    expect(await must(tv, 'dhclient -r eth0; dhclient -1 eth0 && ip route show default')).toContain(
      'default via 192.168.1.1',
    );
    expect(await seenFrom(tv)).toMatch(/^203\.0\.113\.(?!10$)/);
  },
};

/** Runs every check, says in a table which hold, and fails where one does not. */
export async function holdAll(stage: string, house: Rehearsal, devices: Devices): Promise<void> {
  const rows: string[] = [];
  const broken: string[] = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check(house, devices);
      rows.push(`  pass  ${name}`);
    } catch (error) {
      rows.push(`  FAIL  ${name}`);
      broken.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  console.log([stage, ...rows].join('\n'));
  expect(broken).toEqual([]);
}

export async function must(where: Station | Rehearsal, script: string, host?: string): Promise<string> {
  const result = 'hosts' in where ? await where.exec(host ?? '', script) : await where.exec(script);
  if (result.code !== 0)
    throw new Error(`${script}\nended with ${result.code}: ${result.stderr}${result.stdout}`);
  return result.stdout;
}

/** The address that the outside sees. */
async function seenFrom(where: Station): Promise<string> {
  return (
    await where.exec(`curl -s --max-time 3 http://${OUTSIDE}/cgi-bin/who || echo nobody`)
  ).stdout.trim();
}

/** The first line that a TCP service says; empty where nothing can be reached. */
async function banner(where: Station, address: string, port: number): Promise<string> {
  return (await where.exec(`nc -w 3 ${address} ${port} </dev/null`)).stdout.trim();
}

async function soon(check: () => Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 60_000, interval: 1000 });
}
