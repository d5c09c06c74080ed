import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Ask } from './init-asker.ts';
import * as check from './init-checks.ts';
import { addressAt, freeAddress, isIn, rangeOf, type Surroundings } from './init-network.ts';

/** What tells one house from another. */
export interface Answers extends Networks {
  readonly piUser: string;
  readonly nasUser: string;
  readonly serverUser: string;
  readonly owner: string;
  readonly keys: readonly string[];
  readonly timeZone: string;
  readonly vpn: string;
  /** Phones and laptops that may join the tunnel. */
  readonly devices: readonly string[];
  readonly killSwitch: boolean;
  readonly forwards: readonly { readonly port: number; readonly to: string }[];
  /** What runs on the NAS for those on the VPN, as the inventory says it. */
  readonly services: Readonly<Record<string, unknown>>;
  readonly backup: string;
}

interface Networks {
  readonly modem: string;
  readonly gateway: string;
  readonly pi: string;
  readonly nas: string;
  readonly inside: string;
  readonly server: string;
  readonly serverRange: string;
  readonly serverGateway: string;
}

export interface Seen extends Surroundings {
  readonly user: string;
  readonly keys: readonly string[];
  readonly timeZone: string;
  readonly workingDirectory: string;
  /** Jupyter and VS Code let nobody in without one. */
  readonly passwords: boolean;
}

/** Puts the questions, in groups with a title each. */
export async function askForHouse(seen: Seen, ask: Ask, title: (text: string) => void): Promise<Answers> {
  title('Your network');
  const networks = await askForNetworks(seen, ask, title);
  title('Logging in');
  const piUser = await ask('pi_user', 'Log in to the Pi as', 'pi', check.userName);
  const nasUser = await ask('nas_user', 'Log in to the NAS as', 'admin', check.userName);
  const serverUser = await ask('server_user', 'Log in to the server as', 'admin', check.userName);
  const owner = await ask('owner', 'Name of your own account on every host', seen.user, check.userName);
  const keys = await askForKeys(seen, ask);
  const timeZone = await ask('time_zone', 'Time zone', seen.timeZone, check.timeZone);
  title('The tunnel');
  const vpn = await ask(
    'vpn',
    'Make it of openvpn, or of wireguard, which is faster',
    'openvpn',
    check.oneOf('openvpn', 'wireguard'),
  );
  const hosts = ['pi', 'nas', 'vpn', 'ca', 'server'];
  const devices = await ask(
    'devices',
    'Phones and laptops that may join it, or none',
    'phone',
    check.deviceNames(hosts),
  );
  const killSwitch = await ask(
    'kill_switch',
    'While it is down, shall devices behind the Pi stay without internet',
    'yes',
    check.yesOrNo,
  );
  const ports = await ask(
    'ports',
    'Ports of the NAS for those in it (port:port on the NAS, or none)',
    '2121:21',
    check.portPairs,
  );
  title('The NAS');
  const forwards = check.pairsOf(ports).map(([port, to]) => ({ port, to: `nas:${to}` }));
  const { services, served } = await askForServices(seen, ask, check.pairsOf(ports).flat());
  const backup = await ask(
    'backup',
    'Backups to it by restic (encrypted), or by rsync (plain folders)',
    'restic',
    check.oneOf('restic', 'rsync'),
  );
  return {
    ...networks,
    ...{ piUser, nasUser, serverUser, owner, keys, timeZone, vpn, services, backup },
    devices: check.listOf(devices),
    killSwitch: killSwitch.startsWith('y'),
    forwards: [...forwards, ...served.map((port) => ({ port, to: `nas:${port}` }))],
  };
}

/** Those of ~/.ssh, or one that is pasted. */
async function askForKeys({ keys }: Seen, ask: Ask): Promise<readonly string[]> {
  const question =
    keys.length === 0
      ? 'Public key that may log in with it (ssh-ed25519 …), or none'
      : `May your ${keys.length === 1 ? 'key' : `${keys.length} keys`} in ~/.ssh log in with it`;
  const answer = await ask(
    'owner_keys',
    question,
    keys.length === 0 ? 'none' : 'yes',
    keys.length === 0 ? check.publicKeys : check.yesOrKeys,
  );
  const pasted = check.keysIn(answer);
  return pasted.length > 0 ? pasted : answer.startsWith('y') ? keys : [];
}

async function askForNetworks(seen: Seen, ask: Ask, title: (text: string) => void): Promise<Networks> {
  const modem = await ask('modem', "Addresses of the modem's network", seen.range, check.range);
  const wished = isIn(seen.gateway, modem) ? seen.gateway : addressAt(modem, 1);
  const gateway = await ask('gateway', 'Address of the modem', wished, check.within(modem));
  const own = new Set([...seen.own, gateway]);
  const taken = new Set([...seen.taken, gateway]);
  const found = seen.pi !== undefined && isIn(seen.pi, modem) ? seen.pi : undefined;
  const pi = await ask(
    'pi',
    `Address of the Raspberry Pi there${found === undefined ? '' : ' (one was seen)'}`,
    found ?? freeAddress(modem, 2, taken),
    check.within(modem, own),
  );
  const nas = await ask(
    'nas',
    'Address of the NAS',
    // The bundled house has it at .21; a smaller network has no such place.
    freeAddress(modem, Number(modem.split('/')[1]) <= 27 ? 21 : 3, new Set([...taken, pi])),
    check.within(modem, new Set([...own, pi])),
  );
  const inside = await ask(
    'inside',
    'Addresses for the network behind the Pi',
    freeRange(['192.168.2.0/24', '192.168.3.0/24', '10.20.0.0/24'], [modem]),
    check.all(check.range, check.roomy, check.apart(modem)),
  );
  title('The rented server');
  const server = await ask('server', 'Its address', '203.0.113.10', check.address);
  const serverRange = await ask(
    'server_network',
    'Network that it stands in',
    rangeOf(`${server}/24`),
    check.all(
      check.range,
      (text) => (isIn(server, text) ? undefined : `${server} is outside of it`),
      check.apart(modem, inside),
    ),
  );
  const serverGateway = await ask(
    'server_gateway',
    'Gateway there',
    addressAt(serverRange, addressAt(serverRange, 1) === server ? 2 : 1),
    check.within(serverRange, new Set([server])),
  );
  return { modem, gateway, pi, nas, inside, server, serverRange, serverGateway };
}

/** Each gets the usual port, or the next one that nothing else has. */
async function askForServices(
  seen: Seen,
  ask: Ask,
  taken: readonly number[],
): Promise<{ services: Answers['services']; served: readonly number[] }> {
  const known = seen.passwords ? ['blog', 'jupyter', 'vscode'] : ['blog'];
  const wanted = check.listOf(
    await ask(
      'services',
      `Services on it for those in the tunnel (${known.join(', ')}, or none)`,
      'none',
      check.namesOf(known),
    ),
  );
  const served: number[] = [];
  const port = (usual: number): number => {
    const free = Array.from({ length: 100 }, (_, more) => usual + more).find(
      (one) => !taken.includes(one) && !served.includes(one),
    );
    served.push(free ?? usual);
    return free ?? usual;
  };
  const services: Record<string, unknown> = {};
  if (wanted.includes('blog')) services['blog'] = { port: port(8080), folder: 'blog' };
  if (wanted.includes('jupyter'))
    services['jupyter'] = { port: port(8888), password: '{{ jupyter_password }}' };
  if (wanted.includes('vscode'))
    services['vscode'] = { port: port(8443), ...(await askForArchive(seen.workingDirectory, ask)) };
  const screen = await ask(
    'screen',
    'Command to keep in a screen session there (NAME: COMMAND, or none)',
    'none',
    check.namedCommand,
  );
  const [, name, command] = /^([^:]+): *(.+)$/.exec(screen) ?? [];
  if (name !== undefined && command !== undefined) services['screens'] = [{ name, command }];
  return { services, served };
}

/** What nobody has looked at is not installed. */
async function askForArchive(workingDirectory: string, ask: Ask): Promise<object> {
  const from = await ask(
    'vscode_archive',
    'Release archive of code-server: its address, or a file of this machine',
    undefined,
    (text) => check.archive(/^https?:/.test(text) ? text : resolve(workingDirectory, text)),
  );
  const file = resolve(workingDirectory, from);
  const known = existsSync(file)
    ? `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`
    : undefined;
  const checksum = await ask('vscode_checksum', 'Its checksum', known, check.sha256);
  const place = known === undefined ? { url: from } : { archive: file };
  return { ...place, checksum, password: '{{ vscode_password }}' };
}

/** The first of some networks that is apart from others. */
export function freeRange(wishes: readonly string[], others: readonly string[]): string {
  const free = wishes.find((wish) => check.apart(...others)(wish) === undefined);
  return free ?? '172.31.200.0/24';
}
