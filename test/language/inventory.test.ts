import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadInventory, matchHosts } from '../../src/language/index.ts';
import { DiagnosticError } from '../../src/model/diagnostic.ts';
import type { Host, Inventory } from '../../src/model/inventory.ts';
import { folder, INVENTORY, inventoryMistakes, secretsOf } from './house.ts';

function read(text = INVENTORY, options: Parameters<typeof loadInventory>[1] = {}): Inventory {
  return loadInventory(join(folder({ 'inventory.yaml': text }), 'inventory.yaml'), options);
}

function host(inventory: Inventory, name: string): Host {
  const found = inventory.hosts.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`there is no host ${name}`);
  return found;
}

describe('an inventory', () => {
  test('gives hosts, groups and networks', () => {
    const inventory = read();
    expect(inventory.hosts.map(({ name, groups }) => [name, groups])).toEqual([
      ['pi', ['house', 'routers']],
      ['nas', ['house']],
      ['vpn', []],
    ]);
    expect(Object.fromEntries(inventory.groups)).toEqual({
      all: ['pi', 'nas', 'vpn'],
      routers: ['pi'],
      house: ['pi', 'nas'],
      ungrouped: ['vpn'],
    });
    expect(
      inventory.networks.map(({ name, range, gateway, settings }) => ({ name, range, gateway, settings })),
    ).toEqual([
      { name: 'modem', range: '192.168.1.0/24', gateway: '192.168.1.1', settings: {} },
      {
        name: 'pi',
        range: '192.168.2.0/24',
        gateway: '192.168.2.1',
        settings: { dhcp: { first: '192.168.2.100' } },
      },
    ]);
    expect(host(inventory, 'pi').interfaces).toMatchObject([
      { name: 'eth0', network: 'modem', address: '192.168.1.2' },
      { name: 'eth1', network: 'pi', address: '192.168.2.1' },
    ]);
  });

  test('merges connection settings, the nearer stronger, and renders them', () => {
    const inventory = read(
      `connection: {user: admin, port: 22, connect_timeout: 5}
vars: {domain: home.arpa}
groups:
  far: {hosts: [vpn], port: 2222, jump: pi}
hosts:
  pi: {become: {method: doas, user: "{{inventory_hostname}}"}}
  vpn: {address: "{{inventory_hostname}}.{{domain}}", user: root, private_key: ~/.ssh/vpn, password: !env VPN_PASSWORD, become: true}
  here: {transport: local}
`,
      { secrets: secretsOf({ VPN_PASSWORD: 'hunter22' }), extraVariables: { domain: 'example.net' } },
    );
    const { password, ...vpn } = host(inventory, 'vpn').connection;
    expect(password?.reveal()).toBe('hunter22');
    expect(vpn).toEqual({
      transport: 'ssh',
      address: 'vpn.example.net',
      port: 2222,
      user: 'root',
      privateKey: '~/.ssh/vpn',
      jump: 'pi',
      connectTimeout: 5,
      become: {},
    });
    expect(host(inventory, 'pi').connection).toEqual({
      transport: 'ssh',
      address: 'pi',
      port: 22,
      user: 'admin',
      connectTimeout: 5,
      become: { method: 'doas', user: 'pi' },
    });
    expect(host(inventory, 'here').connection.transport).toBe('local');
  });
});

describe('patterns', () => {
  const inventory = read();
  test.each([
    ['all', 'pi nas vpn'],
    ['*', 'pi nas vpn'],
    ['nas', 'nas'],
    ['vpn:pi', 'pi vpn'],
    ['vpn, pi', 'pi vpn'],
    ['routers', 'pi'],
    ['house:!routers', 'nas'],
    ['!pi', 'nas vpn'],
    ['house:&routers', 'pi'],
    ['all:&house:!pi', 'nas'],
    ['*a*', 'pi nas vpn'],
    ['?as', 'nas'],
    ['[nv]*', 'nas vpn'],
    ['ungrouped', 'vpn'],
  ])('%s', (pattern, expected) => {
    expect(
      matchHosts(pattern, inventory)
        .map(({ name }) => name)
        .join(' '),
    ).toBe(expected);
  });

  test.each([
    ['nass', 'error: there is no host or group `nass`\n  hint: did you mean `nas`?'],
    ['x*', 'error: no host or group matches `x*`\n  hint: there are all, routers, house, pi, nas, vpn'],
    ['all:!rooters', 'error: there is no host or group `rooters`\n  hint: did you mean `routers`?'],
    ['', 'error: the pattern of hosts is empty'],
    ['[a', 'error: no host or group matches `[a`\n  hint: there are all, routers, house, pi, nas, vpn'],
  ])('%s is a mistake', (pattern, expected) => {
    expect(() => matchHosts(pattern, inventory)).toThrow(DiagnosticError);
    expect(() => matchHosts(pattern, inventory)).toThrow(expected);
  });
});

describe('mistakes', () => {
  test('of keys and types', () => {
    expect(
      inventoryMistakes(`network: {}
hosts:
  pi: {adress: 192.168.1.2, port: ssh, transport: telnet, become: yes}
  nas: {port: 70000, become: {usr: x}}
  bad name: {}
groups:
  g: {host: [pi]}
  all: {vars: {a: 1}}
  pi: {}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:1:1: error: unknown key \`network\` in the inventory
        1 | network: {}
          | ^~~~~~~
        hint: did you mean \`networks\`?

      inventory.yaml:3:8: error: unknown key \`adress\` in host \`pi\`
        3 |   pi: {adress: 192.168.1.2, port: ssh, transport: telnet, become: yes}
          |        ^~~~~~
        hint: did you mean \`address\`?

      inventory.yaml:3:35: error: \`port\` of the connection must be a number; got \`ssh\`
        3 |   pi: {adress: 192.168.1.2, port: ssh, transport: telnet, become: yes}
          |                                   ^~~

      inventory.yaml:3:51: error: \`transport\` of the connection must be one of ssh, local; got \`telnet\`
        3 |   pi: {adress: 192.168.1.2, port: ssh, transport: telnet, become: yes}
          |                                                   ^~~~~~

      inventory.yaml:3:67: error: \`become\` of the connection must be true or false; YAML 1.2 reads \`yes\` as text
        3 |   pi: {adress: 192.168.1.2, port: ssh, transport: telnet, become: yes}
          |                                                                   ^~~
        hint: write true

      inventory.yaml:4:15: error: \`port\` of the connection must be at most 65535; got \`70000\`
        4 |   nas: {port: 70000, become: {usr: x}}
          |               ^~~~~

      inventory.yaml:4:31: error: unknown key \`usr\` in \`become\` of the connection
        4 |   nas: {port: 70000, become: {usr: x}}
          |                               ^~~
        hint: did you mean \`user\`?

      inventory.yaml:5:3: error: a host cannot be called \`bad name\`
        5 |   bad name: {}
          |   ^~~~~~~~
        hint: a name has letters, digits, \`_\`, \`-\` and \`.\`

      inventory.yaml:7:7: error: unknown key \`host\` in group \`g\`
        7 |   g: {host: [pi]}
          |       ^~~~
        hint: did you mean \`hosts\`?

      inventory.yaml:8:3: error: the group \`all\` is there by itself
        8 |   all: {vars: {a: 1}}
          |   ^~~
        hint: variables for all hosts stand in \`vars:\` at the top of the inventory

      inventory.yaml:9:3: error: \`pi\` is a host and cannot be a group too
        9 |   pi: {}
          |   ^~"
    `);
  });

  test('of values that are merged', () => {
    expect(
      inventoryMistakes(`connection: {port: ssh}
hosts:
  pi: {transport: telnet, become: yes}
  nas: {become: {usr: x}, connect_timeout: 0}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:1:20: error: \`port\` of the connection must be a number; got \`ssh\`
        1 | connection: {port: ssh}
          |                    ^~~

      inventory.yaml:3:19: error: \`transport\` of the connection must be one of ssh, local; got \`telnet\`
        3 |   pi: {transport: telnet, become: yes}
          |                   ^~~~~~

      inventory.yaml:3:35: error: \`become\` of the connection must be true or false; YAML 1.2 reads \`yes\` as text
        3 |   pi: {transport: telnet, become: yes}
          |                                   ^~~
        hint: write true

      inventory.yaml:4:18: error: unknown key \`usr\` in \`become\` of the connection
        4 |   nas: {become: {usr: x}, connect_timeout: 0}
          |                  ^~~
        hint: did you mean \`user\`?

      inventory.yaml:4:44: error: \`connect_timeout\` of the connection must be at least 1; got \`0\`
        4 |   nas: {become: {usr: x}, connect_timeout: 0}
          |                                            ^"
    `);
  });

  test('of references', () => {
    expect(
      inventoryMistakes(`groups:
  routers: {hosts: [pi, nass], children: [hous]}
  house: {children: [garden]}
  garden: {children: [shed]}
  shed: {children: [house], hosts: [nas]}
hosts:
  pi: {interfaces: {eth0: {network: modm}}}
  nas: {}
networks:
  modem: {range: 192.168.1.0/24}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:2:25: error: there is no host \`nass\`
        2 |   routers: {hosts: [pi, nass], children: [hous]}
          |                         ^~~~
        hint: did you mean \`nas\`?

      inventory.yaml:2:43: error: there is no group \`hous\`
        2 |   routers: {hosts: [pi, nass], children: [hous]}
          |                                           ^~~~
        hint: did you mean \`house\`?

      inventory.yaml:3:22: error: groups contain each other: garden → shed → house → garden
        3 |   house: {children: [garden]}
          |                      ^~~~~~
        hint: take one of them out of \`children\`

      inventory.yaml:7:37: error: there is no network \`modm\`
        7 |   pi: {interfaces: {eth0: {network: modm}}}
          |                                     ^~~~
        hint: did you mean \`modem\`?"
    `);
  });

  test('of addresses', () => {
    expect(
      inventoryMistakes(`networks:
  modem: {range: 192.168.1.0/24, gateway: 192.168.2.1}
  bad: {range: 192.168.1.1/24}
  worse: {range: 192.168/16}
  none: {gateway: 10.0.0.1}
hosts:
  pi:
    interfaces:
      eth0: {network: modem, address: 192.168.2.2}
      eth1: {network: modem, address: 192.168.1.7}
      eth2: {network: modem, address: 192.168.1.9/24}
      eth3: {network: modem, address: 192.168.1.255}
      eth4: {network: modem, address: 192.168.1, mac: b8:27}
  nas:
    interfaces:
      eth0: {network: modem, address: 192.168.1.7, adress: x}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:2:43: error: \`192.168.2.1\` is outside 192.168.1.0/24, the range of network \`modem\`
        2 |   modem: {range: 192.168.1.0/24, gateway: 192.168.2.1}
          |                                           ^~~~~~~~~~~

      inventory.yaml:3:16: error: \`192.168.1.1/24\` does not begin at the first address of the network
        3 |   bad: {range: 192.168.1.1/24}
          |                ^~~~~~~~~~~~~~
        hint: write 192.168.1.0/24

      inventory.yaml:4:18: error: \`192.168/16\` is no range of addresses
        4 |   worse: {range: 192.168/16}
          |                  ^~~~~~~~~~
        hint: write it like 192.168.1.0/24

      inventory.yaml:5:3: error: network \`none\` needs \`range\`
        5 |   none: {gateway: 10.0.0.1}
          |   ^~~~

      inventory.yaml:9:39: error: \`192.168.2.2\` is outside 192.168.1.0/24, the range of network \`modem\`
        9 |       eth0: {network: modem, address: 192.168.2.2}
          |                                       ^~~~~~~~~~~

      inventory.yaml:11:39: error: \`192.168.1.9/24\` must stand without prefix length
        11 |       eth2: {network: modem, address: 192.168.1.9/24}
           |                                       ^~~~~~~~~~~~~~
        hint: the prefix length comes from the range of the network

      inventory.yaml:12:39: error: \`192.168.1.255\` is the network's own or broadcast address in 192.168.1.0/24
        12 |       eth3: {network: modem, address: 192.168.1.255}
           |                                       ^~~~~~~~~~~~~

      inventory.yaml:13:39: error: \`192.168.1\` is no address
        13 |       eth4: {network: modem, address: 192.168.1, mac: b8:27}
           |                                       ^~~~~~~~~
        hint: write it like 192.168.1.2

      inventory.yaml:13:55: error: \`mac\` of interface \`eth4\` must be a hardware address such as \`b8:27:eb:00:00:01\`; got \`b8:27\`
        13 |       eth4: {network: modem, address: 192.168.1, mac: b8:27}
           |                                                       ^~~~~

      inventory.yaml:16:39: error: \`192.168.1.7\` is given twice on network \`modem\`
        16 |       eth0: {network: modem, address: 192.168.1.7, adress: x}
           |                                       ^~~~~~~~~~~
      inventory.yaml:10:39: note: the first one is here
        10 |       eth1: {network: modem, address: 192.168.1.7}
           |                                       ^~~~~~~~~~~

      inventory.yaml:16:52: error: unknown key \`adress\` in interface \`eth0\`
        16 |       eth0: {network: modem, address: 192.168.1.7, adress: x}
           |                                                    ^~~~~~
        hint: did you mean \`address\`?"
    `);
  });

  test('of variables', () => {
    expect(
      inventoryMistakes(`vars: {hosts: 1, my-var: 2, port: "{{facts.hostname}}"}
hosts:
  pi: {address: "{{nope}}", port: "{{port}}"}
  nas: {password: !env NOT_SET}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:1:8: error: a variable cannot be called \`hosts\`: homerun itself sets it
        1 | vars: {hosts: 1, my-var: 2, port: "{{facts.hostname}}"}
          |        ^~~~~
        hint: choose another name

      inventory.yaml:1:18: error: a variable cannot be called \`my-var\`: a name has letters, digits and underscores
        1 | vars: {hosts: 1, my-var: 2, port: "{{facts.hostname}}"}
          |                  ^~~~~~
        hint: write \`my_var\`

      inventory.yaml:3:20: error: \`nope\` is not defined (for host pi)
        3 |   pi: {address: "{{nope}}", port: "{{port}}"}
          |                    ^~~~

      inventory.yaml:4:19: error: the environment variable NOT_SET is not set
        4 |   nas: {password: !env NOT_SET}
          |                   ^~~~~~~~~~~~
        hint: set it for this run: NOT_SET=… homerun …"
    `);
    expect(
      inventoryMistakes(`vars: {port: "{{facts.hostname}}"}
hosts:
  pi: {address: "{{nope}}"}
  nas: {port: "{{port}}"}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:1:17: error: \`facts\` is not defined (for host nas)
        1 | vars: {port: "{{facts.hostname}}"}
          |                 ^~~~~~~~~~~~~~

      inventory.yaml:3:20: error: \`nope\` is not defined (for host pi)
        3 |   pi: {address: "{{nope}}"}
          |                    ^~~~"
    `);
  });

  test('of the file itself', () => {
    expect(inventoryMistakes('- pi\n')).toMatchInlineSnapshot(`
      "inventory.yaml:1:1: error: an inventory is a map with \`hosts:\`; this is a list
        1 | - pi
          | ^"
    `);
    expect(inventoryMistakes('')).toMatchInlineSnapshot(
      `"inventory.yaml:1:1: error: the inventory needs \`hosts\`"`,
    );
    expect(() => loadInventory('nowhere/inventory.yaml')).toThrow(
      'error: there is no file nowhere/inventory.yaml',
    );
  });
});
