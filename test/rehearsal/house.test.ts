import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadInventory } from '../../src/language/index.ts';
import { bootRehearsal, type Rehearsal } from '../../src/rehearsal/index.ts';
import { holdAll, must, OUTSIDE, WEB_SERVER, type Devices } from './checks.ts';
import { homerun, named, root, type Ran } from './house.ts';
import { canRehearse } from './possible.ts';

// Stands for the `secrets.yaml` of an owner: what a reset card must not take along.
const secrets = ['-e', '{"backup_password": "correct horse battery staple"}'];

describe.skipIf(!(await canRehearse('the whole house')))('the whole house', () => {
  let house: Rehearsal;
  let devices: Devices;
  const site = (...more: string[]): Promise<Ran> =>
    homerun(house, ['run', 'playbooks/site.yaml', ...secrets, ...more]);

  beforeAll(async () => {
    house = await bootRehearsal(loadInventory(join(root, 'inventory.yaml')), {
      log: () => undefined,
      directory: mkdtempSync('/run/homerun-test-house-'),
    });
  });
  afterAll(async () => house?.down());

  test('one run builds it, and everything holds', async () => {
    const first = await site();
    expect(failures(first)).toEqual([]);
    expect(first.code).toBe(0);
    devices = await joinDevices(house);
    await holdAll('after the first run', house, devices);
  });

  test('H9: the second run changes nothing', async () => {
    expect(named(await site(), 'changed')).toEqual([]);
  });

  test('H7: it all holds again after a reboot of the Pi, and a run changes nothing', async () => {
    await house.reboot('pi');
    await holdAll('after a reboot of the Pi', house, devices);
    expect(named(await site(), 'changed')).toEqual([]);
  });

  test('H8: it all holds again after a reboot of the VPN server, and a run changes nothing', async () => {
    await house.reboot('vpn');
    await holdAll('after a reboot of the VPN server', house, devices);
    expect(named(await site(), 'changed')).toEqual([]);
  });

  test('H10: after a reset of the SD card the new key is noticed, and one command brings all of it back', async () => {
    await house.reset('pi');
    const refused = await site('--limit', 'pi');
    expect(refused.code).toBe(3);
    const lost = refused.events.find((event) => event.kind === 'host-unreachable');
    expect(lost?.failure.failed).toMatch(/SHA256:[^]*SHA256:/);
    command(house, 'trust', '--replace', '--yes', 'pi');
    const again = await site('--limit', 'pi');
    expect(failures(again)).toEqual([]);
    expect(again.code).toBe(0);
    await holdAll('after a reset of the Pi', house, devices);
    expect(named(await site(), 'changed')).toEqual([]);
  });
});

async function joinDevices(house: Rehearsal): Promise<Devices> {
  const outside = await house.client('outside', 'internet', { address: OUTSIDE });
  const phone = await house.client('phone', 'internet', { address: '203.0.113.30' });
  const laptop = await house.client('laptop', 'pi');
  const tv = await house.client('tv', 'modem');
  await must(outside, WEB_SERVER);
  await must(house, 'systemd-run -q systemd-socket-activate --accept --inetd -l 21 /bin/echo the nas', 'nas');
  await must(laptop, 'dhclient -1 eth0');
  await must(tv, 'dhclient -1 eth0');
  const path = join(house.directory, 'phone.ovpn');
  command(house, 'vpn', 'profile', 'phone', '--force', '--write', path, '--private-key', house.privateKey);
  const written = await phone.exec('cat > /root/phone.ovpn', { input: readFileSync(path, 'utf8') });
  expect(written.code).toBe(0);
  await must(phone, 'openvpn --config /root/phone.ovpn --daemon --log /root/phone.log');
  await vi.waitFor(async () => must(phone, 'ip -4 addr show tun0 | grep "inet 10.8.0."'), {
    timeout: 30_000,
    interval: 500,
  });
  return { outside, phone, laptop, tv };
}

function failures(ran: Ran): string[] {
  return ran.finished
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ host, task, failure }) => `${host}: ${task.name}: ${failure?.failed ?? ''}`);
}

/** Runs homerun where the controller stands. */
function command(house: Rehearsal, ...words: string[]): string {
  const common = [
    '--inventory',
    join(root, 'inventory.yaml'),
    '--known-hosts',
    house.knownHosts,
    '--no-ssh-config',
  ];
  const [program = '', ...rest] = house.controller([
    process.execPath,
    join(root, 'dist/cli.js'),
    ...words,
    ...common,
  ]);
  return execFileSync(program, rest, { encoding: 'utf8' });
}
