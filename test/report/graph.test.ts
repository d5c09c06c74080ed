import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadInventory } from '../../src/language/index.ts';
import type { Inventory } from '../../src/model/inventory.ts';
import { cellWidth } from '../../src/report/cells.ts';
import { graphAsMermaid, graphAsSvg, graphAsText } from '../../src/report/graph.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder('graph');

function read(text: string): Inventory {
  writeFileSync(join(folder, 'inventory.yaml'), text);
  return loadInventory(join(folder, 'inventory.yaml'));
}

const house = read(`networks:
  modem: {range: 192.168.1.0/24, gateway: 192.168.1.1}
  pi: {range: 192.168.2.0/24, gateway: 192.168.2.1, dhcp: {first: 192.168.2.100, last: 192.168.2.200}}
  vpn: {range: 10.8.0.0/24, gateway: 10.8.0.1, interface: tun0, port: 1194, protocol: udp, clients: [pi, phone], addresses: {pi: 10.8.0.2}}
groups:
  vpn_servers: {hosts: [server]}
hosts:
  pi:
    interfaces:
      eth0: {network: modem, address: 192.168.1.2}
      eth1: {network: pi, address: 192.168.2.1}
    vars: {forwards: [{port: 2121, to: 'nas:21'}, {port: 53, to: 'nas:53', protocol: udp}]}
  nas:
    interfaces: {eth0: {network: modem}}
  server: {}
`);

test('a house in a terminal', () => {
  expect(graphAsText(house, 80)).toMatchInlineSnapshot(`
    "                      ┌────┐             ┌─────┐            ┌────────┐
                          │ pi │             │ nas │            │ server │
                          ├────┘             ├─────┘            ├────────┘
    modem ━━━━━━━━━━━━━━━━●━━━━━━━━━━━━━━━━━━●━━━━━━━━━━━━━━━━━━│━━━━━━━━━━━━━━━━━
      192.168.1.0/24      │ eth0             │ eth0             │
      gateway 192.168.1.1 │ 192.168.1.2      │ by DHCP          │
                          │                                     │
    pi ━━━━━━━━━━━━━━━━━━━●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━│━━━━━━━━━━━━━━━━━
      192.168.2.0/24      │ eth1                                │
      gateway 192.168.2.1 │ 192.168.2.1                         │
      lends .100 – .200   │                                     │
                          │                                     │
    vpn ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌●╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌●╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
      10.8.0.0/24         │ tun0                                │ tun0, server
      gateway 10.8.0.1    │ 10.8.0.2                            │ 10.8.0.1
                          │ 2121 → nas:21                       │ port 1194/udp
                          │ 53/udp → nas:53

    Others on vpn: phone
    "
  `);
});

test('hosts that do not fit stand below', () => {
  expect(graphAsText(house, 44)).toMatchInlineSnapshot(`
    "                      ┌────┐
                          │ pi │
                          ├────┘
    modem ━━━━━━━━━━━━━━━━●━━━━━━━━━━━━━━━━━
      192.168.1.0/24      │ eth0
      gateway 192.168.1.1 │ 192.168.1.2
                          │
    pi ━━━━━━━━━━━━━━━━━━━●━━━━━━━━━━━━━━━━━
      192.168.2.0/24      │ eth1
      gateway 192.168.2.1 │ 192.168.2.1
      lends .100 – .200   │
                          │
    vpn ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌●╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
      10.8.0.0/24         │ tun0
      gateway 10.8.0.1    │ 10.8.0.2
                          │ 2121 → nas:21
                          │ 53/udp → nas:53

                          ┌─────┐
                          │ nas │
                          ├─────┘
    modem ━━━━━━━━━━━━━━━━●━━━━━━━━━━━━━━━━━
      192.168.1.0/24      │ eth0
      gateway 192.168.1.1 │ by DHCP

    pi ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      192.168.2.0/24
      gateway 192.168.2.1
      lends .100 – .200

    vpn ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
      10.8.0.0/24
      gateway 10.8.0.1

                          ┌────────┐
                          │ server │
                          ├────────┘
    modem ━━━━━━━━━━━━━━━━│━━━━━━━━━━━━━━━━━
      192.168.1.0/24      │
      gateway 192.168.1.1 │
                          │
    pi ━━━━━━━━━━━━━━━━━━━│━━━━━━━━━━━━━━━━━
      192.168.2.0/24      │
      gateway 192.168.2.1 │
      lends .100 – .200   │
                          │
    vpn ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌●╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
      10.8.0.0/24         │ tun0, server
      gateway 10.8.0.1    │ 10.8.0.1
                          │ port 1194/udp

    Others on vpn: phone
    "
  `);
});

test('no line is wider than the terminal', () => {
  for (const width of [30, 40, 50, 60, 80, 120, 200])
    for (const line of graphAsText(house, width).split('\n'))
      expect(cellWidth(line), `at ${width}: ${line}`).toBeLessThanOrEqual(width);
});

test('Mermaid', () => {
  expect(graphAsMermaid(house)).toMatchInlineSnapshot(`
    "flowchart LR
      host0["pi"]
      host1["nas"]
      host2["server"]
      network0(["modem<br>192.168.1.0/24<br>gateway 192.168.1.1"])
      host0 ---|"eth0<br>192.168.1.2"| network0
      host1 ---|"eth0<br>by DHCP"| network0
      network1(["pi<br>192.168.2.0/24<br>gateway 192.168.2.1<br>lends .100 – .200"])
      host0 ---|"eth1<br>192.168.2.1"| network1
      network2(["vpn<br>10.8.0.0/24<br>gateway 10.8.0.1"])
      host0 -.-|"tun0<br>10.8.0.2<br>2121 → nas:21<br>53/udp → nas:53"| network2
      host2 -.-|"tun0, server<br>10.8.0.1<br>port 1194/udp"| network2
      guest2x0("phone")
      guest2x0 -.- network2
    "
  `);
});

test('an SVG has every address once, and nothing in it is taken for a tag', () => {
  const svg = graphAsSvg(house);
  for (const words of ['192.168.1.2', '192.168.2.1', '10.8.0.2', 'by DHCP', 'phone', '2121 → nas:21'])
    expect(svg.split(`>${words}</text>`).length - 1, words).toBe(1);
  const strange = read(`networks:
  n: {range: 10.0.0.0/24, interface: tun0, clients: ['<script>&']}
hosts: {a: {}}
`);
  expect(graphAsSvg(strange)).toContain('>&lt;script&gt;&amp;</text>');
});

test('a house without networks', () => {
  expect(graphAsText(read('hosts: {pi: {}}\n'), 80)).toBe('There are no networks or no hosts to draw.\n');
});
