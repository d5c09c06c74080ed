import { expect, test } from 'vitest';
import { folder, homerun } from './program.ts';

// That it writes a profile that works is in test/rehearsal/vpn.test.ts.

test('a profile needs a server: one that is named, or the only one of its group', async () => {
  const root = folder();
  const none = await homerun(root, ['vpn', 'profile', 'phone']);
  expect([none.code, none.stderr]).toEqual([
    2,
    'error: the group vpn_servers has no host\n  hint: name the VPN server: --server HOST\n',
  ]);
  const wrong = await homerun(root, ['vpn', 'profile', 'phone', '--server', 'there']);
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    'error: there is no host there in inventory.yaml\n  hint: name the VPN server: --server HOST\n',
  ]);
});

test('a name that could lead out of the folder of certificates is refused', async () => {
  const { code, stderr } = await homerun(folder(), ['vpn', 'profile', '../ca', '--server', 'here']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('letters, digits')]);
});

test('WireGuard needs the network of the tunnel, and a name that has an address in it', async () => {
  const vpn = '{range: 10.8.0.0/24, interface: tun0, port: 1194, addresses: {phone: 10.8.0.3}}';
  const inventory = `networks: {vpn: ${vpn}}\nvars: {vpn: wireguard}\nhosts:\n  here: {transport: local}\n`;
  const root = folder({ 'inventory.yaml': inventory });
  const ask = async (...words: string[]): Promise<string> => {
    const { code, stderr } = await homerun(root, ['vpn', 'profile', ...words, '--server', 'here']);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await ask('tablet')).toBe(
    'error: tablet has no address in the network vpn\n  hint: WireGuard hands out none: put tablet into `clients` and `addresses` of the network vpn in the inventory, and run playbooks/vpn-server.yaml\n',
  );
  expect(await ask('phone', '--network', 'tunnel')).toContain('there is no network tunnel in inventory.yaml');
  expect(await ask('phone', '--remote', 'x\nPostUp = reboot')).toContain('must be an address or a name');
  expect(await ask('phone', '--dns', 'router')).toContain('`dns` must be addresses');
});

test('a code is drawn on a terminal alone, so that it never gets into a log', async () => {
  const piped = await homerun(folder(), ['vpn', 'profile', 'phone', '--qr', '--server', 'here']);
  expect([piped.code, piped.stdout, piped.stderr]).toEqual([
    2,
    '',
    'error: a QR code is shown on a terminal alone: elsewhere its key would stay\n  hint: leave --qr out: the profile is written into a file that only you can read\n',
  ]);
});
