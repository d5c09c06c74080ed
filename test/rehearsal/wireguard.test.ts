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
  const applyOn = async <Params, State>(name: string, module: Module<Params, State>, params: unknown) =>
    applyTask({
      module,
      params,
      execute: async (script) => {
        const result = await rehearsal.exec(name, script.text);
        return { ...result, bytes: Buffer.from(result.stdout) };
      },
    });
  const apply = async <Params, State>(name: string, module: Module<Params, State>, params: unknown) => {
    const done = await applyOn(name, module, params);
    if (done.failure) throw new Error(done.failure.failed);
    return { changes: done.changes.map(({ summary }) => summary), result: done.result };
  };
  const publicKey = async (name: string): Promise<string> =>
    (await must(name, 'wg pubkey </etc/wireguard/wg0.key')).trim();
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
      'start wg-quick@wg0.service and wait for the other end',
    ]);
    // It has been waited for.
    await ping();
    // The way into the tunnel is in a table of its own: the host itself goes its own way.
    expect(await must('left', 'ip route show table 208')).toContain('default dev wg0');
    expect(await must('left', 'ip route get 192.0.2.1')).toContain('dev eth0');
  });

  test('where no answer comes in time, what can be seen of the reason is told', async () => {
    const [own, right] = [await publicKey('left'), await publicKey('right')];
    const reason = async (key: string, endpoint: string): Promise<string> => {
      const { failure } = await applyOn('left', wireguard, {
        ...{ name: 'wg0', addresses: '10.9.0.2/24', table: 208, timeout: 6 },
        peers: [peerOf(key, '0.0.0.0/0', endpoint)],
      });
      return failure?.failed.split('\n').at(-1) ?? 'it came up';
    };
    expect(await reason(right, '192.168.1.3:51999')).toMatch(
      /^the tunnel wg0 did not come up in 6 seconds: nothing listens on UDP port 51999 of 192\.168\.1\.3/,
    );
    expect(await reason(right, '192.168.1.99:51820')).toContain('no host answers at 192.168.1.99');
    expect(await reason(right, '10.99.0.1:51820')).toContain('10.99.0.1');
    expect(await reason(right, 'nowhere.invalid:51820')).toContain(
      'the name of the endpoint cannot be resolved',
    );
    expect(await reason(own, '192.168.1.3:51820')).toContain(`${own} is the key of this host itself`);
    // The other end does not know this key as its own, and so says nothing.
    const wrong = (await must('left', 'wg genkey | wg pubkey')).trim();
    const silence = await reason(wrong, '192.168.1.3:51820');
    expect(silence).toContain(
      'no answer from 192.168.1.3, UDP port 51820, though the host itself answers a ping',
    );
    expect(silence).toContain(`is ${own} a peer there, and ${wrong} the key of that end`);
    // With the same file again: it is started anew, for a name may lead to another address by now.
    expect(await reason(wrong, '192.168.1.3:51820')).toContain('no answer from 192.168.1.3');
    expect(await reason(right, '192.168.1.3:51820')).toBe('it came up');
    await ping();
  });

  test('it comes back after a reboot, and goes away when it is not wanted', async () => {
    await rehearsal.reboot('left');
    // By itself: nobody sends anything through it.
    await vi.waitFor(async () => must('left', "wg show wg0 latest-handshakes | grep -vw '0$'"), {
      timeout: 30_000,
      interval: 500,
    });
    await vi.waitFor(ping, { timeout: 30_000, interval: 500 });
    const gone = await apply('left', wireguard, { name: 'wg0', state: 'absent' });
    expect(gone.changes).toEqual(['remove the interface wg0']);
    expect(await must('left', 'ip -br link; ls /etc/wireguard')).not.toMatch(/wg0\s|wg0\.conf/);
  });
});
