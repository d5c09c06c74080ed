import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadInventory } from '../../src/language/index.ts';
import { bootRehearsal, type Rehearsal, type Station } from '../../src/rehearsal/index.ts';
import { homerun, named, root, type Ran } from './house.ts';
import { bringNames, damageRules, finds, leaks } from './names.ts';
import { canRehearse } from './possible.ts';

const playbook = join(root, 'test/rehearsal/fixtures/vpn.yaml');
const OUTSIDE = '203.0.113.20';
const SERVER = '203.0.113.10';

/** Tells whoever asks where the question came from. */
const WEB_SERVER = `mkdir -p /srv/www/cgi-bin && cd /srv/www/cgi-bin || exit
printf '#!/bin/sh\\nprintf "Content-Type: text/plain\\\\r\\\\n\\\\r\\\\n%%s" "$REMOTE_ADDR"\\n' > who
chmod +x who && busybox httpd -p 0.0.0.0:80 -h /srv/www`;

/** What failed, and why. */
function failures({ finished }: Ran): readonly string[] {
  return finished
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ host, task, failure, scripts }) =>
      [`${host}: ${task.name}: ${failure?.failed}`, ...scripts.map(({ stderr }) => stderr)].join('\n'),
    );
}

describe.skipIf(!(await canRehearse('the tunnel')))('the tunnel of the house', () => {
  let house: Rehearsal;
  let outside: Station;
  let laptop: Station;
  let phone: Station;

  const must = async (where: Station | string, script: string): Promise<string> => {
    const result = await (typeof where === 'string' ? house.exec(where, script) : where.exec(script));
    if (result.code !== 0)
      throw new Error(`${script}\nended with ${result.code}: ${result.stderr}${result.stdout}`);
    return result.stdout;
  };
  /** The address that the outside sees. */
  const seenFrom = async (where: Station): Promise<string> =>
    (await where.exec(`curl -s --max-time 3 http://${OUTSIDE}/cgi-bin/who || echo nobody`)).stdout.trim();
  /** The first line that a TCP service says; empty where nothing can be reached. */
  const banner = async (where: Station, address: string, port: number): Promise<string> =>
    (await where.exec(`nc -w 3 ${address} ${port} </dev/null`)).stdout.trim();
  const joinPhone = async (): Promise<void> => {
    const path = join(house.directory, 'phone.ovpn');
    const [program = '', ...rest] = house.controller([
      ...[process.execPath, join(root, 'dist/cli.js'), 'vpn', 'profile', 'phone', '--force', '--write', path],
      ...['--inventory', join(root, 'inventory.yaml'), '--no-ssh-config'],
      ...['--private-key', house.privateKey, '--known-hosts', house.knownHosts],
    ]);
    expect(execFileSync(program, rest, { encoding: 'utf8' })).toContain('only you can read it');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const profile = readFileSync(path, 'utf8');
    const written = await phone.exec('cat > /root/phone.ovpn', { input: profile });
    expect(written.code).toBe(0);
    await must(
      phone,
      'openvpn --config /root/phone.ovpn --daemon --log /root/phone.log --writepid /root/phone.pid',
    );
    await vi.waitFor(async () => must(phone, 'ip -4 addr show tun0 | grep "inet 10.8.0."'), {
      timeout: 20_000,
      interval: 500,
    });
  };
  /** H2 to H6, by ordinary clients. */
  const holds = async (): Promise<void> => {
    // H2: what the outside sees is the server's address, the Pi's own traffic excepted.
    await vi.waitFor(async () => expect(await seenFrom(laptop)).toBe(SERVER), {
      timeout: 60_000,
      interval: 1000,
    });
    expect(await must('pi', `curl -s --max-time 5 http://${OUTSIDE}/cgi-bin/who`)).not.toBe(SERVER);
    // H4
    await must(laptop, 'ping -c 1 -W 2 192.168.1.21');
    // H5
    await vi.waitFor(async () => expect(await banner(phone, '10.8.0.2', 2121)).toBe('the nas'), {
      timeout: 60_000,
      interval: 1000,
    });
    // H6: from outside of the tunnel the same port is closed, and nothing else of the house is open in it.
    expect(await banner(outside, SERVER, 2121)).toBe('');
    expect(await banner(outside, '10.8.0.2', 2121)).toBe('');
    expect(await banner(laptop, '192.168.1.2', 2121)).toBe('');
    await must(phone, 'ip route replace 192.168.1.0/24 via 10.8.0.2 dev tun0');
    expect(await banner(phone, '192.168.1.21', 22)).toBe('');
  };

  beforeAll(async () => {
    house = await bootRehearsal(loadInventory(join(root, 'inventory.yaml')), {
      log: () => undefined,
      directory: mkdtempSync('/run/homerun-test-vpn-'),
    });
  });
  afterAll(async () => house?.down());

  test('it is built in one run, the second changes nothing, and no key is shown', async () => {
    const first = await homerun(house, ['run', playbook]);
    expect(failures(first)).toEqual([]);
    expect(first.code).toBe(0);
    const second = await homerun(house, ['run', playbook]);
    expect(named(second, 'changed')).toEqual([]);
    const plan = await homerun(house, ['plan', playbook, '--detailed-exitcode']);
    expect([named(plan, 'unknown'), plan.code]).toEqual([[], 0]);
    const profile = await must('pi', 'cat /etc/openvpn/client/home.conf /etc/openvpn/client/home.pass');
    const secrets =
      profile
        .split('<key>')[1]
        ?.split('\n')
        .filter((line) => /^[\w+/=]{20,}$/.test(line)) ?? [];
    expect(secrets.length).toBeGreaterThan(15);
    // What is written as JSON has every script and every answer in it.
    for (const secret of secrets) expect(first.stdout + second.stdout + plan.stdout).not.toContain(secret);
    expect(await must('pi', 'stat -c "%a %U" /etc/openvpn/client/*')).toBe('600 root\n600 root\n');
  });

  test('H2, H4, H5, H6: through the tunnel, to the house, from the phone, and from nowhere else', async () => {
    outside = await house.client('outside', 'internet', { address: OUTSIDE });
    phone = await house.client('phone', 'internet', { address: '203.0.113.30' });
    laptop = await house.client('laptop', 'pi');
    await must(outside, WEB_SERVER);
    await must('nas', 'systemd-run -q systemd-socket-activate --accept --inetd -l 21 /bin/echo the nas');
    await must(laptop, 'dhclient -1 eth0');
    expect(await seenFrom(phone)).toBe('203.0.113.30');
    await joinPhone();
    await holds();
  });

  test('H3: while the tunnel is down nothing of the laptop leaves the house, however it went down', async () => {
    const heard = async (): Promise<string> =>
      must(outside, 'sleep 1; cat /root/heard 2>/dev/null; : > /root/heard');
    await must(
      outside,
      "tcpdump -l -n -i eth0 'tcp dst port 80 or icmp' > /root/heard 2>/dev/null & sleep 1",
    );
    const tryAll = async (): Promise<string> => {
      const web = await seenFrom(laptop);
      await laptop.exec(`ping -c 2 -W 1 ${OUTSIDE}`);
      return web;
    };
    expect([await tryAll(), await heard()]).toEqual([SERVER, expect.stringContaining(SERVER)]);
    // A ping that goes on all the time: what is underway must not go on beside the tunnel.
    await must(laptop, `(ping -i 0.2 ${OUTSIDE} >/dev/null 2>&1 &) ; sleep 1`);
    await must('pi', 'systemctl stop openvpn-client@home');
    await heard();
    expect([await tryAll(), await heard()]).toEqual(['nobody', '']);
    await must('pi', 'systemctl start openvpn-client@home');
    await vi.waitFor(async () => expect(await seenFrom(laptop)).toBe(SERVER), {
      timeout: 30_000,
      interval: 500,
    });
    await must('vpn', 'systemctl stop openvpn-server@home');
    await heard();
    expect([await tryAll(), await heard()]).toEqual(['nobody', '']);
    // A run says so, and names the reason out of the log.
    const failed = await homerun(house, ['run', playbook, '--limit', 'pi']);
    const task = failed.finished.find(({ outcome }) => outcome === 'failed');
    expect(task?.task.name).toBe('The tunnel to the VPN server');
    expect(task?.failure?.failed).toMatch(
      /did not come up in 60 seconds: .*Connection refused.*openvpn-server@/,
    );
    await must('vpn', 'systemctl start openvpn-server@home');
    await must(laptop, 'pkill ping');
    await holds();
  });

  test('H3: names do not go around the tunnel either: while it is up, down, or comes again', async () => {
    await bringNames(house, outside);
    expect(await finds(laptop, 'up')).toBe(true);
    const heard = await leaks(house, laptop, async () => {
      await must('pi', 'for i in 1 2 3; do systemctl restart openvpn-client@home; sleep 0.5; done');
      await must('pi', 'systemctl kill --signal=KILL openvpn-client@home; sleep 1');
      await must('pi', 'systemctl stop openvpn-client@home');
      expect(await finds(laptop, 'down')).toBe(false);
      await must('pi', 'systemctl start openvpn-client@home');
      await vi.waitFor(async () => expect(await finds(laptop, 'again')).toBe(true), {
        timeout: 30_000,
        interval: 500,
      });
    });
    expect(heard).toBe('');
  });

  test('H3: nothing leaks at a start, even where the rules cannot be loaded; a run puts them right', async () => {
    await damageRules(house);
    await must('pi', 'systemctl disable -q openvpn-client@home');
    expect(await leaks(house, laptop, async () => house.reboot('pi'))).toBe('');
    expect(await must('pi', 'iptables -S FORWARD')).not.toContain('HOMERUN');
    const mended = await homerun(house, ['run', playbook, '--limit', 'pi']);
    expect(failures(mended)).toEqual([]);
    await holds();
  });

  test('H3 can be turned off', async () => {
    const open = await homerun(house, ['run', playbook, '--limit', 'pi', '-e', '{"kill_switch": false}']);
    expect(named(open, 'changed')).toEqual([
      'pi: Addresses and names for the devices behind the Pi',
      'pi: No IPv6 past the tunnel',
      'pi: Static addresses of the inventory',
      'pi: Who may pass, and with whose address (NAT)',
    ]);
    await must('pi', 'systemctl stop openvpn-client@home');
    expect(await seenFrom(laptop)).toMatch(/^203\.0\.113\.(?!10$)/);
    const closed = await homerun(house, ['run', playbook, '--limit', 'pi']);
    expect(named(closed, 'changed')).toHaveLength(5);
    await holds();
  });

  test('H7: it is there again after a reboot of the Pi, without a run', async () => {
    expect(await leaks(house, laptop, async () => house.reboot('pi'))).toBe('');
    await holds();
    expect(named(await homerun(house, ['run', playbook]), 'changed')).toEqual([]);
  });

  test('H8: it comes back by itself after a reboot of the server', async () => {
    await house.reboot('vpn');
    await holds();
    expect(named(await homerun(house, ['run', playbook]), 'changed')).toEqual([]);
  });

  test('the crontab can start it instead, as the guide shows', async () => {
    const guide = readFileSync(join(root, 'docs/guide-vpn.md'), 'utf8');
    const path = join(house.directory, 'crontab.yaml');
    writeFileSync(path, /^```yaml\n(- name: The tunnel from the crontab\n[^]*?)^```/m.exec(guide)?.[1] ?? '');
    expect(failures(await homerun(house, ['run', path]))).toEqual([]);
    expect(named(await homerun(house, ['run', path]), 'changed')).toEqual([]);
    await house.reboot('pi');
    await holds();
    expect((await house.exec('pi', 'systemctl is-active openvpn-client@home')).stdout).toBe('inactive\n');
    expect(await must('pi', 'iptables -t nat -S POSTROUTING')).toContain('-s 192.168.2.0/24 -o tun0');
  });

  test('after a reset of the Pi one command brings it back, its keys too, and changes nothing on the server', async () => {
    await house.reset('pi');
    await house.trust('pi');
    const again = await homerun(house, ['run', playbook, '--limit', 'pi']);
    expect(failures(again)).toEqual([]);
    expect(named(again, 'changed').filter((turn) => !turn.startsWith('pi: '))).toEqual([]);
    await holds();
  });

  test('who is revoked is locked out', async () => {
    await must(phone, 'kill "$(cat /root/phone.pid)"; sleep 1');
    const inventory = join(house.directory, 'inventory.yaml');
    writeFileSync(
      inventory,
      readFileSync(join(root, 'inventory.yaml'), 'utf8')
        .replace('clients: [pi, phone]', 'clients: [pi]')
        .replace('revoked: []', 'revoked: [phone]'),
    );
    const run = await homerun(house, ['run', playbook, '--limit', 'vpn'], { inventory });
    expect(named(run, 'changed')).toEqual([
      'vpn: Let OpenVPN read its certificates again',
      'vpn: No certificates for those who may not join any more: phone',
    ]);
    await must(
      phone,
      'openvpn --config /root/phone.ovpn --daemon --log /root/phone.log --connect-timeout 5; sleep 8',
    );
    expect((await phone.exec('ip addr show tun0')).code).not.toBe(0);
    expect(await must('vpn', 'journalctl -u openvpn-server@home -o cat | tail -n 40')).toContain(
      'certificate revoked',
    );
  });

  test('WireGuard takes its place, to the same ends, and is there after a reboot', async () => {
    const switched = await homerun(house, ['run', playbook, '-e', 'vpn=wireguard']);
    expect(failures(switched)).toEqual([]);
    const key = await must('pi', 'cat /etc/wireguard/tun0.key');
    expect(switched.stdout).not.toContain(key.trim());
    const again = await homerun(house, ['run', playbook, '-e', 'vpn=wireguard']);
    expect(named(again, 'changed')).toEqual([]);
    const works = async (): Promise<void> => {
      await vi.waitFor(async () => expect(await seenFrom(laptop)).toBe(SERVER), {
        timeout: 60_000,
        interval: 1000,
      });
      // The server is in the tunnel, too.
      expect(await must('vpn', 'bash -c "cat </dev/tcp/10.8.0.2/2121"')).toBe('the nas\n');
      expect(await banner(laptop, '192.168.1.2', 2121)).toBe('');
    };
    await works();
    const heard = await leaks(house, laptop, async () => {
      await must('pi', 'for i in 1 2 3; do systemctl restart wg-quick@tun0; sleep 0.5; done');
      await must('pi', 'systemctl stop wg-quick@tun0');
      expect(await seenFrom(laptop)).toBe('nobody');
      await house.reboot('pi');
    });
    expect(heard).toBe('');
    await works();
    expect(named(await homerun(house, ['run', playbook, '-e', 'vpn=wireguard']), 'changed')).toEqual([]);
  });
});
