import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadInventory } from '../../src/language/index.ts';
import { sh } from '../../src/model/script.ts';
import { bootRehearsal, type Rehearsal, type Station } from '../../src/rehearsal/index.ts';
import { readQrCode } from '../report/read-qr-code.ts';
import { OUTSIDE, SERVER, WEB_SERVER } from './devices.ts';
import { homerun, named, root, type Ran } from './house.ts';
import { canRehearse } from './possible.ts';

const playbook = join(root, 'test/rehearsal/fixtures/vpn.yaml');
const bundled = readFileSync(join(root, 'inventory.yaml'), 'utf8').replace('vpn: openvpn', 'vpn: wireguard');

/** What failed, and why. */
function failures({ finished }: Ran): readonly string[] {
  return finished
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ host, task, failure, scripts }) =>
      [`${host}: ${task.name}: ${failure?.failed}`, ...scripts.map(({ stderr }) => stderr)].join('\n'),
    );
}

describe.skipIf(!(await canRehearse('a phone by WireGuard')))('a phone by WireGuard', () => {
  let house: Rehearsal;
  let phone: Station;
  let inventory: string;

  const must = async (where: Station | string, script: string): Promise<string> => {
    const result = await (typeof where === 'string' ? house.exec(where, script) : where.exec(script));
    if (result.code !== 0)
      throw new Error(`${script}\nended with ${result.code}: ${result.stderr}${result.stdout}`);
    return result.stdout;
  };
  /** argv of `homerun vpn profile` where the controller stands. */
  const profile = (...words: readonly string[]): readonly string[] =>
    house.controller([
      ...[process.execPath, join(root, 'dist/cli.js'), 'vpn', 'profile', ...words],
      ...['--inventory', inventory, '--no-ssh-config'],
      ...['--private-key', house.privateKey, '--known-hosts', house.knownHosts],
    ]);
  const run = ([program = '', ...rest]: readonly string[]): string =>
    execFileSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  /** The same on a terminal of this size: what it shows, and what a camera reads off it. */
  const onTerminal = (columns: number, rows: number, argv: readonly string[]) => {
    const command = sh`stty cols ${columns} rows ${rows} && ${argv}`.text;
    const { stdout: shown, status } = spawnSync('script', ['-qec', command, '/dev/null'], {
      encoding: 'utf8',
      env: { ...process.env, TERM: 'xterm-256color', NO_COLOR: '1' },
    });
    const lines = shown.replaceAll('\r\n', '\n').split('\n');
    return { shown, status, read: () => readQrCode(lines.filter((line) => line.startsWith('\u001b['))) };
  };
  /** With exactly this text. */
  const joinWith = async (input: string): Promise<void> => {
    await phone.exec('umask 077; mkdir -p /etc/wireguard; cat > /etc/wireguard/phone.conf', { input });
    await must(phone, 'wg-quick up phone 2>&1');
    await vi.waitFor(async () => must(phone, 'ping -c 1 -W 2 10.8.0.2'), { timeout: 30_000, interval: 500 });
  };
  const banner = async (address: string, port: number): Promise<string> =>
    (await phone.exec(`nc -w 3 ${address} ${port} </dev/null`)).stdout.trim();

  beforeAll(async () => {
    house = await bootRehearsal(loadInventory(join(root, 'inventory.yaml')), {
      log: () => undefined,
      directory: mkdtempSync('/run/homerun-test-phone-'),
    });
    inventory = join(house.directory, 'inventory.yaml');
    writeFileSync(inventory, bundled);
    phone = await house.client('phone', 'internet', { address: '203.0.113.30' });
    await must('nas', 'systemd-run -q systemd-socket-activate --accept --inetd -l 21 /bin/echo the nas');
    await must(phone, 'apt-get -qq update && apt-get -qq -y install wireguard-go >/dev/null 2>&1');
  });
  afterAll(async () => house?.down());

  test('a profile of OpenVPN fits into a code, and the code only into a large window', async () => {
    const ran = await homerun(house, ['run', playbook, '--limit', 'vpn', '-e', 'vpn=openvpn'], { inventory });
    expect(failures(ran)).toEqual([]);
    const argv = profile('phone', '--kind', 'openvpn');
    const text = run([...argv, '--write', '-']);
    const { shown, status } = onTerminal(80, 24, [...argv, '--qr']);
    expect([status, shown]).toEqual([2, expect.stringMatching(/code is \d+ columns wide.*has 80 columns/)]);
    expect(onTerminal(200, 100, [...argv, '--qr']).read()).toBe(text);
  });

  test('it joins with the profile as it was written, and reaches the forwarded ports and nothing else', async () => {
    const first = await homerun(house, ['run', playbook], { inventory });
    expect(failures(first)).toEqual([]);
    expect(first.code).toBe(0);
    const path = join(house.directory, 'phone.conf');
    expect(run(profile('phone', '--write', path))).toContain('only you can read it');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const input = readFileSync(path, 'utf8');
    expect(onTerminal(80, 50, profile('phone', '--qr')).read()).toBe(input);
    await joinWith(input);
    expect(await banner('10.8.0.2', 2121)).toBe('the nas');
    await must(phone, 'ip route replace 192.168.1.0/24 dev phone');
    expect(await banner('192.168.1.21', 22)).toBe('');
    expect(await must('vpn', 'stat -c "%a %U" /etc/wireguard/phone.key')).toBe('600 root\n');
    expect(named(await homerun(house, ['run', playbook], { inventory }), 'changed')).toEqual([]);
  });

  test('with --everything all that it sends goes through the server', async () => {
    const outside = await house.client('outside', 'internet', { address: OUTSIDE });
    await must(outside, WEB_SERVER);
    // An address that the phone is not on one wire with, as that always goes the short way.
    await must(outside, 'ip address add 198.51.100.7/32 dev lo');
    await must('vpn', `ip route replace 198.51.100.7 via ${OUTSIDE}`);
    const seen = async (): Promise<string> =>
      (await phone.exec('curl -s --max-time 5 http://198.51.100.7/cgi-bin/who')).stdout;
    expect(await seen()).toBe('');
    await must(phone, 'wg-quick down phone 2>&1');
    await joinWith(run(profile('phone', '--everything', '--write', '-')));
    await vi.waitFor(async () => expect(await seen()).toBe(SERVER), { timeout: 15_000, interval: 500 });
    expect(await banner('10.8.0.2', 2121)).toBe('the nas');
    // Not while it is out of the tunnel.
    expect((await outside.exec('nc -w 3 10.8.0.2 2121 </dev/null')).stdout).toBe('');
  });

  test('who is taken off the list is locked out, and gets no profile any more', async () => {
    writeFileSync(
      inventory,
      bundled.replace('clients: [pi, phone]', 'clients: [pi]').replace('revoked: []', 'revoked: [phone]'),
    );
    const ran = await homerun(house, ['run', playbook, '--limit', 'vpn'], { inventory });
    expect(named(ran, 'changed')).toEqual([
      'vpn: No keys for those who may not join any more: phone',
      'vpn: WireGuard lets the clients in',
    ]);
    expect((await phone.exec('ping -c 3 -W 2 10.8.0.1')).code).not.toBe(0);
    expect(() => run(profile('phone', '--write', '-'))).toThrow('phone.key is missing');
    expect(named(await homerun(house, ['run', playbook], { inventory }), 'changed')).toEqual([]);
  });
});
