import { describe, expect, test } from 'vitest';
import { inventoryMistakes } from './house.ts';

describe('a house that cannot work', () => {
  test('has networks that overlap', () => {
    expect(
      inventoryMistakes(`networks:
  modem: {range: 192.168.0.0/16}
  pi: {range: 192.168.2.0/24}
  vpn: {range: 10.8.0.0/24}
  far: {range: 10.8.0.128/25}
hosts: {pi: {}}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:3:15: error: 192.168.2.0/24 overlaps 192.168.0.0/16, the range of network \`modem\`
        3 |   pi: {range: 192.168.2.0/24}
          |               ^~~~~~~~~~~~~~
      inventory.yaml:2:18: note: the other range is here
        2 |   modem: {range: 192.168.0.0/16}
          |                  ^~~~~~~~~~~~~~
        hint: give \`pi\` a range that no other network has, such as 10.0.0.0/24

      inventory.yaml:5:16: error: 10.8.0.128/25 overlaps 10.8.0.0/24, the range of network \`vpn\`
        5 |   far: {range: 10.8.0.128/25}
          |                ^~~~~~~~~~~~~
      inventory.yaml:4:16: note: the other range is here
        4 |   vpn: {range: 10.8.0.0/24}
          |                ^~~~~~~~~~~
        hint: give \`far\` a range that no other network has, such as 10.0.0.0/24"
    `);
  });

  test('lets a client in and locks it out, or leaves it without an address', () => {
    expect(
      inventoryMistakes(`networks:
  vpn:
    range: 10.8.0.0/24
    clients: [pi, phone, tablet]
    revoked: [phone]
    addresses: {pi: 10.8.0.2, phone: 10.8.0.3}
hosts: {pi: {vars: {vpn: wireguard}}}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:4:26: error: client \`tablet\` of network \`vpn\` has no address, and WireGuard gives it none
        4 |     clients: [pi, phone, tablet]
          |                          ^~~~~~
        hint: write one that nobody has: \`addresses: {tablet: …}\`

      inventory.yaml:5:15: error: \`phone\` may not join \`vpn\` any more, and is one of its clients
        5 |     revoked: [phone]
          |               ^~~~~
      inventory.yaml:4:19: note: it is a client here
        4 |     clients: [pi, phone, tablet]
          |                   ^~~~~
        hint: take it off \`clients\`, or off \`revoked\` where it shall come back"
    `);
  });

  test('hands out addresses that it does not have, backwards, or to the router and the hosts', () => {
    expect(
      inventoryMistakes(`networks:
  modem:
    range: 192.168.1.0/24
    dhcp: {first: 192.168.2.100, last: 192.168.1.300}
  pi:
    range: 192.168.2.0/24
    dhcp: {first: 192.168.2.200, last: 192.168.2.100, lease: half a day}
  guests:
    range: 192.168.3.0/24
    gateway: 192.168.3.1
    dhcp: {first: 192.168.3.1, last: 192.168.3.99}
  things:
    range: 192.168.4.0/24
    gateway: 192.168.4.1
    dhcp: {first: 192.168.4.2, last: 192.168.4.99, lease: 12h}
hosts:
  pi:
    interfaces:
      eth0: {network: things, address: 192.168.4.1}
  lamp:
    interfaces:
      eth0: {network: things, address: 192.168.4.99}
  door:
    interfaces:
      eth0: {network: things, address: 192.168.4.100}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:4:19: error: \`192.168.2.100\` is outside 192.168.1.0/24, the range of network \`modem\`
        4 |     dhcp: {first: 192.168.2.100, last: 192.168.1.300}
          |                   ^~~~~~~~~~~~~

      inventory.yaml:4:40: error: \`192.168.1.300\` is no address
        4 |     dhcp: {first: 192.168.2.100, last: 192.168.1.300}
          |                                        ^~~~~~~~~~~~~
        hint: write it like 192.168.1.2

      inventory.yaml:7:19: error: the addresses from 192.168.2.200 to 192.168.2.100 run backwards
        7 |     dhcp: {first: 192.168.2.200, last: 192.168.2.100, lease: half a day}
          |                   ^~~~~~~~~~~~~
        hint: write first: 192.168.2.100, last: 192.168.2.200

      inventory.yaml:7:62: error: \`half a day\` is no time for which addresses are lent
        7 |     dhcp: {first: 192.168.2.200, last: 192.168.2.100, lease: half a day}
          |                                                              ^~~~~~~~~~
        hint: write it like 45m, 12h or infinite

      inventory.yaml:11:19: error: the addresses from 192.168.3.1 to 192.168.3.99 are handed out, and the gateway 192.168.3.1 is among them
        11 |     dhcp: {first: 192.168.3.1, last: 192.168.3.99}
           |                   ^~~~~~~~~~~
        hint: let the range begin after 192.168.3.1, or end before it

      inventory.yaml:15:19: error: the addresses from 192.168.4.2 to 192.168.4.99 are handed out, and 192.168.4.99 of host \`lamp\` is among them
        15 |     dhcp: {first: 192.168.4.2, last: 192.168.4.99, lease: 12h}
           |                   ^~~~~~~~~~~
      inventory.yaml:20:3: note: the host is here
        20 |   lamp:
           |   ^~~~
        hint: give \`lamp\` an address outside of them, or make the range smaller"
    `);
  });

  test('gives those who join a network addresses that it does not have, or one twice', () => {
    expect(
      inventoryMistakes(`networks:
  vpn:
    range: 10.8.0.0/24
    gateway: 10.8.0.1
    addresses: {pi: 10.8.0.2, phone: 10.8.0.2, laptop: 10.9.0.3, desk: 10.8.0.1}
hosts: {pi: {}}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:5:38: error: \`10.8.0.2\` of \`phone\` belongs to \`pi\` already
        5 |     addresses: {pi: 10.8.0.2, phone: 10.8.0.2, laptop: 10.9.0.3, desk: 10.8.0.1}
          |                                      ^~~~~~~~

      inventory.yaml:5:56: error: \`10.9.0.3\` is outside 10.8.0.0/24, the range of network \`vpn\`
        5 |     addresses: {pi: 10.8.0.2, phone: 10.8.0.2, laptop: 10.9.0.3, desk: 10.8.0.1}
          |                                                        ^~~~~~~~

      inventory.yaml:5:72: error: \`10.8.0.1\` of \`desk\` belongs to the gateway already
        5 |     addresses: {pi: 10.8.0.2, phone: 10.8.0.2, laptop: 10.9.0.3, desk: 10.8.0.1}
          |                                                                        ^~~~~~~~"
    `);
  });

  test('has two hosts with one address', () => {
    expect(
      inventoryMistakes(`networks:
  modem: {range: 192.168.1.0/24}
hosts:
  pi:
    interfaces: {eth0: {network: modem, address: 192.168.1.2}}
  nas:
    interfaces: {eth0: {network: modem, address: 192.168.1.2}}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:7:50: error: \`192.168.1.2\` is given twice on network \`modem\`
        7 |     interfaces: {eth0: {network: modem, address: 192.168.1.2}}
          |                                                  ^~~~~~~~~~~
      inventory.yaml:5:50: note: the first one is here
        5 |     interfaces: {eth0: {network: modem, address: 192.168.1.2}}
          |                                                  ^~~~~~~~~~~"
    `);
  });

  test('reaches two hosts at one address', () => {
    expect(
      inventoryMistakes(`hosts:
  pi: {address: 192.168.1.2}
  nas: {address: 192.168.1.2}
  far: {address: 192.168.1.2, port: 2222}
  behind: {address: 192.168.1.2, jump: pi}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:3:3: error: \`nas\` has the address of \`pi\`, 192.168.1.2
        3 |   nas: {address: 192.168.1.2}
          |   ^~~
      inventory.yaml:2:3: note: \`pi\` is here
        2 |   pi: {address: 192.168.1.2}
          |   ^~
        hint: give one of them its own \`address\`, or another \`port\` where both are behind one router"
    `);
  });

  test('forwards ports twice, to nobody, or to what is no port', () => {
    expect(
      inventoryMistakes(`groups:
  routers:
    hosts: [pi]
    vars:
      forwards:
        - {port: 2121, to: 'nas:21'}
        - {port: 2121, to: 'nas:22'}
        - {port: 2121, to: 'nas:22', protocol: udp}
        - {port: 80, to: 'nass:80'}
        - {port: 81, to: 'printer:80'}
        - {port: 0, to: 'nas:65536'}
        - {port: http, to: nas}
        - {to: 'nas:8080'}
        - {port: 443}
        - {port: '{{ web_port }}', to: '{{ web }}:80'}
hosts: {pi: {}, nas: {}}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:7:18: error: the tcp port 2121 is forwarded twice
        7 |         - {port: 2121, to: 'nas:22'}
          |                  ^~~~
      inventory.yaml:6:18: note: the first one is here
        6 |         - {port: 2121, to: 'nas:21'}
          |                  ^~~~
        hint: one port leads to one place: take another port for the second

      inventory.yaml:9:26: error: a port is forwarded to \`nass\`, and there is no such host
        9 |         - {port: 80, to: 'nass:80'}
          |                          ^~~~~~~~~
        hint: did you mean \`nas\`?

      inventory.yaml:10:26: error: a port is forwarded to \`printer\`, and there is no such host
        10 |         - {port: 81, to: 'printer:80'}
           |                          ^~~~~~~~~~~~
        hint: there are pi, nas

      inventory.yaml:11:18: error: \`0\` is no port that can be forwarded
        11 |         - {port: 0, to: 'nas:65536'}
           |                  ^
        hint: a port is a whole number from 1 to 65535; write a forward like {port: 2121, to: nas:21}

      inventory.yaml:11:25: error: \`65536\` is no port that can be forwarded
        11 |         - {port: 0, to: 'nas:65536'}
           |                         ^~~~~~~~~~~
        hint: a port is a whole number from 1 to 65535; write a forward like {port: 2121, to: nas:21}

      inventory.yaml:12:18: error: \`http\` is no port that can be forwarded
        12 |         - {port: http, to: nas}
           |                  ^~~~
        hint: a port is a whole number from 1 to 65535; write a forward like {port: 2121, to: nas:21}

      inventory.yaml:12:28: error: \`nas\` does not say where a port leads to
        12 |         - {port: http, to: nas}
           |                            ^~~
        hint: write the host and its port: nas:21

      inventory.yaml:13:11: error: a forward needs \`port\`
        13 |         - {to: 'nas:8080'}
           |           ^~~~~~~~~~~~~~~~
        hint: a port is a whole number from 1 to 65535; write a forward like {port: 2121, to: nas:21}

      inventory.yaml:14:11: error: a forward needs \`to\`
        14 |         - {port: 443}
           |           ^~~~~~~~~~~
        hint: write the host and its port: nas:21"
    `);
  });

  test('keeps backups with nobody, at times that never come', () => {
    expect(
      inventoryMistakes(`groups:
  backed_up:
    hosts: [pi]
    vars: {backup_schedule: 0 3 * * *}
hosts:
  pi: {}
  nas: {vars: {backup_schedule: '*-*-* 25:00'}}
  vpn: {vars: {backup_schedule: '{{ nightly }}'}}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:2:3: error: \`pi\` should be backed up, and no host is there to keep it
        2 |   backed_up:
          |   ^~~~~~~~~
        hint: put the host that keeps the backups under \`hosts:\` of the group \`storage\`

      inventory.yaml:4:29: error: systemd cannot read \`0 3 * * *\` as a time: \`0\` is neither a date nor a time of day
        4 |     vars: {backup_schedule: 0 3 * * *}
          |                             ^~~~~~~~~
        hint: write it like '*-*-* 02:30', 'Mon 04:00' or daily; \`systemd-analyze calendar\` tells when it comes

      inventory.yaml:7:33: error: systemd cannot read \`*-*-* 25:00\` as a time: 25 is no hour: it goes from 0 to 23
        7 |   nas: {vars: {backup_schedule: '*-*-* 25:00'}}
          |                                 ^~~~~~~~~~~~~
        hint: write it like '*-*-* 02:30', 'Mon 04:00' or daily; \`systemd-analyze calendar\` tells when it comes"
    `);
    expect(
      inventoryMistakes(`groups:
  backed_up: {hosts: [pi]}
  storage: {hosts: [nass]}
hosts: {pi: {}, nas: {}}
`),
    ).toMatchInlineSnapshot(`
      "inventory.yaml:3:3: error: \`pi\` should be backed up, and no host is there to keep it
        3 |   storage: {hosts: [nass]}
          |   ^~~~~~~
        hint: put the host that keeps the backups under \`hosts:\` of the group \`storage\`

      inventory.yaml:3:21: error: there is no host \`nass\`
        3 |   storage: {hosts: [nass]}
          |                     ^~~~
        hint: did you mean \`nas\`?"
    `);
  });
});
