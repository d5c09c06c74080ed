import { rm } from 'node:fs/promises';
import { parseRange } from './address.ts';
import { RehearsalError } from './error.ts';
import { hardwareAddress, plainName } from './names.ts';
import { hostLines, stationLines } from './network.ts';
import { must } from './process.ts';
import { paths, type State } from './state.ts';
import { startStation, type Station } from './station.ts';

export interface ClientOptions {
  /** A static address, with the network's gateway as default route; without it the interface `eth0` is up and bare. */
  readonly address?: string;
}

/** A device on a network: laptop, phone, somebody's server. */
export interface Client extends Station {
  readonly name: string;
  /** Takes it off the network. */
  down(): Promise<void>;
}

export async function startClient(
  name: string,
  network: string,
  { address }: ClientOptions,
  { topology, directory, image }: State,
): Promise<Client> {
  const { prefix } = topology;
  const bridge = topology.bridges.find((candidate) => candidate.network === network);
  if (!bridge) throw new RehearsalError(`no host is on a network ${network}, so ${name} cannot join it`);
  const namespace = `${prefix}-client-${plainName(name)}`;
  const mac = hardwareAddress(`client ${name}`, 'eth0');
  const wire = { name: 'eth0', peer: `c${mac.replaceAll(':', '').slice(2)}`, bridge: bridge.device, mac };
  const gateway = bridge.gateway !== undefined && { gateway: bridge.gateway };
  const plan = { namespace, wire, prefixLength: parseRange(bridge.range).prefixLength, ...gateway };
  const lines = [
    `ip netns add ${namespace}`,
    `ip -n ${namespace} link set lo up`,
    ...stationLines(address === undefined ? plan : { ...plan, address }, prefix),
  ];
  await must(`wiring ${name}`, ['sh', '-e'], { input: lines.join('\n') });
  const folder = paths.machine(directory, namespace);
  const nameserver = address !== undefined && bridge.gateway !== undefined && { nameserver: bridge.gateway };
  const hosts = hostLines(topology);
  const station = await startStation({ name, namespace, folder, image, prefix, hosts, ...nameserver });
  return {
    ...station,
    name,
    down: async () => {
      await station.stop();
      await must(`unplugging ${name}`, ['ip', 'netns', 'del', namespace]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
