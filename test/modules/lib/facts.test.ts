import { describe, expect, test } from 'vitest';
import {
  countCpus,
  initOf,
  parseFiles,
  qualifiedName,
  virtualizationOf,
} from '../../../src/modules/lib/facts-machine.ts';
import { defaultRoute, parseInterfaces } from '../../../src/modules/lib/facts-network.ts';
import { familyOf, parseOsRelease } from '../../../src/modules/lib/facts-os.ts';

describe('os-release', () => {
  test.each([
    [
      'ID=ubuntu\nID_LIKE=debian\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION_CODENAME=noble',
      ['ubuntu', '24.04', 'noble', 'debian'],
    ],
    ['ID=debian\nVERSION_ID="12"\nVERSION="12 (bookworm)"', ['debian', '12', 'bookworm', 'debian']],
    ['ID=raspbian\nID_LIKE=debian\nVERSION_ID="12"', ['raspbian', '12', '', 'debian']],
    ['NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.1', ['alpine', '3.20.1', '', 'alpine']],
    ["ID='rocky'\nID_LIKE='rhel centos fedora'\nVERSION_ID='9.4'", ['rocky', '9.4', '', 'redhat']],
    ['ID="opensuse-leap"\nID_LIKE="suse opensuse"', ['opensuse-leap', '', '', 'suse']],
    ['ID=someos\nID_LIKE="arch"', ['someos', '', '', 'arch']],
    ['ID=own', ['own', '', '', 'own']],
  ])('%j', (text, [id, version, codename, family]) => {
    const { names, like } = parseOsRelease(text);
    expect(names).toMatchObject({ id, version, codename });
    expect(familyOf(names.id, like, undefined)).toBe(family);
  });

  test('without one, the package manager tells', () => {
    expect(familyOf('', [], 'apt-get')).toBe('debian');
    expect(familyOf('', [], undefined)).toBe('busybox');
  });
});

describe('interfaces', () => {
  const files = parseFiles(
    ['eth0', 'tun0', 'wlan0']
      .map((name) => `==> /sys/class/net/${name}/flags <==\n${name === 'wlan0' ? '0x1002' : '0x1003'}\n\n`)
      .join('') +
      '==> /sys/class/net/eth0/address <==\n02:00:00:00:00:01\n\n==> /sys/class/net/eth0/mtu <==\n1500\n',
  );

  test('from `ip -o addr`', () => {
    const text = [
      '2: eth0    inet 192.168.1.2/24 brd 192.168.1.255 scope global eth0\\       valid_lft forever',
      '2: eth0    inet 10.0.0.1/8 scope global eth0:1\\       valid_lft forever',
      '2: eth0    inet6 fe80::1/64 scope link \\       valid_lft forever',
      '5: tun0    inet 10.8.0.2 peer 10.8.0.1/32 scope global tun0\\       valid_lft forever',
    ].join('\n');
    expect(parseInterfaces(files, text)).toEqual([
      {
        name: 'eth0',
        mac: '02:00:00:00:00:01',
        mtu: 1500,
        up: true,
        ipv4: [
          { address: '192.168.1.2', prefix: 24 },
          { address: '10.0.0.1', prefix: 8 },
        ],
        ipv6: [{ address: 'fe80::1', prefix: 64 }],
      },
      { name: 'tun0', mac: '', mtu: 0, up: true, ipv4: [{ address: '10.8.0.2', prefix: 32 }], ipv6: [] },
      { name: 'wlan0', mac: '', mtu: 0, up: false, ipv4: [], ipv6: [] },
    ]);
  });

  test.each([
    [
      'busybox',
      'eth0      Link encap:Ethernet  HWaddr 02:00:00:00:00:01\n          inet addr:192.168.1.2  Bcast:192.168.1.255  Mask:255.255.254.0\n          inet6 addr: fe80::1/64 Scope:Link\n',
    ],
    [
      'net-tools',
      'eth0: flags=4163<UP>  mtu 1500\n        inet 192.168.1.2  netmask 255.255.254.0  broadcast 192.168.1.255\n        inet6 fe80::1  prefixlen 64  scopeid 0x20<link>\n',
    ],
  ])('from the `ifconfig` of %s', (_, text) => {
    expect(parseInterfaces(files, text)[0]).toMatchObject({
      ipv4: [{ address: '192.168.1.2', prefix: 23 }],
      ipv6: [{ address: 'fe80::1', prefix: 64 }],
    });
  });

  const route = (gateway: string, mask: string): string =>
    `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t${gateway}\t0003\t0\t0\t100\t00000000\nwlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\neth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t${mask}\n`;

  test('the default route is the one with the lowest metric, on either kind of processor', () => {
    const interfaces = parseInterfaces(files, '2: eth0    inet 192.168.1.2/24 scope global eth0');
    const wanted = { gateway: '192.168.1.1', interface: 'eth0', address: '192.168.1.2' };
    expect(defaultRoute(route('0101A8C0', '00FFFFFF'), interfaces)).toEqual(wanted);
    expect(defaultRoute(route('C0A80101', 'FFFFFF00'), interfaces)).toEqual(wanted);
    expect(defaultRoute('', interfaces)).toEqual({ gateway: '', interface: '', address: '' });
  });
});

test('small things', () => {
  expect(['0-3', '0', '0-1,4-5', ''].map(countCpus)).toEqual([4, 1, 4, 1]);
  expect(qualifiedName('pi', '127.0.1.1 pi.home pi # pi.not\n')).toBe('pi.home');
  expect(qualifiedName('pi', '127.0.1.1 pine.home\n')).toBe('pi');
  expect(initOf(new Map([['systemd', 'yes']]), 'init')).toBe('systemd');
  expect(initOf(new Map(), 'init')).toBe('busybox');
  expect(virtualizationOf(new Map(), 'systemd-nspawn', 'QEMU')).toBe('systemd-nspawn');
  expect(virtualizationOf(new Map(), '', 'Standard PC QEMU')).toBe('kvm');
  expect(virtualizationOf(new Map(), '', 'Raspberry Pi 4')).toBe('none');
});
