import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Rehearsal, Station } from '../../src/rehearsal/index.ts';
import { root } from './house.ts';
import type { Vpn } from './house-inventory.ts';

/** A house that was built, and the ordinary devices that look at it from outside. */
export interface Built {
  readonly house: Rehearsal;
  readonly vpn: Vpn;
  readonly inventory: string;
  /** A web server on the internet that tells who asks. */
  readonly outside: Station;
  /** Behind the Pi, by DHCP. */
  readonly laptop: Station;
  /** On the modem's network, by DHCP. */
  readonly tv: Station;
  /** On the internet, in the tunnel. */
  readonly phone: Station;
}

export const OUTSIDE = '203.0.113.20';
export const SERVER = '203.0.113.10';

/** `who` tells whoever asks where the question came from; `drip` is a connection that does not end. */
export const WEB_SERVER = `mkdir -p /srv/www/cgi-bin && cd /srv/www/cgi-bin || exit
head='#!/bin/sh\\nprintf "Content-Type: text/plain\\\\r\\\\n\\\\r\\\\n"\\n'
printf "$head"'printf %%s "$REMOTE_ADDR"\\n' > who
printf "$head"'while sleep 0.2; do echo drop || exit; done\\n' > drip
chmod +x who drip && busybox httpd -p 0.0.0.0:80 -h /srv/www`;

/** Stands for what the owner has on port 21 of the NAS. */
const PORT_21 = `cd /etc/systemd/system
printf '[Socket]\\nListenStream=21\\nAccept=yes\\n[Install]\\nWantedBy=sockets.target\\n' > greeting.socket
printf '[Service]\\nExecStart=-/bin/echo the nas\\nStandardOutput=socket\\n' > greeting@.service
systemctl daemon-reload && systemctl -q enable --now greeting.socket`;

/** Puts the devices where they belong; the house is built by then, and its server has a profile for the phone. */
export async function joinDevices(house: Rehearsal, vpn: Vpn, inventory: string): Promise<Built> {
  const outside = await house.client('outside', 'internet', { address: OUTSIDE });
  const phone = await house.client('phone', 'internet', { address: '203.0.113.30' });
  const laptop = await house.client('laptop', 'pi');
  const tv = await house.client('tv', 'modem');
  await must(outside, WEB_SERVER);
  await must(house, PORT_21, 'nas');
  await must(laptop, 'dhclient -1 eth0');
  await must(tv, 'dhclient -1 eth0');
  const built = { house, vpn, inventory, outside, laptop, tv, phone };
  await joinPhone(built);
  return built;
}

async function joinPhone({ house, vpn, inventory, phone }: Built): Promise<void> {
  const [file, join_] = {
    openvpn: ['phone.ovpn', 'openvpn --config /root/phone.ovpn --daemon --log /root/phone.log'],
    wireguard: ['tun0.conf', 'wg-quick up /root/tun0.conf'],
  }[vpn] as [string, string];
  const path = join(house.directory, file);
  command(
    house,
    inventory,
    'vpn',
    'profile',
    'phone',
    '--force',
    '--write',
    path,
    '--private-key',
    house.privateKey,
  );
  const written = await phone.exec(`umask 077; cat > /root/${file}`, { input: readFileSync(path, 'utf8') });
  if (written.code !== 0) throw new Error(written.stderr);
  await must(phone, join_);
  await vi.waitFor(async () => must(phone, 'ip -4 addr show tun0 | grep "inet 10.8.0.3"'), {
    timeout: 30_000,
    interval: 500,
  });
}

/** Runs homerun where the controller stands, and gives what it prints. */
export function command(house: Rehearsal, inventory: string, ...words: string[]): string {
  const common = ['--inventory', inventory, '--known-hosts', house.knownHosts, '--no-ssh-config'];
  const [program = '', ...rest] = house.controller([
    process.execPath,
    join(root, 'dist/cli.js'),
    ...words,
    ...common,
  ]);
  return execFileSync(program, rest, { encoding: 'utf8' });
}

/** What the script prints; throws where it fails. */
export async function must(where: Station | Rehearsal, script: string, host?: string): Promise<string> {
  const result = 'hosts' in where ? await where.exec(host ?? '', script) : await where.exec(script);
  if (result.code !== 0)
    throw new Error(`${script}\nended with ${result.code}: ${result.stderr}${result.stdout}`);
  return result.stdout;
}

/** Waits until it holds. */
export async function soon(check: () => Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 60_000, interval: 500 });
}

/** The address that the outside sees. */
export async function seenFrom(where: Station): Promise<string> {
  return (
    await where.exec(`curl -s --max-time 2 http://${OUTSIDE}/cgi-bin/who || echo nobody`)
  ).stdout.trim();
}

/** The first line that a TCP service says; empty where nothing can be reached. */
export async function banner(where: Station, address: string, port: number): Promise<string> {
  return (await where.exec(`nc -w 3 ${address} ${port} </dev/null`)).stdout.trim();
}
