import { expect } from 'vitest';
import { keepsBackups } from './backup-check.ts';
import { banner, must, OUTSIDE, seenFrom, SERVER, soon, type Built } from './devices.ts';
import { services } from './house-inventory.ts';
import { staysShut } from './leaks.ts';

export type Check = (built: Built) => Promise<void>;

const ports = [2121, ...Object.keys(services).map(Number)];

/** What must hold whenever the house stands, each by an ordinary client. */
export const checks: Readonly<Record<string, Check>> = {
  'H1  a laptop on the pi network gets its lease, gateway and DNS from the Pi': async ({ laptop }) => {
    const lease = await must(laptop, joining);
    expect(Number(/inet 192\.168\.2\.(\d+)\/24/.exec(lease)?.[1])).toSatisfy(
      (last: number) => last >= 100 && last <= 200,
    );
    expect(lease).toContain('default via 192.168.2.1');
    expect(lease).toContain('nameserver 192.168.2.1');
    expect(lease).toContain('dhcp-server-identifier 192.168.2.1');
    expect(await must(laptop, 'busybox nslookup nas.home.arpa 192.168.2.1')).toContain('192.168.1.21');
  },
  'H2  its traffic to the internet leaves through the tunnel': async ({ house, laptop }) => {
    await soon(async () => expect(await seenFrom(laptop)).toBe(SERVER));
    // The Pi's own does not.
    expect(await must(house, `curl -s --max-time 5 http://${OUTSIDE}/cgi-bin/who`, 'pi')).toBe('203.0.113.1');
  },
  'H3  nothing of it leaks while the tunnel is down, or comes and goes': staysShut,
  'H4  it reaches the NAS directly': async ({ laptop }) => {
    await must(laptop, 'ping -c 1 -W 2 192.168.1.21');
    expect(await banner(laptop, '192.168.1.21', 22)).toMatch(/^SSH-2\.0-/);
    expect(await banner(laptop, '192.168.1.21', 21)).toBe('the nas');
  },
  'H5  a phone in the tunnel reaches every service': async ({ phone }) => {
    await soon(async () => expect(await banner(phone, '10.8.0.2', 2121)).toBe('the nas'));
    for (const [port, page] of Object.entries(services))
      await soon(async () =>
        expect(await must(phone, `curl -sSL --max-time 10 http://10.8.0.2:${port}/`)).toMatch(page),
      );
  },
  'H6  the same ports are closed to those who are not in it': async ({ outside, tv, laptop, phone }) => {
    // Somebody beside the server, or beside the modem, who knows the way.
    await must(
      outside,
      `ip route replace 10.8.0.0/24 via ${SERVER}; ip route replace 192.168.0.0/16 via 203.0.113.1`,
    );
    const seen = ['10.8.0.2', SERVER, '203.0.113.1', '192.168.1.2', '192.168.1.21'];
    // The ports of ssh are open, or this would find everything closed.
    expect((await open(outside, seen, [22, ...ports])).join(' ')).toBe(`${SERVER}:22`);
    await must(tv, 'ip route replace 10.8.0.0/24 via 192.168.1.2');
    expect(await open(tv, ['192.168.1.2', '10.8.0.2'], ports)).toEqual([]);
    expect(await open(tv, ['192.168.1.21'], [22, ...ports])).toEqual(['192.168.1.21:22']);
    expect(await open(laptop, ['192.168.1.2', '192.168.2.1', '10.8.0.2'], ports)).toEqual([]);
    // Nor is there more in the tunnel than what is asked for.
    await must(phone, 'ip route replace 192.168.0.0/16 via 10.8.0.2 dev tun0');
    expect(await open(phone, ['192.168.1.21', '192.168.2.100'], [21, 22, ...ports])).toEqual([]);
  },
  'H11 a backup runs on schedule, survives without the NAS, and a restore gives the same bytes': keepsBackups,
  'H13 a device on the modem network goes its own way': async ({ tv }) => {
    const lease = await must(tv, `${hearing}\n${joining}`);
    // Whichever answer came first: a Pi that lends addresses here, too, is in the way of every other device.
    expect(await must(tv, heard)).toBe('192.168.1.1.67\n');
    expect(lease).toContain('default via 192.168.1.1');
    expect(lease).toContain('dhcp-server-identifier 192.168.1.1');
    expect(await seenFrom(tv)).toBe('203.0.113.1');
    // The modem is its first hop, and the outside its second.
    expect((await tv.exec(`ping -c 1 -W 2 -t 1 ${OUTSIDE}`)).stdout).toMatch(
      /From 192\.168\.1\.1 .*exceeded/,
    );
    await must(tv, `ping -c 1 -W 2 -t 2 ${OUTSIDE}`);
  },
};

/** A DHCP client joins anew, and what it learned. */
const joining = `dhclient -r eth0; rm -f /var/lib/dhcp/*; dhclient -1 eth0 &&
ip -4 -o addr show dev eth0 && ip route && cat /etc/resolv.conf /var/lib/dhcp/dhclient.leases`;

/** Who answers those that ask for an address, until `heard` prints it. */
const hearing = `tcpdump -l -n -i eth0 'udp src port 67' > /root/answers 2> /root/hearing.log & echo $! > /root/hearing
for try in $(seq 100); do ! grep -q 'listening on' /root/hearing.log || break; sleep 0.1; done`;
// dnsmasq looks for three seconds whether an address is free before it offers it.
const heard = `sleep 4; kill "$(cat /root/hearing)"; awk '$2 == "IP" { print $3 }' /root/answers | sort -u`;

/** Which of them can be connected to, as ADDRESS:PORT; all are tried at once. */
async function open(
  where: Built['laptop'],
  addresses: readonly string[],
  wanted: readonly number[],
): Promise<string[]> {
  const found = await must(
    where,
    `for address in ${addresses.join(' ')}; do for port in ${wanted.join(' ')}; do
  { ! nc -z -w 3 $address $port || echo $address:$port; } 2>/dev/null &
done; done; wait`,
  );
  return found.split('\n').filter((line) => line !== '');
}
