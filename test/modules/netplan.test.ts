import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isFailure, type Change } from '../../src/model/module.ts';
import { Secret } from '../../src/model/secret.ts';
import type { ValueMap } from '../../src/model/value.ts';
import { staticAddresses } from '../../src/modules/lib/netplan-addresses.ts';
import { parseNetplan, type NetplanState } from '../../src/modules/lib/netplan-probe.ts';
import { netplanYaml } from '../../src/modules/lib/netplan-yaml.ts';
import { netplan } from '../../src/modules/netplan.ts';

// What a real netplan makes of it is in test/rehearsal/modules-network.test.ts.

const host: Extract<NetplanState, { kind: 'answered' }> = {
  kind: 'answered',
  others: ['50-cloud-init.yaml'],
  fixedRenderer: false,
  otherRenderer: false,
  active: ['systemd-networkd'],
  cloudInit: 'absent',
  isPending: false,
  live: ['lo 127.0.0.1/8', 'eth0 192.168.1.2/24'],
  generated: [],
  linked: ['lo', 'eth0'],
};

const config = { ethernets: { eth0: { addresses: ['192.168.1.2/24'] } } };

const text = `network:
  version: 2
  ethernets:
    eth0:
      addresses:
        - 192.168.1.2/24
`;

const file = { text, attributes: '600 root:root' };

function plan(state: NetplanState, asked: object): readonly Change[] {
  const result = netplan.plan(state, netplan.params.parse(asked), {});
  if (isFailure(result)) throw new Error(result.failed);
  return result;
}

describe('netplanYaml', () => {
  it('writes what people write, quoting what YAML 1.1 takes for something else', () => {
    const secret = new Secret('pass: "word"');
    const { text: written, secrets } = netplanYaml({
      version: 2,
      wifis: {
        wlan0: {
          dhcp4: true,
          optional: false,
          'access-points': { 'My Home': { password: secret }, on: {} },
          match: { macaddress: '00:11:22:33:44:55' },
          routes: [{ to: 'default', via: '10.0.0.1', metric: 100 }, { to: 'fd00::/8' }],
          addresses: [],
          gateway4: null,
          list: [['a', '010'], 'no'],
        },
      },
    });
    expect(written).toBe(`version: 2
wifis:
  wlan0:
    dhcp4: true
    optional: false
    access-points:
      "My Home":
        password: "pass: \\"word\\""
      "on": {}
    match:
      macaddress: "00:11:22:33:44:55"
    routes:
      - to: default
        via: 10.0.0.1
        metric: 100
      - to: "fd00::/8"
    addresses: []
    gateway4: null
    list:
      -
        - a
        - "010"
      - "no"
`);
    expect(secrets).toEqual([secret]);
  });

  it('means the same when it is read again, by the rules of either YAML', () => {
    const scalar = fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.integer(),
      fc.constant(null),
      fc.constantFrom('yes', '12:30:00', '1e3', '~', '0x1f', '-', 'e0'),
    );
    const { map } = fc.letrec<{ value: unknown; map: ValueMap }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, scalar, fc.array(tie('value'), { maxLength: 3 }), tie('map')),
      map: fc.dictionary(
        fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 4 },
      ) as fc.Arbitrary<ValueMap>,
    }));
    fc.assert(
      fc.property(map, (value) => {
        const written = netplanYaml(value).text;
        for (const version of ['1.1', '1.2'] as const)
          expect(parse(written === '' ? '{}' : written, { version })).toEqual({ ...value });
      }),
    );
  });
});

describe('staticAddresses', () => {
  it('finds them in all kinds of interfaces, and leaves out what only the host can name', () => {
    expect(
      staticAddresses({
        network: {
          version: 2,
          ethernets: {
            eth0: { addresses: ['10.0.0.1/8', 'fd00::1/64', { '10.0.0.2/8': { label: 'x' } }] },
            any: { match: { driver: 'virtio' }, addresses: ['10.0.0.3/8'] },
            lan: {
              match: { macaddress: '00:11:22:33:44:55' },
              'set-name': 'eth9',
              addresses: ['10.0.0.4/8'],
            },
            dynamic: { dhcp4: true },
          },
          vlans: { 'eth0.5': { addresses: ['10.5.0.1/16'] } },
        },
      }),
    ).toEqual(['eth0 10.0.0.1/8', 'eth0 10.0.0.2/8', 'eth9 10.0.0.4/8', 'eth0.5 10.5.0.1/16']);
  });
});

describe('the plan of netplan', () => {
  it.each([
    ['as asked', { ...host, file }, { config }, []],
    ['with `network:` on top', { ...host, file }, { config: { network: config } }, []],
    ['an address that is missing', { ...host, file, live: [] }, { config }, ['apply the netplan files']],
    [
      'an address that is missing, and not our business',
      { ...host, file, live: [] },
      { config, apply: false },
      [],
    ],
    [
      'an address that is missing for want of a cable',
      { ...host, file, live: [], linked: [] },
      { config },
      [],
    ],
    ['what was never applied', { ...host, file, isPending: true }, { config }, ['apply the netplan files']],
    [
      'an address that only the generated files know',
      { ...host, file: { ...file, text: 'x' }, generated: ['eth0 10.0.0.1/8'] },
      { content: 'x' },
      ['apply the netplan files'],
    ],
    [
      'a file that others can read',
      { ...host, file: { text, attributes: '644 root:root' } },
      { config },
      ['make /etc/netplan/60-homerun.yaml private'],
    ],
    [
      'others that are to go',
      { ...host, file, cloudInit: 'enabled' as const },
      { config, exclusive: true },
      [
        'remove /etc/netplan/50-cloud-init.yaml',
        'write /etc/cloud/cloud.cfg.d/99-disable-network-config.cfg',
      ],
    ],
    [
      'others that are gone',
      { ...host, file, others: [], cloudInit: 'disabled' as const },
      { config, exclusive: true },
      [],
    ],
    ['a host without netplan that shall have no file', { kind: 'missing' as const }, { state: 'absent' }, []],
  ])('for %s', (_, state, asked, expected) => {
    const changes = plan(state, asked);
    expect(changes.map(({ summary }) => summary)).toEqual(expected);
    // The whole set changes at once or not at all.
    expect(changes.flatMap(({ actions }) => actions)).toHaveLength(Math.min(1, changes.length));
  });

  it('names NetworkManager where that runs and nobody has chosen', () => {
    const managed = { ...host, active: ['NetworkManager'] };
    const written = (state: NetplanState, asked: object): string => plan(state, asked)[0]?.after ?? '';
    expect(written(managed, { config })).toContain('  renderer: NetworkManager\n');
    expect(written({ ...managed, otherRenderer: true }, { config })).not.toContain('renderer');
    expect(written({ ...managed, otherRenderer: true }, { config, exclusive: true })).toContain(
      'renderer: NetworkManager',
    );
    expect(written({ ...managed, fixedRenderer: true }, { config, exclusive: true })).not.toContain(
      'renderer',
    );
    expect(written(managed, { config: { ...config, renderer: 'networkd' } })).toContain('renderer: networkd');
    const both = { ...host, active: ['NetworkManager', 'systemd-networkd'] };
    expect(written(both, { config })).not.toContain('renderer');
    const file = { text: written(managed, { config }), attributes: '600 root:root' };
    expect(plan({ ...both, file }, { config, apply: false })).toEqual([]);
  });

  it('hears which of the two runs, whatever other files there are', () => {
    const said = (active: string): NetplanState =>
      parseNetplan({
        code: 0,
        stdout: `\n#homerun others\na.yaml\n\n#homerun renderers\n/etc/netplan/a.yaml\n\n#homerun active\n${active}\n`,
        stderr: '',
        bytes: Buffer.alloc(0),
      });
    expect(said('inactive\nactive')).toMatchObject({ active: ['NetworkManager'], otherRenderer: true });
    expect(said('active\ninactive')).toMatchObject({ active: ['systemd-networkd'] });
    expect(said('')).toMatchObject({ active: [] });
  });

  it('never loses the secret of a password: the script knows it', () => {
    const secret = new Secret('wpa-key-of-home');
    const [change] = plan(host, { content: secret });
    const action = change?.actions[0];
    expect(action?.kind === 'run' && action.script.secrets).toEqual([secret]);
  });
});

describe('parameters of netplan', () => {
  it.each([
    [{}, 'exactly one of `config`, `content` and `template`'],
    [{ config, content: 'x' }, 'exactly one of `config`, `content` and `template`'],
    [{ config: [], name: 'a.yaml' }, 'a map'],
    [{ config, name: '../x.yaml' }, 'a file in /etc/netplan'],
    [{ config, name: 'x.yml' }, 'a file in /etc/netplan'],
  ])('are refused: %o', (asked, message) => {
    expect(() => netplan.params.parse(asked)).toThrow(message);
  });
});
