import type { Rehearsal, Station } from '../../src/rehearsal/index.ts';
import { must, OUTSIDE } from './devices.ts';

/** `networks.vpn.dns`, which the outside plays. */
const RESOLVERS = ['9.9.9.9', '149.112.112.112'];

/** The name servers of the internet, which know one domain. */
export async function bringNames(house: Rehearsal, outside: Station): Promise<void> {
  const modem = await house.modem();
  for (const address of RESOLVERS) {
    await must(modem, `ip route replace ${address} via ${OUTSIDE}`);
    await must(outside, `ip addr replace ${address}/32 dev lo`);
  }
  await must(
    outside,
    `dnsmasq --conf-file=/dev/null --user=root --no-resolv --no-hosts --bind-interfaces \\
--listen-address=${RESOLVERS.join(',')} --address=/sought.example/192.0.2.7`,
  );
}

/** Whether the laptop finds a name of the internet. */
export async function finds(laptop: Station, name: string): Promise<boolean> {
  const { stdout } = await laptop.exec(`timeout 5 busybox nslookup ${name}.sought.example 192.168.2.1`);
  return stdout.includes('192.0.2.7');
}

/** What the modem hears of the laptop's pings and of the names it looks for, which go on all the while. */
export async function leaks(
  house: Rehearsal,
  laptop: Station,
  meanwhile: () => Promise<unknown>,
): Promise<string> {
  const modem = await house.modem();
  await must(
    modem,
    `tcpdump -l -n -i br0-modem 'src net 192.168.2.0/24 or port 53' >/root/astray 2>/root/said & echo $! >/root/ear
until grep -q listening /root/said; do sleep 0.1; done`,
  );
  await must(
    laptop,
    `for command in 'ping -n -i 0.05 ${OUTSIDE}' \\
  'while :; do timeout 1 busybox nslookup any.sought.example 192.168.2.1; sleep 0.2; done'; do
  setsid sh -c "$command" >/dev/null 2>&1 & echo "-$!"
done >/root/trying`,
  );
  try {
    await meanwhile();
  } finally {
    await laptop.exec('kill -- $(cat /root/trying)');
  }
  const heard = await must(modem, 'sleep 1; kill "$(cat /root/ear)"; cat /root/astray');
  return heard
    .split('\n')
    .filter((line) => /192\.168\.2\.|sought/.test(line))
    .slice(0, 5)
    .join('\n');
}

/** As if the power had gone while the rules were written, on a card that does not keep its word. */
export async function damageRules(house: Rehearsal): Promise<void> {
  await must(
    house,
    `cd /etc/iptables && head -c 200 rules.v4 >/root/part && cp /root/part rules.v4 && ! iptables-restore --test <rules.v4`,
    'pi',
  );
}
