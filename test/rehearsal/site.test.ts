import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../temporary.ts';
import { describeOnHosts, homerun, named, root, write, type Ran } from './house.ts';

const site = 'playbooks/site.yaml';

await describeOnHosts('the bundled house', (house) => {
  let plan: Ran;

  test('a plan of fresh hosts sends no action and makes no mistake', async () => {
    plan = await homerun(house(), ['plan', site, '--detailed-exitcode']);
    expect(plan.stderr).toBe('');
    expect(plan.code).toBe(4);
    expect(named(plan, 'failed')).toEqual([]);
    expect((await house().exec('pi', 'test -e /etc/iptables/rules.v4; echo $?')).stdout).toBe('1\n');
  });

  test('the first run does what the plan said, and nothing that the plan did not mention', async () => {
    const first = await homerun(house(), ['run', site]);
    expect(named(first, 'failed')).toEqual([]);
    expect(first.code).toBe(0);
    const changed = named(first, 'changed');
    expect(changed.length).toBeGreaterThan(20);
    const announced = named(plan, 'changed');
    const unknown = new Set(named(plan, 'unknown'));
    expect(announced.filter((turn) => !changed.includes(turn))).toEqual([]);
    expect(changed.filter((turn) => !announced.includes(turn) && !unknown.has(turn))).toEqual([]);
  });

  test('H9: the second run changes nothing, and a plan has nothing to say', async () => {
    const second = await homerun(house(), ['run', site, '--detailed-exitcode']);
    expect(named(second, 'changed')).toEqual([]);
    expect(second.code).toBe(0);
    const empty = await homerun(house(), ['plan', site, '--detailed-exitcode']);
    expect([named(empty, 'changed'), named(empty, 'unknown'), empty.code]).toEqual([[], [], 0]);
  });

  test('a converged play costs one exchange per host and become-user, and one more where it reads facts or results', async () => {
    const { recap, events } = await homerun(house(), ['run', site]);
    const plays = events.filter((event) => event.kind === 'play-started');
    for (const { host, exchanges } of recap) {
      const taking = plays.filter((play) => play.hosts.includes(host)).length;
      expect(exchanges, host).toBeLessThanOrEqual(2 * taking);
    }
  });

  test('H1: a laptop on the pi network gets a lease, with gateway and DNS from the Pi', async () => {
    const laptop = await house().client('laptop', 'pi');
    const lease = await laptop.exec(
      'dhclient -1 -v eth0 && ip -4 -o addr show dev eth0 && ip route show default && cat /etc/resolv.conf',
    );
    expect(lease.code, lease.stderr).toBe(0);
    expect(Number(/inet 192\.168\.2\.(\d+)\/24/.exec(lease.stdout)?.[1])).toSatisfy(
      (last: number) => last >= 100 && last <= 200,
    );
    expect(lease.stdout).toContain('default via 192.168.2.1');
    expect(lease.stdout).toContain('nameserver 192.168.2.1');
    // H4: and from there it reaches the NAS on the modem network.
    const ping = await laptop.exec('ping -c 2 -W 2 192.168.1.21');
    expect(ping.code, ping.stdout).toBe(0);
    const banner = await laptop.exec('nc -w 3 192.168.1.21 22 </dev/null');
    expect(banner.stdout).toMatch(/^SSH-2\.0-/);
    await laptop.down();
  });

  test('H9: after a reboot of the Pi the run changes nothing, and a laptop still gets its lease', async () => {
    await house().reboot('pi');
    const after = await homerun(house(), ['run', site, '--detailed-exitcode']);
    expect(named(after, 'changed')).toEqual([]);
    expect(after.code).toBe(0);
    const laptop = await house().client('laptop', 'pi');
    const lease = await laptop.exec('dhclient -1 eth0 && ping -c 2 -W 2 192.168.1.21');
    expect(lease.code, lease.stderr).toBe(0);
    await laptop.down();
  });

  test('drift made by hand is found by the plan and repaired by the run', async () => {
    await house().exec(
      'pi',
      'iptables -t nat -F HOMERUN-POSTROUTING 2>/dev/null || iptables -t nat -F; sysctl -qw net.ipv4.ip_forward=0',
    );
    const found = await homerun(house(), ['plan', site, '--limit', 'pi', '--detailed-exitcode']);
    expect(found.code).toBe(4);
    const repaired = await homerun(house(), ['run', site, '--limit', 'pi']);
    expect(named(repaired, 'changed')).toEqual(named(found, 'changed'));
    expect((await house().exec('pi', 'sysctl -n net.ipv4.ip_forward; iptables -t nat -S')).stdout).toMatch(
      /^1\n[^]*tun0 -j MASQUERADE/,
    );
  });

  test('a device whose address the inventory fixes gets that one, and names of one’s own are answered', async () => {
    const text = readFileSync(join(root, 'inventory.yaml'), 'utf8')
      .replace('lease: 12h}', "hosts: [{mac: '02:00:00:00:00:50', address: 192.168.2.50, name: printer}]}")
      .replace('kill_switch: true', 'kill_switch: true\n      house_names: {camera: 192.168.1.30}');
    const inventory = await write(temporaryFolder(), 'inventory.yaml', text);
    const ran = await homerun(house(), ['run', 'playbooks/router.yaml', '--limit', 'pi'], { inventory });
    expect([named(ran, 'failed'), ran.code]).toEqual([[], 0]);
    const printer = await house().client('printer', 'pi');
    const lease = await printer.exec(
      `ip link set dev eth0 address 02:00:00:00:00:50 && dhclient -1 eth0 && ip -4 -o addr show dev eth0 &&
for name in camera printer nas; do busybox nslookup $name.home.arpa 192.168.2.1; done`,
    );
    expect(lease.code, lease.stderr).toBe(0);
    expect(lease.stdout).toMatch(
      /inet 192\.168\.2\.50\/24[^]*192\.168\.1\.30[^]*192\.168\.2\.50[^]*192\.168\.1\.21/,
    );
    await printer.down();
  });

  test('a changed host key is refused with both fingerprints, and re-pinned only on request', async () => {
    await house().reset('nas');
    const refused = await homerun(house(), ['run', site, '--limit', 'nas:pi']);
    expect(refused.code).toBe(3);
    const lost = refused.events.find((event) => event.kind === 'host-unreachable');
    expect(lost?.host).toBe('nas');
    expect(lost?.failure.failed).toMatch(/SHA256:[^]*SHA256:/);
    expect(lost?.failure.hint).toMatch(/homerun trust .*--replace nas/);
    // The other host went on.
    expect(refused.recap.find((line) => line.host === 'pi')).toMatchObject({ failed: 0, unreachable: false });
    const { cli } = await import('./house.ts').then(({ root }) => ({ cli: `${root}/dist/cli.js` }));
    const [program = '', ...rest] = house().controller([
      process.execPath,
      cli,
      'trust',
      '--replace',
      '--yes',
      '--known-hosts',
      house().knownHosts,
      'nas',
    ]);
    const { execFileSync } = await import('node:child_process');
    expect(execFileSync(program, rest, { encoding: 'utf8' })).toContain('SHA256:');
    const again = await homerun(house(), ['run', site, '--limit', 'nas']);
    expect(again.code).toBe(0);
  });
});
