import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadInventory, readInventory } from '../../src/language/index.ts';
import { houseAddress } from '../../src/language/magic.ts';
import { folder } from './house.ts';

const bundled = readFileSync(resolve(import.meta.dirname, '../../inventory.yaml'), 'utf8');

/** The bundled inventory with other lines in it. */
function edited(...edits: readonly (readonly [string, string])[]): string {
  const text = edits.reduce((before, [from, to]) => {
    expect(before).toContain(from);
    return before.replace(from, () => to);
  }, bundled);
  return join(folder({ 'inventory.yaml': text }), 'inventory.yaml');
}

/** What is underlined, what is said, and what to write instead. */
function told(...edits: readonly (readonly [string, string])[]): readonly string[] {
  return readInventory(edited(...edits)).mistakes.map(({ message, span, hint = '' }) => {
    const under = span ? span.file.text.slice(span.start, span.end) : 'nowhere';
    return `${under} | ${message} | ${hint}`;
  });
}

const FORWARD = "        - {port: 2121, to: 'nas:21'}";
const SERVICES = '      services: {}';
const NAS = '      eth0: {network: modem, address: 192.168.1.21}';

describe('a setting of the house that nobody would read', () => {
  test.each([
    [SERVICES, '      service: {}', 'service | `service` is no setting of the house', 'services'],
    ['      forwards:', '      forward:', 'forward | `forward` is no setting of the house', 'forwards'],
    ['kill_switch: true', 'kill_switch: true\n      killswitch: false', 'killswitch | ', 'kill_switch'],
    ['backup_exclude:', 'backup_excludes:', 'backup_excludes | ', 'backup_exclude'],
    ['    dhcp: {', '    dchp: {', 'dchp | `dchp` is no setting of network `pi`', 'dhcp'],
    ['protocol: udp', 'protocl: tcp', 'protocl | `protocl` is no setting of network `vpn`', 'protocol'],
    ['lease: 12h', 'leese: 12h', 'leese | unknown key `leese` in `dhcp` of network `pi`', 'lease'],
    [FORWARD, FORWARD.replace('}', ', proto: udp}'), 'proto | unknown key `proto` in a forward', 'protocol'],
    [SERVICES, '      services: {jupiter: {}}', 'jupiter | unknown key `jupiter` in `services`', 'jupyter'],
  ])('%s → %s', (from, to, begins, meant) => {
    const mistakes = told([from, to]);
    const found = mistakes.find((mistake) => mistake.startsWith(begins));
    expect(found, mistakes.join('\n')).toContain(`did you mean \`${meant}\`?`);
  });

  test('is let through where it means something else', () => {
    expect(told(['kill_switch: true', 'kill_switch: true\n      service: nginx'])).toEqual([]);
    const other = folder({ 'inventory.yaml': 'vars: {service: {}, forward: [], vpn: 7}\nhosts: {pi: {}}\n' });
    expect(readInventory(join(other, 'inventory.yaml')).mistakes).toEqual([]);
  });

  test('stands at a host that is not asked for it', () => {
    expect(told([NAS, `${NAS}\n    vars: {kill_switch: false}`])).toEqual([
      'kill_switch | `kill_switch` does nothing at `nas`, which is not in the group `routers` | put `nas` under `hosts:` of that group, or take this away',
    ]);
  });
});

describe('a setting of the house that is wrong', () => {
  test.each([
    ['kill_switch: true', 'kill_switch: no', 'no | `kill_switch` must be true or false'],
    ['vpn: openvpn', 'vpn: wg', 'wg | `wg` is no word that is known here: write openvpn or wireguard'],
    ['port: 1194', 'port: 70000', '70000 | `70000` is no port'],
    ['port: 1194', "port: '1194'", "'1194' | `1194` is no port: that is a whole number"],
    ['protocol: udp', 'protocol: UDP', 'UDP | `UDP` is no word that is known here: write udp or tcp'],
    ['[pi, phone]', "[pi, 'my phone']", "'my phone' | `my phone` is no name of a client"],
    ['[pi, phone]', '[pi, phone, ca]', 'ca | `ca` is no name of a client'],
    ['[pi, phone]', '[pi, phone, phone]', 'phone | client `phone` is there twice'],
    ['[pi, phone]', '[phone]', '[phone] | `pi` is the router, and may not join `vpn`'],
    ['phone: 10.8.0.3', 'fone: 10.8.0.3', 'fone | `fone` has an address, and is no client of `vpn`'],
    ['    revoked: []\n', '', 'vpn | network `vpn` needs `revoked`'],
    ['dns: [9.9.9.9, 149.112.112.112]', "dns: ['2620:fe::fe']", "'2620:fe::fe' | `2620:fe::fe` is no IPv4"],
    ['dns: [192.168.1.1]', 'dns: 192.168.1.1', '192.168.1.1 | `dns` of network `modem` must be a list'],
    ['lease: 12h', 'lease: 12h, hosts: [{mac: x, address: 192.168.2.9}]', 'x | `x` is no hardware address'],
    ['lease: 12h', "lease: 12h, hosts: [{mac: 'b8:27:eb:00:00:01', address: 10.1.1.1}]", '10.1.1.1 | '],
    ['range: 10.8.0.0/24', 'range: 0.0.0.0/0', '0.0.0.0/0 | `0.0.0.0/0` is larger'],
    ['gateway: 10.8.0.1', 'gateway: 10.8.0.9', '10.8.0.9 | the server of OpenVPN is always the first'],
    ['gateway: 192.168.2.1', 'gateway: 192.168.2.9', '192.168.2.9 | `pi` is the gateway of `pi`, and'],
    ['    gateway: 192.168.1.1\n', '', 'modem | network `modem` needs `gateway`'],
    ['inside_interface: eth1', 'inside_interface: eth2', 'eth2 | `pi` has no interface `eth2`'],
    ['inside_interface: eth1', 'inside_interface: eth0', 'eth0 | `eth0` of `pi` cannot be both'],
    [NAS, '      eth0: 192.168.1.21', 'eth0 | interface `eth0` must be a map'],
    [NAS, '      eth0: {address: 192.168.1.21}', 'eth0 | `eth0` of `nas` needs `network`'],
    [NAS, '      eth0: {network: modem, address: 192.168.1.1}', 'eth0 | `192.168.1.1` of `nas` belongs to'],
    [NAS, '      a-much-too-long-name: {network: modem}', 'a-much-too-long-name | an interface cannot be'],
    ['address: 192.168.1.21\n', 'address: 192.168.1.300\n', 'nas | `192.168.1.300` is no address'],
    ['    hosts: [pi]', '    hosts: pi', 'pi | `hosts` of group `routers` must be a list'],
    ['    hosts: [pi]', '    hosts: [nas, pi]', 'nas | `nas` is the second host of the group `routers`'],
    ['    hosts: [vpn]', '    hosts: []', 'vpn_servers | `pi` leads into the tunnel, and no host'],
    [FORWARD, '        - 2121:nas:21', '2121:nas:21 | a forward is a map'],
    [FORWARD, FORWARD.replace('}', ', protocol: both}'), 'both | `both` is no protocol'],
    [FORWARD, FORWARD.replace('nas:', '192.168.1.21:'), "'192.168.1.21:21' | a port is forwarded to"],
    ['backup_schedule: ', 'backup_schedule: # ', ' | nothing is no time of systemd'],
    ['backup_paths: [/etc, /home, /root]', 'backup_paths: [etc]', 'etc | `etc` is no path that begins'],
    ['backup_paths: [/etc, /home, /root]', 'backup_paths: []', '[] | `backup_paths` must be something'],
    ['backup_folder: /srv/backup', 'backup_folder: /', '/ | `/` is no folder for backups'],
    [
      'backup_folder: /srv/backup',
      'backup_folder: /srv/backup\n      backup_mount: /mnt',
      '/mnt | `backup_folder`, /srv/backup, is not on the disk',
    ],
    ['backup_method: restic', 'backup_method: borg', 'borg | `borg` is no word that is known here'],
    ['house_domain: home.arpa', 'house_domain: my home', 'my home | `my home` is no domain'],
    ['time_zone: Etc/UTC', 'time_zone: Europe/Berln', 'Europe/Berln | `Europe/Berln` is no time zone'],
    ['owner_keys: []', 'owner_keys: [~/.ssh/id.pub]', '~/.ssh/id.pub | `~/.ssh/id.pub` is no public key'],
  ])('%s → %s', (from, to, begins) => {
    const mistakes = told([from, to]);
    expect(
      mistakes.some((mistake) => mistake.startsWith(begins)),
      mistakes.join('\n'),
    ).toBe(true);
  });

  test('WireGuard over tcp', () => {
    const mistakes = told(['vpn: openvpn', 'vpn: wireguard'], ['protocol: udp', 'protocol: tcp']);
    expect(mistakes).toEqual(['tcp | WireGuard speaks udp alone | write udp, or `vpn: openvpn`']);
  });
});

describe('services that are wrong', () => {
  test.each([
    [
      '{blog: {port: 22, folder: docs}}',
      '22 | port 22 is that of ssh: `blog` there would shut you out of `nas`',
    ],
    ['{blog: {port: 0, folder: docs}}', '0 | `0` is no port'],
    ['{blog: {port: 8080}}', '{port: 8080} | `services` needs `blog.folder`'],
    ['{jupyter: {port: 8888, password: abc}}', 'abc | `abc` is no password'],
    [
      '{blog: {port: 80, folder: docs}, jupyter: {port: 80, password: abcdefgh}}',
      '80 | `jupyter` has port 80',
    ],
    ['{commands: [{name: ssh, command: x}]}', 'ssh | `ssh` is the name of something else'],
    ['{commands: [{name: a, command: x}, {name: a, command: y}]}', 'a | `a` is there twice'],
    ['{commands: [{name: a}]}', 'a | `a` needs `command`'],
    ['[blog]', '[blog] | `services` must be a map'],
  ])('%s', (services, begins) => {
    const mistakes = told([SERVICES, `      services: ${services}`]);
    expect(
      mistakes.some((mistake) => mistake.startsWith(begins)),
      mistakes.join('\n'),
    ).toBe(true);
  });

  test('on the Pi, at a port that is forwarded', () => {
    const mistakes = told(
      ['  service_hosts:\n    hosts: [nas]', '  service_hosts:\n    hosts: [pi]'],
      [SERVICES, '      services: {commands: [{name: a, port: 2121, command: x}]}'],
    );
    expect(mistakes.join('\n')).toContain('what comes there out of the tunnel is forwarded');
  });
});

test('a host is found by its fixed address, whatever the controller connects to', () => {
  const { hosts } = loadInventory(
    edited(['    address: 192.168.1.21\n', '    address: nas.lan\n    port: 2222\n']),
  );
  expect(hosts.map((host) => houseAddress(host))).toEqual(['192.168.1.2', '192.168.1.21', '203.0.113.10']);
});
