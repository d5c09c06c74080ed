import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { loadInventory, loadPlaybook } from '../../src/language/index.ts';
import { modules } from '../../src/modules/index.ts';
import { folder, hostOf, work } from './house.ts';

const root = resolve(import.meta.dirname, '../..');

test.each(['openvpn', 'wireguard'])(
  'the bundled playbooks need no other names of hosts than those of the inventory, with %s',
  (vpn) => {
    const own = folder({});
    for (const name of ['playbooks', 'tasks', 'templates'])
      cpSync(join(root, name), join(own, name), { recursive: true });
    const text = readFileSync(join(root, 'inventory.yaml'), 'utf8')
      .replace(/^ {2}vpn: openvpn$/m, `  vpn: ${vpn}`)
      .replaceAll(/\bpi\b/g, 'raspi')
      .replaceAll(/\bnas\b/g, 'box')
      .replace('hosts: [vpn]', 'hosts: [vps]')
      .replace(/^ {2}vpn:\n {4}address/m, '  vps:\n    address');
    const path = join(own, 'inventory.yaml');
    writeFileSync(path, text);
    const inventory = loadInventory(path);
    expect(inventory.hosts.map(({ name }) => name)).toEqual(['raspi', 'box', 'vps']);
    const { plays } = loadPlaybook(join(own, 'playbooks/site.yaml'), { inventory, modules });
    expect(plays.length).toBeGreaterThan(0);
  },
);

test('names and addresses of the inventory arrive in the Pi, whatever the NAS is reached by', () => {
  const own = folder({});
  for (const name of ['playbooks', 'tasks', 'templates'])
    cpSync(join(root, name), join(own, name), { recursive: true });
  const path = join(own, 'inventory.yaml');
  const edits = [
    ['address: 192.168.1.21\n', 'address: nas.lan\n    port: 2222\n'],
    [', lease: 12h}', ", hosts: [{mac: 'b8:27:eb:00:00:01', address: 192.168.2.50, name: printer}]}"],
  ] as const;
  const text = readFileSync(join(root, 'inventory.yaml'), 'utf8');
  writeFileSync(
    path,
    edits.reduce((before, [from, to]) => before.replace(from, () => to), text),
  );
  const inventory = loadInventory(path);
  const { plays } = loadPlaybook(join(own, 'playbooks/site.yaml'), { inventory, modules });
  const paramsOf = (name: string): unknown => {
    for (const play of plays)
      for (const task of play.tasks)
        if (task.name === name) return work(task.prepare(hostOf(play, 'pi'), new Map()))[0]?.params;
    throw new Error(`there is no task ${name}`);
  };
  expect(paramsOf('Addresses and names for the devices behind the Pi')).toMatchObject({
    dhcp_ranges: [{ lease: '12h' }],
    dhcp_hosts: [{ mac: 'b8:27:eb:00:00:01', address: '192.168.2.50', name: 'printer' }],
  });
  expect(JSON.stringify(paramsOf('Who may pass, and with whose address (NAT)'))).toContain(
    '--dport 2121 -j DNAT --to-destination 192.168.1.21:21',
  );
  expect(JSON.stringify(paramsOf('The host knows the others by name'))).toContain(
    '192.168.1.21 nas.home.arpa nas',
  );
});
