import ipaddr from 'ipaddr.js';
import { addressAt, freeAddress, isIn, rangeOf, type Surroundings } from './init-network.ts';
import type { Terminal } from './terminal.ts';

/** What tells one house from another. */
export interface Answers {
  readonly modem: string;
  readonly gateway: string;
  readonly pi: string;
  readonly inside: string;
  readonly nas: string;
  readonly server: string;
  readonly serverRange: string;
  readonly serverGateway: string;
  readonly piUser: string;
  readonly nasUser: string;
  readonly serverUser: string;
  readonly owner: string;
  readonly keys: readonly string[];
  readonly timeZone: string;
  readonly forwards: readonly { readonly port: number; readonly to: string }[];
  readonly killSwitch: boolean;
  readonly vpn: string;
  /** What runs on the NAS for those on the VPN, by name, and on which port. */
  readonly services: Readonly<Record<string, number>>;
}

export interface Seen extends Surroundings {
  readonly user: string;
  readonly keys: readonly string[];
  readonly timeZone: string;
  /** Which services can be had; none where the bundled house has none. */
  readonly services: readonly string[];
}

/** Puts the questions, each with an answer that Enter takes. Without a terminal all of these are taken. */
export async function askForHouse(seen: Seen, terminal: Terminal | undefined): Promise<Answers> {
  const ask = asker(terminal);
  const modem = await ask("Addresses of the modem's network", seen.range, range);
  const gateway = await ask('Address of the modem', inside(modem, seen.gateway, 1), within(modem));
  const taken = new Set([...seen.taken, gateway]);
  const pi = await ask(
    'Address for the Raspberry Pi there',
    freeAddress(modem, 2, taken),
    within(modem, taken),
  );
  const used = new Set([...taken, pi]);
  const nas = await ask(
    'Address of the NAS',
    freeAddress(modem, placeOfNas(modem), used),
    within(modem, used, seen.taken),
  );
  const own = await ask(
    'Addresses for the network behind the Pi',
    ['192.168.2.0/24', '192.168.3.0/24'].find((one) => !overlap(one, modem)) ?? '10.20.0.0/24',
    (text) => range(text) ?? small(text) ?? (overlap(text, modem) ? `it overlaps ${modem}` : undefined),
  );
  const server = await ask('Address of the rented VPN server', '203.0.113.10', address);
  const serverRange = await ask(
    'Network that it stands in',
    rangeOf(`${server}/24`),
    (text) =>
      range(text) ??
      (isIn(server, text) ? undefined : `${server} is outside of it`) ??
      (overlap(text, modem) || overlap(text, own) ? 'it overlaps a network of the house' : undefined),
  );
  const serverGateway = await ask(
    'Gateway there',
    addressAt(serverRange, 1),
    within(serverRange, new Set([server])),
  );
  const piUser = await ask('Log in to the Pi as', 'pi', userName);
  const nasUser = await ask('Log in to the NAS as', 'admin', userName);
  const serverUser = await ask('Log in to the server as', 'admin', userName);
  const owner = await ask('Name of your own account on every host', seen.user, userName);
  const keys =
    seen.keys.length > 0 &&
    (
      await ask(
        `May your ${seen.keys.length === 1 ? 'key' : `${seen.keys.length} keys`} in ~/.ssh log in with it`,
        'yes',
        yesOrNo,
      )
    ).startsWith('y')
      ? seen.keys
      : [];
  const timeZone = await ask('Time zone', seen.timeZone, zone);
  const ports = await ask(
    'Ports of the NAS for those on the VPN (port:port on the NAS, or none)',
    '2121:21',
    portPairs,
  );
  const killSwitch = await ask(
    'With the tunnel down, shall devices behind the Pi stay without internet',
    'yes',
    yesOrNo,
  );
  const vpn = await ask(
    'Make the tunnel of openvpn, or of wireguard, which is faster',
    'openvpn',
    tunnelKind,
  );
  const wanted =
    seen.services.length === 0
      ? 'none'
      : await ask(
          `Services on the NAS for those on the VPN (${seen.services.join(', ')}, or none)`,
          'none',
          namesOf(seen.services),
        );
  const forwards = pairsOf(ports).map(([port, to]) => ({ port, to: `nas:${to}` }));
  const services = withPorts(wanted, [
    ...forwards.map(({ port }) => port),
    ...pairsOf(ports).map(([, to]) => to),
  ]);
  return {
    ...{ modem, gateway, pi, nas, inside: own, server, serverRange, serverGateway },
    ...{ piUser, nasUser, serverUser, owner, keys, timeZone, services, vpn },
    forwards: [...forwards, ...Object.values(services).map((port) => ({ port, to: `nas:${port}` }))],
    killSwitch: killSwitch.startsWith('y'),
  };
}

/** Says what is wrong with an answer. */
type Check = (text: string) => string | undefined;

function asker(
  terminal: Terminal | undefined,
): (question: string, usual: string, check: Check) => Promise<string> {
  return async (question, usual, check) => {
    if (!terminal) return usual;
    for (;;) {
      const answer = (await terminal.ask(`${question} [${usual}]: `)).trim() || usual;
      const wrong = check(answer);
      if (wrong === undefined) return answer;
      terminal.error(`  ${wrong}\n`);
    }
  };
}

const range: Check = (text) => {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return 'write it like 192.168.1.0/24';
  const whole = rangeOf(text);
  return whole === text ? undefined : `it begins earlier: write ${whole}`;
};
const address: Check = (text) =>
  ipaddr.IPv4.isValidFourPartDecimal(text) ? undefined : 'write it like 192.168.1.2';
const userName: Check = (text) =>
  /^[a-z_][a-z0-9_-]{0,31}$/.test(text) ? undefined : 'a name has small letters, digits, `_` and `-`';
const yesOrNo: Check = (text) => (/^(?:y|yes|n|no)$/.test(text) ? undefined : 'answer yes or no');
const tunnelKind: Check = (text) =>
  /^(?:openvpn|wireguard)$/.test(text) ? undefined : 'answer openvpn or wireguard';
const small: Check = (text) =>
  Number(text.split('/')[1]) <= 24 ? undefined : 'it needs room for 200 devices: /24 or larger';

function zone(text: string): string | undefined {
  try {
    Intl.DateTimeFormat('en', { timeZone: text });
    return undefined;
  } catch {
    return 'write it like Europe/Berlin';
  }
}

function within(
  network: string,
  taken: ReadonlySet<string> = new Set(),
  fine: ReadonlySet<string> = new Set(),
): Check {
  return (text) => {
    const wrong = address(text);
    if (wrong !== undefined) return wrong;
    if (!isIn(text, network)) return `it is outside of ${network}`;
    const last = ipaddr.IPv4.broadcastAddressFromCIDR(network).toString();
    if (text === addressAt(network, 0) || text === last) return 'no host can have the first or last address';
    return taken.has(text) && !fine.has(text) ? 'somebody has it already' : undefined;
  };
}

function portPairs(text: string): string | undefined {
  if (text === 'none') return undefined;
  const pairs = pairsOf(text);
  const bad = pairs.length === 0 || pairs.flat().some((port) => !(port >= 1 && port <= 65535));
  if (bad) return 'write pairs of ports, such as 2121:21 8080:80, or none';
  return new Set(pairs.map(([port]) => port)).size < pairs.length ? 'one port leads to one place' : undefined;
}

function pairsOf(text: string): (readonly [number, number])[] {
  if (text === 'none') return [];
  return text.split(/[\s,]+/).map((pair) => {
    const [port, to = port] = pair.split(':');
    return [Number(port), Number(to)] as const;
  });
}

function namesOf(known: readonly string[]): Check {
  return (text) => {
    const strange = text === 'none' ? undefined : wordsOf(text).find((name) => !known.includes(name));
    return strange === undefined ? undefined : `there is no service ${strange}`;
  };
}

const PORTS: Readonly<Record<string, number>> = { blog: 8080, jupyter: 8888 };

/** Each gets the usual port, or the next one that nothing else has. */
function withPorts(wanted: string, taken: readonly number[]): Record<string, number> {
  const services: Record<string, number> = {};
  for (const name of wanted === 'none' ? [] : wordsOf(wanted)) {
    let port = PORTS[name] ?? 8000;
    while ([...taken, ...Object.values(services)].includes(port)) port++;
    services[name] ??= port;
  }
  return services;
}

function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

function inside(network: string, wished: string, place: number): string {
  return isIn(wished, network) ? wished : addressAt(network, place);
}

/** The bundled house has it at .21; a smaller network has no such place. */
function placeOfNas(network: string): number {
  return Number(network.split('/')[1]) <= 27 ? 21 : 3;
}

function overlap(left: string, right: string): boolean {
  const [one, other] = [ipaddr.IPv4.parseCIDR(left), ipaddr.IPv4.parseCIDR(right)];
  return one[0].match([other[0], Math.min(one[1], other[1])]);
}
