import { mkdtempSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Host, Inventory } from '../../src/model/inventory.ts';
import type { Module } from '../../src/model/module.ts';
import { wireguard } from '../../src/modules/wireguard.ts';
import { wireguardKey } from '../../src/modules/wireguard_key.ts';
import { bootRehearsal, type Rehearsal } from '../../src/rehearsal/index.ts';
import { applyTask } from '../rig.ts';
import { canRehearse } from './possible.ts';

const host = (name: string, address: string): Host => ({
  name,
  groups: [],
  connection: { transport: 'ssh', address },
  interfaces: [{ name: 'eth0', network: 'modem', address }],
  variables: {},
});

const inventory: Inventory = {
  path: 'inventory.yaml',
  groups: new Map(),
  networks: [{ name: 'modem', range: '192.168.1.0/24', gateway: '192.168.1.1', settings: {} }],
  hosts: [host('left', '192.168.1.2'), host('right', '192.168.1.3')],
};

// The kernel here need not know WireGuard: wg-quick takes wireguard-go then.
describe.skipIf(!(await canRehearse('WireGuard')))('WireGuard between two hosts', () => {
  let rehearsal: Rehearsal;

  beforeAll(async () => {
    rehearsal = await bootRehearsal(inventory, {
      log: () => undefined,
      directory: mkdtempSync('/run/homerun-test-wireguard-'),
    });
    for (const { name } of inventory.hosts)
      await must(
        name,
        'apt-get -qq update && apt-get -qq -y install wireguard-tools wireguard-go iproute2 >/dev/null 2>&1',
      );
  });
  afterAll(async () => rehearsal?.down());

  const must = async (name: string, script: string): Promise<string> => {
    const { code, stdout, stderr } = await rehearsal.exec(name, script);
    if (code !== 0) throw new Error(`${script}\nended with ${code}: ${stderr}`);
    return stdout;
  };
  const apply = async <Params, State>(name: string, module: Module<Params, State>, params: unknown) => {
    const done = await applyTask({
      module,
      params,
      execute: async (script) => {
        const result = await rehearsal.exec(name, script.text);
        return { ...result, bytes: Buffer.from(result.stdout) };
      },
    });
    if (done.failure) throw new Error(done.failure.failed);
    return { changes: done.changes.map(({ summary }) => summary), result: done.result };
  };
  const peerOf = (key: unknown, behind: string, endpoint?: string) => ({
    public_key: key,
    allowed_ips: [behind],
    ...(endpoint !== undefined && { endpoint, keepalive: 5 }),
  });
  const ping = (): Promise<string> => must('left', 'ping -c 1 -W 2 10.9.0.1');

  test('keys are made where they stay, and the tunnel carries traffic', async () => {
    const [left, right] = [
      await apply('left', wireguardKey, { name: 'wg0' }),
      await apply('right', wireguardKey, { name: 'wg0' }),
    ];
    expect(left.changes).toEqual(['make the key /etc/wireguard/wg0.key']);
    expect(left.result['public_key']).not.toBe(right.result['public_key']);
    expect(await must('left', 'stat -c "%a %U" /etc/wireguard/wg0.key')).toBe('600 root\n');
    await apply('right', wireguard, {
      name: 'wg0',
      addresses: '10.9.0.1/24',
      port: 51820,
      peers: [peerOf(left.result['public_key'], '10.9.0.2/32')],
    });
    const started = await apply('left', wireguard, {
      name: 'wg0',
      addresses: '10.9.0.2/24',
      table: 208,
      peers: [peerOf(right.result['public_key'], '0.0.0.0/0', '192.168.1.3:51820')],
    });
    expect(started.changes).toEqual([
      'create /etc/wireguard/wg0.conf',
      'enable wg-quick@wg0.service',
      'start wg-quick@wg0.service',
    ]);
    await vi.waitFor(ping, { timeout: 15_000, interval: 500 });
    // The way into the tunnel is in a table of its own: the host itself goes its own way.
    expect(await must('left', 'ip route show table 208')).toContain('default dev wg0');
    expect(await must('left', 'ip route get 192.0.2.1')).toContain('dev eth0');
  });

  test('it comes back after a reboot, and goes away when it is not wanted', async () => {
    await rehearsal.reboot('left');
    await vi.waitFor(ping, { timeout: 30_000, interval: 500 });
    const gone = await apply('left', wireguard, { name: 'wg0', state: 'absent' });
    expect(gone.changes).toEqual(['remove the interface wg0']);
    expect(await must('left', 'ip -br link; ls /etc/wireguard')).not.toMatch(/wg0\s|wg0\.conf/);
  });
});
