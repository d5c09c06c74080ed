import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { wireguardConfig } from '../../src/modules/lib/wireguard-config.ts';
import { awaitedPeers } from '../../src/modules/lib/wireguard-host.ts';
import { wireguard } from '../../src/modules/wireguard.ts';
import { wireguardKey } from '../../src/modules/wireguard_key.ts';
import { complaint, summaries } from './on-shells.ts';

// What real interfaces make of it is in test/rehearsal/wireguard.test.ts.

const one = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
const other = 'TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=';
const psk = 'EWC3nBy+vxHEGLXOqYj7dcc4JO7Kd4Zb2dYG0Tz0xSg=';
const asked = {
  name: 'wg0',
  addresses: '10.9.0.2/24',
  table: 208,
  peers: [
    {
      name: 'vpn',
      public_key: one,
      preshared_key: new Secret(psk),
      endpoint: '203.0.113.10:51820',
      allowed_ips: ['0.0.0.0/0'],
      keepalive: 25,
    },
  ],
};
const config = wireguardConfig(wireguard.params.parse(asked));

test('the file holds what was asked, and no private key', () => {
  expect(config.reveal()).toBe(`# Written by homerun: what is changed here is undone by the next run.
[Interface]
Address = 10.9.0.2/24
Table = 208
PostUp = wg set %i private-key /etc/wireguard/wg0.key peer ${one} persistent-keepalive 25

[Peer]
# vpn
PublicKey = ${one}
PresharedKey = ${psk}
AllowedIPs = 0.0.0.0/0
Endpoint = 203.0.113.10:51820
`);
  // The words of the file are everybody's; only the shared key is masked.
  expect(config.parts).toEqual([psk]);
});

describe('wireguard', () => {
  const unit = {
    id: 'wg-quick@wg0.service',
    load: 'loaded',
    active: 'active',
    sub: 'exited',
    enabled: 'enabled',
    outdated: false,
    done: false,
    canReload: false,
  };
  const sum = createHash('sha256').update(config.reveal()).digest('hex');
  const state = {
    unit,
    key: 'x -rw------- 0',
    isPending: false,
    isUp: true,
    ...{ silent: [], age: 100 },
    config: `${sum} -rw------- 0`,
  };

  const restart = 'restart wg-quick@wg0.service and wait for the other end';

  test.each([
    ['nothing to do', state, []],
    ['an interface that was taken away', { ...state, isUp: false }, [restart]],
    ['a change that was not seen to work', { ...state, isPending: true }, [restart]],
    ['no answer for long', { ...state, silent: [one] }, [restart]],
    ['no answer yet', { ...state, silent: [one], age: 59 }, ['wait for the other end']],
    [
      'a name that does not resolve',
      { ...state, unit: { ...unit, active: 'activating', sub: 'start' } },
      [restart],
    ],
    [
      'a file that others may read',
      { ...state, config: `${sum} -rw-r--r-- 0` },
      ['write /etc/wireguard/wg0.conf', restart],
    ],
    ['no key', { ...state, key: '' }, ['failed: there is no key /etc/wireguard/wg0.key']],
    ['no tools', { ...state, trouble: 'missing' }, ['failed: wg-quick is not installed on this host']],
  ])('%s', (_, seen, expected) => {
    expect(summaries(wireguard, seen, asked)).toEqual(expected);
  });

  test.each([
    ['those with an endpoint and signs of life', {}, 1],
    ['nobody where it is not waited', { timeout: 0 }, 0],
    ['no peer that comes to us', { peers: [{ public_key: one, allowed_ips: ['10.9.0.1/32'] }] }, 0],
    [
      'no peer that may be quiet',
      { peers: [{ public_key: one, allowed_ips: ['10.9.0.1/32'], endpoint: '192.0.2.1:1' }] },
      0,
    ],
  ])('who has to answer: %s', (_, differently, count) => {
    expect(awaitedPeers(wireguard.params.parse({ ...asked, ...differently }))).toHaveLength(count);
  });

  test('a wait changes nothing', () => {
    const plan = wireguard.plan({ ...state, silent: [one], age: 5 }, wireguard.params.parse(asked), {});
    expect(plan).toMatchObject([{ harmless: true }]);
  });

  test('peers that cannot work are refused', () => {
    const refused = (...peers: readonly object[]): string | undefined =>
      complaint(wireguard, { ...asked, peers });
    const peer = { public_key: one, allowed_ips: ['10.9.0.1/32'] };
    expect(refused(peer, { ...peer, public_key: other })).toBe('two peers have 10.9.0.1/32 in `allowed_ips`');
    expect(refused(peer, { ...peer, allowed_ips: ['10.9.0.3/32'] })).toContain('is there twice');
    expect(refused({ ...peer, public_key: 'short' })).toContain('wg pubkey');
    expect(refused({ ...peer, allowed_ips: ['10.9.0.1'] })).toContain('is no address with prefix length');
    expect(refused({ ...peer, endpoint: 'vpn.example.org' })).toContain('is no endpoint');
    expect(complaint(wireguard, { name: 'wg0' })).toBe('`addresses` is missing');
  });
});

describe('wireguard_key', () => {
  test.each([
    ['a key that is there', { isThere: true, publicKey: one, isPrivate: true }, []],
    ['no key', { isThere: false, publicKey: '', isPrivate: false }, ['make the key /etc/wireguard/wg0.key']],
    [
      'a key that others may read',
      { isThere: true, publicKey: one, isPrivate: false },
      ['make /etc/wireguard/wg0.key private'],
    ],
  ])('%s', (_, state, expected) => {
    expect(summaries(wireguardKey, state, { name: 'wg0' })).toEqual(expected);
  });

  test.each([
    [{ isThere: true, publicKey: '', isPrivate: true }, ['delete the key /etc/wireguard/phone.key']],
    [{ isThere: false, publicKey: '', isPrivate: false }, []],
    // Whoever has no `wg` has no use for the key either.
    [
      { trouble: 'missing' as const, isThere: true, publicKey: '', isPrivate: false },
      ['delete the key /etc/wireguard/phone.key'],
    ],
  ])('a key that is not wanted any more: %o', (state, expected) => {
    expect(summaries(wireguardKey, state, { name: 'phone', state: 'absent' })).toEqual(expected);
  });

  test('a plan gives no public key, as there is none yet', () => {
    const params = wireguardKey.params.parse({ name: 'wg0' });
    const made = wireguardKey.result?.({ isThere: false, publicKey: '', isPrivate: false }, params, [], {});
    expect(made).toEqual({ key: '/etc/wireguard/wg0.key' });
  });
});
