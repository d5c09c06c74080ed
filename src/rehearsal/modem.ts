import { join } from 'node:path';
import { formatAddress, parseRange } from './address.ts';
import type { Bridge } from './bridges.ts';
import { RehearsalError } from './error.ts';
import type { Image } from './image.ts';
import { hostLines, modemNamespace } from './network.ts';
import { tail } from './process.ts';
import { startStation, type Station } from './station.ts';
import type { Topology } from './topology.ts';

/** Starts what a modem does besides switching: masquerading towards the outside, DHCP and names. */
export async function startModem(topology: Topology, folder: string, image: Image): Promise<Station> {
  const { prefix } = topology;
  const station = await startStation({
    name: 'modem',
    namespace: modemNamespace(prefix),
    folder,
    image,
    prefix,
    hosts: [],
  });
  const { code, stderr } = await station.exec(modemScript(topology));
  if (code !== 0)
    throw new RehearsalError(`starting the modem failed\n${tail(stderr)}\n  log: ${join(folder, 'log')}`);
  return station;
}

function modemScript({ bridges, ...topology }: Topology): string {
  const own = bridges.filter(({ isModems }) => isModems);
  return [
    'set -e',
    // The kernel may know only one of the two kinds of tables.
    'restore=iptables-restore; iptables -w -t nat -L -n > /dev/null 2>&1 || restore=iptables-legacy-restore',
    "$restore -w <<'END'",
    '*nat',
    ...bridges.filter(({ outside }) => outside).map(({ device, range }) => masquerade(device, range)),
    'COMMIT',
    '*filter',
    ...bridges
      .filter(({ outside }) => outside)
      .flatMap(({ device }) => [
        `-A FORWARD -i ${device} -o ${device} -j ACCEPT`,
        `-A FORWARD -i ${device} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
        // As at any home: who is outside cannot begin anything.
        `-A FORWARD -i ${device} -j DROP`,
      ]),
    'COMMIT',
    'END',
    ...radvdLines(bridges),
    ...(own.length === 0 ? [] : dnsmasqLines(own, { bridges, ...topology })),
  ].join('\n');
}

function masquerade(device: string, range: string): string {
  return `-A POSTROUTING -o ${device} ! -s ${range} -j MASQUERADE`;
}

/**
 * Answers who asks for an IPv6 router that there is none. A home without IPv6 lets networkd ask for 12 seconds, at
 * every boot and for every interface, until it calls the network online.
 */
function radvdLines(bridges: readonly Bridge[]): readonly string[] {
  return [
    "cat > /etc/radvd.conf <<'END'",
    ...bridges.map(({ device }) => `interface ${device} { AdvSendAdvert on; AdvDefaultLifetime 0; };`),
    'END',
    // Else radvd refuses; nothing has an IPv6 address beyond its link, so nothing is forwarded.
    'echo 1 > /proc/sys/net/ipv6/conf/all/forwarding',
    'radvd --config=/etc/radvd.conf --pidfile=/run/radvd.pid --logmethod=stderr_clean',
  ];
}

function dnsmasqLines(own: readonly Bridge[], topology: Topology): readonly string[] {
  return [
    "cat > /etc/dnsmasq.conf <<'END'",
    'user=root',
    'bind-dynamic',
    ...own.map(({ device }) => `interface=${device}`),
    'no-resolv',
    'no-hosts',
    'addn-hosts=/etc/hosts.house',
    // Everything else does not exist, and is said not to at once: a lookup must never hang.
    'local=/#/',
    'dhcp-authoritative',
    'dhcp-leasefile=/run/dnsmasq.leases',
    ...own.map((bridge) => dhcpRange(bridge)),
    'END',
    `printf '%s\\n' ${hostLines(topology)
      .map((line) => `'${line}'`)
      .join(' ')} > /etc/hosts.house`,
    'dnsmasq --conf-file=/etc/dnsmasq.conf',
  ];
}

/** The second hundred addresses where there is room for them, as modems do; else the upper half. */
function dhcpRange({ device, range }: Bridge): string {
  const { first, last, prefixLength } = parseRange(range);
  const size = last - first + 1;
  const [from, to] = size >= 256 ? [first + 100, first + 200] : [first + size / 2, last - 2];
  const mask = formatAddress(2 ** 32 - 2 ** (32 - prefixLength));
  return `dhcp-range=interface:${device},${formatAddress(from)},${formatAddress(to)},${mask},12h`;
}
