import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { loadInventory, loadPlaybook } from '../../src/language/index.ts';
import { modules } from '../../src/modules/index.ts';
import { folder } from './house.ts';

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
