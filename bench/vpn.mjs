// The tunnel of the house between the Pi and the VPN server: how much goes through, by OpenVPN and by WireGuard.
// Usage: node bench/vpn.mjs [ROUNDS] [SECONDS]
// Needs root on a Debian machine. Rates of a busy machine are noise: the processor time for a gigabyte is not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadInventory } from '../dist/index.js';
import { bootRehearsal } from '../dist/rehearsal/index.js';
import { alongside } from './table.mjs';
import { buildTunnel, endTunnel, installIperf, startOpenvpn, transfer } from './tunnel.mjs';

const [rounds = 3, seconds = 4] = process.argv.slice(2).map(Number);
const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'homerun-bench-'));
const house = loadInventory(join(root, 'inventory.yaml'));
const ends = house.hosts.filter(({ name }) => ['pi', 'vpn'].includes(name));

// A processor without instructions for AES, such as a Raspberry Pi 4's: OpenSSL is told to look away from them.
const withoutAes = { OPENSSL_ia32cap: '~0x200000200000000' };
const bare = { name: 'no tunnel', to: '203.0.113.10' };
const aes = ['--data-ciphers', 'AES-256-GCM'];
const plainBuffers = {
  vpn: ['--sndbuf', '0', '--rcvbuf', '0'],
  pi: ['--pull-filter', 'ignore', 'sndbuf', '--pull-filter', 'ignore', 'rcvbuf'],
};
const openvpn = [
  { name: 'OpenVPN' },
  { name: 'OpenVPN, fast-io', options: ['--fast-io'] },
  { name: 'OpenVPN, buffers of the kernel', own: plainBuffers },
  { name: 'OpenVPN', options: aes },
  { name: 'Pi without AES', environment: withoutAes },
  { name: 'Pi without AES', environment: withoutAes, options: aes },
];
const wireguard = { name: 'WireGuard, by wireguard-go', process: 'wireguard-go' };

const directory = mkdtempSync('/run/homerun-bench-');
const rehearsal = await bootRehearsal(
  { ...house, hosts: ends },
  { install: true, log: console.log, directory },
);
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void rehearsal.down().finally(() => process.exit(1)));
try {
  const results = new Map();
  const measure = async (way) => {
    const found = await transfer(rehearsal, way, seconds);
    results.set(way.name, [...(results.get(way.name) ?? []), found]);
    console.log(`  ${way.name}: ${found.up.toFixed(0)} up, ${found.down.toFixed(0)} down Mbit/s`);
  };
  await installIperf(rehearsal, folder);
  await buildTunnel(rehearsal, root, folder, 'openvpn');
  for (let round = 0; round < rounds; round++) {
    await measure(bare);
    for (const way of openvpn) {
      const cipher = await startOpenvpn(rehearsal, way);
      await measure({ ...way, name: `${way.name}, ${cipher}` });
      await endTunnel(rehearsal);
    }
  }
  await buildTunnel(rehearsal, root, folder, 'wireguard');
  for (let round = 0; round < rounds; round++) await measure(wireguard);
  report(results);
} finally {
  await rehearsal.down();
  rmSync(folder, { recursive: true });
}

function report(results) {
  const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
  const rows = [...results].map(([name, list]) => [
    name,
    ...['up', 'down', 'piCost', 'serverCost'].map((key) => {
      const value = middle(list.map((one) => one[key]));
      return Number.isNaN(value) ? '' : value.toFixed(key.endsWith('Cost') ? 1 : 0);
    }),
  ]);
  const head = ['', 'up Mbit/s', 'down Mbit/s', 'Pi: CPU s/GB', 'server: CPU s/GB'];
  console.log(`\nTCP through the tunnel, median of ${rounds} rounds of ${seconds} s each way`);
  console.log(alongside([head, ...rows]));
  console.log(
    '\nBoth ends share one machine, whose processor is no Pi’s, and whose kernel may know no WireGuard: then wireguard-go does its work,\nwhich is slower than a kernel that does. Rates are noise where the machine is busy; the processor time of the tunnel’s program is not.',
  );
}
