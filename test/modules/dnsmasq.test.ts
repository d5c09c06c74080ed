import { describe, expect, it } from 'vitest';
import { isFailure } from '../../src/model/module.ts';
import { dnsmasq } from '../../src/modules/dnsmasq.ts';
import { dnsmasqConfig } from '../../src/modules/lib/dnsmasq-config.ts';
import type { DnsmasqState } from '../../src/modules/lib/dnsmasq-host.ts';

// What a real dnsmasq makes of it is in test/rehearsal/modules-network.test.ts.

const range = { first: '192.168.2.100', last: '192.168.2.200' };

const host: Extract<DnsmasqState, { kind: 'answered' }> = {
  kind: 'answered',
  isRead: true,
  isActive: true,
  isEnabled: true,
  isPending: false,
  resolvedListens: false,
  asksResolved: false,
  live: ['eth1 192.168.2.1/24'],
};

describe('the file of dnsmasq', () => {
  it('holds what was asked, options tied to their range', () => {
    const asked = dnsmasq.params.parse({
      interfaces: ['eth1', 'eth2'],
      dhcp_ranges: [
        { ...range, interface: 'eth1', router: '192.168.2.1', dns: ['192.168.2.1', '9.9.9.9'] },
        {
          first: '10.0.0.5',
          last: '10.0.0.9',
          netmask: '255.0.0.0',
          lease: 'infinite',
          tag: 'guests',
          domain: 'guests.lan',
        },
      ],
      dhcp_hosts: [{ mac: 'DC:A6:32:01:02:03', address: '192.168.2.10', name: 'printer' }],
      servers: '1.1.1.1',
      domain: 'home.lan',
      expand_hosts: true,
      records: [{ name: 'nas.home.lan', address: '192.168.1.21' }],
      leasefile: '/var/lib/misc/leases',
      extra: ['cache-size=1000'],
    });
    expect(dnsmasqConfig(asked)).toBe(`# Written by homerun: changes by hand are undone by its next run.
interface=eth1
interface=eth2
bind-dynamic
no-resolv
server=1.1.1.1
domain=home.lan
local=/home.lan/
expand-hosts
host-record=nas.home.lan,192.168.1.21
dhcp-authoritative
dhcp-range=tag:eth1,set:range1,192.168.2.100,192.168.2.200,12h
dhcp-option=tag:range1,option:router,192.168.2.1
dhcp-option=tag:range1,option:dns-server,192.168.2.1,9.9.9.9
dhcp-range=set:guests,10.0.0.5,10.0.0.9,255.0.0.0,infinite
dhcp-option=tag:guests,option:domain-name,guests.lan
dhcp-host=dc:a6:32:01:02:03,192.168.2.10,printer
dhcp-leasefile=/var/lib/misc/leases
cache-size=1000
`);
  });

  it('says `port=0` for DHCP alone, and takes what is asked literally', () => {
    const asked = dnsmasq.params.parse({ port: 0, bind: 'all', authoritative: false, dhcp_ranges: [range] });
    expect(dnsmasqConfig(asked).split('\n').slice(1)).toEqual([
      'port=0',
      'dhcp-range=set:range1,192.168.2.100,192.168.2.200,12h',
      '',
    ]);
  });
});

describe('parameters of dnsmasq', () => {
  it.each([
    [
      { dhcp_ranges: [{ first: '192.168.2.200', last: '192.168.2.100' }] },
      'the range ends before it begins: first 192.168.2.200, last 192.168.2.100',
    ],
    [
      { dhcp_ranges: [range, { first: '192.168.2.200', last: '192.168.2.210' }] },
      'this range overlaps the one from 192.168.2.100 to 192.168.2.200',
    ],
    [{ dhcp_ranges: [{ first: '10.1', last: '10.2' }] }, '`10.1` is no IPv4 address such as 192.168.2.100'],
    [
      { interfaces: ['eth1'], dhcp_ranges: [{ ...range, interface: 'eth2' }] },
      '`eth2` is not one of the `interfaces`',
    ],
    [{ dhcp_hosts: [{ mac: '1', address: '10.0.0.1' }] }, 'a hardware address'],
    [
      {
        dhcp_hosts: [
          { mac: 'dc:a6:32:01:02:03', address: '10.0.0.1' },
          { mac: 'DC:A6:32:01:02:03', address: '10.0.0.2' },
        ],
      },
      'dc:a6:32:01:02:03 is given to two hosts',
    ],
    [{ extra: ['a\nb'] }, 'an `extra` line cannot hold a line break'],
    [{ name: 'a/b' }, 'a file in /etc/dnsmasq.d'],
    [{ name: 'x.dpkg-old' }, 'a file in /etc/dnsmasq.d'],
  ])('are refused before any host is asked: %o', (asked, message) => {
    expect(() => dnsmasq.params.parse(asked)).toThrow(message);
  });
});

describe('the plan of dnsmasq', () => {
  const plan = (state: DnsmasqState, asked: object): unknown => {
    const result = dnsmasq.plan(state, dnsmasq.params.parse(asked), {});
    return isFailure(result) ? result.failed : result.map(({ summary }) => summary);
  };
  const lan = { interfaces: ['eth1'], dhcp_ranges: [range] };
  const file = dnsmasqConfig(dnsmasq.params.parse(lan));

  it.each([
    ['as asked', { ...host, file }, lan, []],
    [
      'a restart that an earlier run did not see',
      { ...host, file, isPending: true },
      lan,
      ['restart dnsmasq'],
    ],
    [
      'port 53 in other hands',
      { ...host, file, resolvedListens: true },
      lan,
      ['take port 53 from systemd-resolved'],
    ],
    [
      'port 53 in other hands, and not wanted',
      { ...host, resolvedListens: true },
      { ...lan, port: 0 },
      ['create /etc/dnsmasq.d/homerun.conf and restart dnsmasq'],
    ],
    ['an interface without an address yet', { ...host, live: [], file }, lan, []],
    [
      'a range in the wrong subnet',
      { ...host, live: ['eth1 192.168.3.1/24'] },
      lan,
      'the range 192.168.2.100 to 192.168.2.200 lies in no subnet of eth1: 192.168.3.1/24',
    ],
    [
      'a range that leaves its subnet',
      { ...host, live: ['eth1 192.168.2.1/25'] },
      lan,
      'the range 192.168.2.100 to 192.168.2.200 lies in no subnet of eth1: 192.168.2.1/25',
    ],
    [
      'a dnsmasq that does not read the folder',
      { ...host, isRead: false },
      lan,
      'dnsmasq does not read /etc/dnsmasq.d on this host',
    ],
    ['nothing there, nothing wanted', { kind: 'missing' as const }, { state: 'absent' }, []],
    [
      'a stopped service whose file goes',
      { ...host, isActive: false, file },
      { state: 'absent' },
      ['remove /etc/dnsmasq.d/homerun.conf'],
    ],
  ])('for %s', (_, state, asked, expected) => {
    expect(plan(state, asked)).toEqual(expected);
  });
});
