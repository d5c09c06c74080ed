import { describe, expect, test } from 'vitest';
import type { Output } from '../../src/model/module.ts';
import { Secret } from '../../src/model/secret.ts';
import { clientConfig, sumOf } from '../../src/modules/lib/openvpn-client-config.ts';
import type { OpenvpnClientState } from '../../src/modules/lib/openvpn-client-host.ts';
import { serverConfig } from '../../src/modules/lib/openvpn-server-config.ts';
import type { OpenvpnServerState } from '../../src/modules/lib/openvpn-server-host.ts';
import type { Unit } from '../../src/modules/lib/systemctl.ts';
import { openvpnBundle } from '../../src/modules/openvpn_bundle.ts';
import { openvpnClient } from '../../src/modules/openvpn_client.ts';
import { openvpnServer } from '../../src/modules/openvpn_server.ts';
import { complaint, summaries } from './on-shells.ts';

// What real daemons make of it is in test/rehearsal/vpn.test.ts.

const unit: Unit = {
  id: 'openvpn-server@home.service',
  load: 'loaded',
  active: 'active',
  sub: 'running',
  enabled: 'enabled',
  outdated: false,
  done: false,
  canReload: false,
};

describe('openvpn_server', () => {
  const asked = {
    name: 'home',
    network: '10.8.0.0/24',
    ca: '/etc/openvpn/ca',
    certificate: 'vpn',
    client_to_client: true,
    addresses: { pi: '10.8.0.2' },
    push: ['route 192.168.1.0 255.255.255.0'],
  };
  const config = serverConfig(openvpnServer.params.parse(asked));
  const state: Extract<OpenvpnServerState, { kind: 'answered' }> = {
    kind: 'answered',
    unit,
    lacking: [],
    tlsCrypt: true,
    isPending: false,
    clients: new Map([['pi', 'ifconfig-push 10.8.0.2 255.255.255.0\n']]),
    isPrivate: true,
    config,
  };

  test('a client without instructions for AES is spared AES, and UDP has room at both ends', () => {
    expect(config).toContain('\ndata-ciphers CHACHA20-POLY1305:AES-256-GCM:AES-128-GCM\n');
    expect(config).toContain('\nrcvbuf 524288\npush "rcvbuf 524288"\n');
    const tcp = serverConfig(openvpnServer.params.parse({ ...asked, proto: 'tcp' }));
    expect(tcp).not.toContain('buf ');
  });

  test('fixed addresses are outside of the pool', () => {
    expect(config).toContain(
      'server 10.8.0.0 255.255.255.0 nopool\nifconfig-pool 10.8.0.128 10.8.0.254 255.255.255.0\n',
    );
    expect(config).toContain('client-to-client\n');
    expect(config).toContain('push "route 192.168.1.0 255.255.255.0"\n');
  });

  test.each([
    ['nothing to do', state, []],
    [
      'a change that was not seen to work',
      { ...state, isPending: true },
      ['restart openvpn-server@home.service'],
    ],
    [
      'a server that is down',
      { ...state, unit: { ...unit, active: 'failed', sub: 'failed' } },
      ['start openvpn-server@home.service'],
    ],
    [
      'another client with a fixed address',
      { ...state, clients: new Map([['old', 'ifconfig-push 10.8.0.3 255.255.255.0\n']]) },
      ['fix the address of pi', 'free the address of old', 'restart openvpn-server@home.service'],
    ],
    [
      'no certificate',
      { ...state, lacking: ['/etc/openvpn/ca/vpn.crt'] },
      ['failed: there is no /etc/openvpn/ca/vpn.crt'],
    ],
    ['no openvpn', { kind: 'missing' as const }, ['failed: openvpn is not installed on this host']],
  ])('%s', (_, seen: OpenvpnServerState, expected) => {
    expect(summaries(openvpnServer, seen, asked)).toEqual(expected);
  });

  test('addresses that cannot work are refused', () => {
    const refused = (addresses: object): string | undefined =>
      complaint(openvpnServer, { ...asked, addresses });
    expect(refused({ pi: '10.9.0.2' })).toContain('is not in 10.8.0.0/24');
    expect(refused({ pi: '10.8.0.1' })).toContain('must lie between 10.8.0.1 and 10.8.0.128');
    expect(refused({ pi: '10.8.0.200' })).toContain('must lie between');
    expect(refused({ pi: '10.8.0.2', phone: '10.8.0.2' })).toContain('phone and pi have the same address');
    expect(complaint(openvpnServer, { ...asked, network: '10.8.0.0' })).toContain('is no network');
    expect(complaint(openvpnServer, { ...asked, push: ['a\nb'] })).toContain('line break');
  });
});

describe('openvpn_client', () => {
  const asked = {
    name: 'home',
    profile: new Secret('client\r\ndev tun\r\naskpass\r\nremote 203.0.113.10\r\n', ['203.0.113.10']),
    password: new Secret('open sesame\r\n'),
    routing_table: 208,
  };
  const params = openvpnClient.params.parse(asked);
  const config = clientConfig(params);
  const state: Extract<OpenvpnClientState, { kind: 'answered' }> = {
    kind: 'answered',
    unit: { ...unit, id: 'openvpn-client@home.service' },
    isPending: false,
    isUp: true,
    age: 3600,
    address: '10.8.0.2',
    config: `${sumOf(config)} -rw------- 0`,
    password: `${sumOf(new Secret('open sesame\n'))} -rw------- 0`,
  };

  test('what must hold on the host takes the place of what the profile says', () => {
    expect(config.reveal()).toBe(`client
remote 203.0.113.10
# For this host, by homerun:
dev tun0
askpass /etc/openvpn/client/home.pass
pull-filter ignore redirect-gateway
script-security 2
route-up "/sbin/ip route replace default dev tun0 table 208"
`);
    expect(config.parts).toEqual(['203.0.113.10']);
  });

  const restart = 'restart openvpn-client@home.service and wait for the tunnel';
  test.each([
    ['nothing to do', state, []],
    ['a tunnel that is down', { ...state, isUp: false }, [restart]],
    ['a host that has just been started', { ...state, isUp: false, age: 5 }, ['wait for the tunnel']],
    [
      'another password',
      { ...state, password: `${sumOf(new Secret('x'))} -rw------- 0` },
      ['write /etc/openvpn/client/home.pass', restart],
    ],
    [
      'a profile that others may read',
      { ...state, config: `${sumOf(config)} -rw-r--r-- 0` },
      ['make /etc/openvpn/client/home.conf private', restart],
    ],
  ])('%s', (_, seen: OpenvpnClientState, expected) => {
    expect(summaries(openvpnClient, seen, asked)).toEqual(expected);
  });

  test('a profile that would wait on a console is refused', () => {
    const refused = (profile: string): string | undefined =>
      complaint(openvpnClient, { name: 'home', profile });
    expect(refused('client\nauth-user-pass\n')).toContain('would ask for a user name');
    expect(refused('<key>\n-----BEGIN ENCRYPTED PRIVATE KEY-----\n')).toContain('`password` is missing');
    expect(complaint(openvpnClient, { name: 'home' })).toBe('`profile` is missing');
  });
});

describe('openvpn_bundle', () => {
  const params = openvpnBundle.params.parse({
    name: 'pi',
    ca: '/ca',
    server: 'home',
    remote: 'vpn.example.org',
  });
  const probe = openvpnBundle.probe(params, {});
  const read = (stdout: string) => {
    const output: Output = { code: 0, stdout, stderr: '', bytes: Buffer.from(stdout) };
    if (probe.kind !== 'ask') throw new Error('it must ask the host');
    return openvpnBundle.result?.(probe.parse(output), params, [], {});
  };

  test('hides the keys, and no everyday words', () => {
    const pem = (kind: string, body: string): string =>
      `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----\n`;
    const result = read(
      [
        '\n#homerun options\nport 1195\nproto tcp\n',
        `\n#homerun ca\n${pem('CERTIFICATE', 'Q0E=')}`,
        `\n#homerun cert\n${pem('CERTIFICATE', 'Q0VSVA==')}`,
        `\n#homerun key\n${pem('ENCRYPTED PRIVATE KEY', 'S0VZLU1BVEVSSUFM')}`,
        `\n#homerun tlscrypt\n${pem('OpenVPN Static key V1', '0123456789abcdef')}`,
        '\n#homerun passphrase\nopen sesame\n',
      ].join(''),
    );
    const { profile, passphrase } = result as { profile: Secret; passphrase: Secret };
    expect(profile.parts).toEqual(['S0VZLU1BVEVSSUFM', '0123456789abcdef']);
    expect(passphrase.reveal()).toBe('open sesame');
    expect(profile.reveal()).toMatch(
      /^client\ndev tun\nproto tcp\nremote vpn\.example\.org 1195\n[^]*<key>\n-----BEGIN ENCRYPTED[^]*\n<\/key>\n<tls-crypt>\n[^]*<\/tls-crypt>\n$/,
    );
  });
});
