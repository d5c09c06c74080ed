import { expect } from 'vitest';
import type { Station } from '../../src/rehearsal/index.ts';
import { must, OUTSIDE, seenFrom, SERVER, soon, type Built } from './devices.ts';
import { homerun, named } from './house.ts';

const OUTSIDE_6 = '2001:db8:3::20';

/** The services that make the two ends of the tunnel. */
const ends = {
  openvpn: { client: 'openvpn-client@home', server: 'openvpn-server@home' },
  wireguard: { client: 'wg-quick@tun0', server: 'wg-quick@tun0' },
};

/** H3: takes the tunnel down and up in every way while the laptop talks, and listens. */
export async function staysShut(built: Built): Promise<void> {
  const { house, laptop, tv, vpn } = built;
  const { client, server } = ends[vpn];
  await bringIpv6(built);
  const leaks = await leaksDuring(built, async (ear) => {
    // What is silent because nobody listens would prove nothing.
    await must(tv, `ping -c 1 -W 2 ${OUTSIDE}`);
    await must(house, `ping -6 -c 1 -W 2 ${OUTSIDE_6}`, 'pi');
    expect(await ear.heard()).toMatch(new RegExp(`${OUTSIDE}[^]*${OUTSIDE_6}`));
    await ear.forget();
    const through = async (): Promise<void> => expect(await seenFrom(laptop)).toBe(SERVER);
    await soon(through);
    await must(house, `systemctl stop ${client}`, 'pi');
    expect(await seenFrom(laptop)).toBe('nobody');
    await must(house, `systemctl start ${client}`, 'pi');
    await soon(through);
    await must(house, `systemctl kill --signal=KILL ${client}; systemctl restart ${client}`, 'pi');
    await soon(through);
    await must(house, `systemctl stop ${server}`, 'vpn');
    expect(await seenFrom(laptop)).toBe('nobody');
    await must(house, `systemctl start ${server}`, 'vpn');
    await soon(through);
  });
  refuseLeaks(leaks);
}

/** H3: who turns the kill switch off has the internet beside the tunnel, until it is turned on again. */
export async function canBeOpened({ house, laptop, inventory, vpn }: Built): Promise<void> {
  const route = async (...words: string[]): Promise<void> => {
    const ran = await homerun(house, ['run', 'playbooks/router.yaml', '--limit', 'pi', ...words], {
      inventory,
    });
    expect([named(ran, 'failed'), ran.code]).toEqual([[], 0]);
  };
  await route('-e', '{"kill_switch": false}');
  await must(house, `systemctl stop ${ends[vpn].client}`, 'pi');
  expect(await seenFrom(laptop)).toBe('203.0.113.1');
  await must(house, `systemctl start ${ends[vpn].client}`, 'pi');
  await route();
}

/** Fails with the first packets that were heard. */
export function refuseLeaks(heard: string): void {
  if (heard !== '') throw new Error(`heard beside the tunnel:\n${heard.split('\n').slice(0, 5).join('\n')}`);
}

/** Everything from the laptop to the internet that passes the modem outside of the tunnel while `change` goes on. */
export async function leaksDuring(
  { house, laptop }: Built,
  change: (ear: Ear) => Promise<void>,
): Promise<string> {
  const ear = await listen(await house.modem());
  try {
    await must(laptop, TALK);
    await change(ear);
    return await ear.heard();
  } finally {
    await laptop.exec('for talk in $(cat /root/talks); do kill -- -"$talk"; done; rm /root/talks');
    await ear.stop();
  }
}

/** Questions of every kind that never end, among them connections that were there before the tunnel went down. */
const TALK = `talk() { setsid sh -c "while :; do $1; sleep 0.2; done" >/dev/null 2>&1 & echo $! >> /root/talks; }
talk 'ping -i 0.2 ${OUTSIDE}'
talk 'ping -6 -i 0.2 ${OUTSIDE_6}'
talk '(while sleep 0.2; do echo word; done) | nc -u -p 4000 ${OUTSIDE} 4000'
talk 'curl -sN http://${OUTSIDE}/cgi-bin/drip'
talk 'curl -s -m 1 http://${OUTSIDE}/cgi-bin/who'
talk 'curl -s -m 1 http://[${OUTSIDE_6}]/cgi-bin/who'`;

interface Ear {
  heard(): Promise<string>;
  forget(): Promise<void>;
  stop(): Promise<void>;
}

/** At the modem's end of the modem's network, so what the modem would not pass on counts, too. */
async function listen(modem: Station): Promise<Ear> {
  const filter = [
    `host ${OUTSIDE}`,
    `host ${OUTSIDE_6}`,
    '(src net 192.168.2.0/24 and not dst net 192.168.1.0/24)',
    'net 2001:db8:2::/64',
  ].join(' or ');
  await must(
    modem,
    `device=$(ip -4 -o addr show to 192.168.1.1 | awk '{ print $2 }')
: > /root/heard
tcpdump -l -n -i "$device" '${filter}' >> /root/heard 2> /root/ear.log & echo $! > /root/ear
for try in $(seq 100); do ! grep -q 'listening on' /root/ear.log || exit 0; sleep 0.1; done
cat /root/ear.log >&2; exit 1`,
  );
  return {
    heard: async () => must(modem, 'sleep 0.5; cat /root/heard'),
    forget: async () => void (await must(modem, ': > /root/heard')),
    stop: async () => void (await modem.exec('kill "$(cat /root/ear)"')),
  };
}

/** A way to the outside for IPv6 as some homes have it, with a Pi that passes it on unless its rules forbid that. */
async function bringIpv6({ house, laptop, outside }: Built): Promise<void> {
  const modem = await house.modem();
  const at = (address: string): string => `$(ip -4 -o addr show to ${address} | awk '{ print $2 }')`;
  await must(
    modem,
    `ip -6 addr replace 2001:db8:1::1/64 dev "${at('192.168.1.1')}" nodad
ip -6 addr replace 2001:db8:3::1/64 dev "${at('203.0.113.1')}" nodad
ip -6 route replace 2001:db8:2::/64 via 2001:db8:1::2`,
  );
  await must(
    outside,
    `ip -6 addr replace ${OUTSIDE_6}/64 dev eth0 nodad && ip -6 route replace default via 2001:db8:3::1`,
  );
  await must(
    house,
    `sysctl -q net.ipv6.conf.all.forwarding=1
ip -6 addr replace 2001:db8:1::2/64 dev eth0 nodad && ip -6 addr replace 2001:db8:2::1/64 dev eth1 nodad &&
ip -6 route replace default via 2001:db8:1::1`,
    'pi',
  );
  await must(
    laptop,
    'ip -6 addr replace 2001:db8:2::100/64 dev eth0 nodad && ip -6 route replace default via 2001:db8:2::1',
  );
}
