import { readFile, writeFile } from 'node:fs/promises';
import { parseRange } from './address.ts';
import { hardwareAddress } from './names.ts';
import { must } from './process.ts';
import type { StationPlan, Topology, Wire } from './topology.ts';

/** Makes the namespaces, the bridges and the controller's wire. Hosts are wired by their supervisors, at every boot. */
export async function makeNetworks(topology: Topology): Promise<void> {
  const modem = modemNamespace(topology.prefix);
  const namespaces = [
    modem,
    topology.controller.namespace,
    ...topology.hosts.map(({ namespace }) => namespace),
  ];
  const lines = [
    // Here, as nobody else takes /etc/netns away meanwhile.
    `mkdir -p ${controllerFiles(topology)}`,
    ...namespaces.map((name) => `ip netns add ${name}`),
    ...namespaces.map((name) => `ip -n ${name} link set lo up`),
    ...bridgeLines(topology).map((line) => `ip -n ${modem} ${line}`),
    // Only in the modem's namespace: nobody else forwards unless a playbook says so.
    `ip netns exec ${modem} sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'`,
    // Where the machine has loaded br_netfilter, frames inside one network must still not meet the modem's rules.
    `ip netns exec ${modem} sh -c 'f=/proc/sys/net/bridge/bridge-nf-call-iptables; [ ! -e $f ] || echo 0 > $f'`,
    ...stationLines(topology.controller, topology.prefix),
  ];
  await must('wiring the networks', ['sh', '-e'], { input: lines.join('\n') });
}

/**
 * What the controller's namespace sees of /etc; `ip netns exec` puts it in place. No lookup may leave it: neither
 * through resolv.conf, nor through a service of the machine that /etc/nsswitch.conf names.
 */
export async function writeControllerFiles(topology: Topology): Promise<void> {
  const folder = controllerFiles(topology);
  await writeFile(`${folder}/hosts`, ['127.0.0.1 localhost', ...hostLines(topology), ''].join('\n'));
  await writeFile(`${folder}/resolv.conf`, resolver(topology.controller.gateway));
  const switches = await readFile('/etc/nsswitch.conf', 'utf8').catch(() => undefined);
  if (switches === undefined) return;
  await writeFile(`${folder}/nsswitch.conf`, switches.replace(/^hosts:.*$/m, 'hosts: files dns'));
}

function controllerFiles({ controller }: Topology): string {
  return `/etc/netns/${controller.namespace}`;
}

export function modemNamespace(prefix: string): string {
  return `${prefix}-modem`;
}

/** Lines of an /etc/hosts with the hosts' names, and with the names by which the inventory connects to them. */
export function hostLines(topology: Topology): readonly string[] {
  return topology.hosts.map(({ name, address, connectionAddress }) => {
    const names = [...new Set([name, connectionAddress])].filter((item) => item !== address);
    return `${address} ${names.join(' ')}`;
  });
}

/** A resolv.conf that asks the modem, which knows the hosts and answers at once that there is nothing else. */
export function resolver(address: string | undefined): string {
  return `nameserver ${address ?? '127.0.0.1'}\noptions timeout:1 attempts:1\n`;
}

/** Shell lines that make a veth pair from a bridge into a namespace, anew where it was there. */
export function wireLines(wire: Wire, namespace: string, prefix: string): readonly string[] {
  const modem = modemNamespace(prefix);
  return [
    `ip -n ${modem} link del ${wire.peer} 2>/dev/null || true`,
    `ip -n ${modem} link add ${wire.peer} type veth peer name ${wire.name} address ${wire.mac} netns ${namespace}`,
    `ip -n ${modem} link set ${wire.peer} master ${wire.bridge} up`,
  ];
}

/** Shell lines that wire a namespace and, where it has an address, configure it. */
export function stationLines(station: StationPlan, prefix: string): readonly string[] {
  const { namespace, wire, address, prefixLength, gateway } = station;
  return [
    ...wireLines(wire, namespace, prefix),
    `ip -n ${namespace} link set ${wire.name} up`,
    ...(address === undefined
      ? []
      : [`ip -n ${namespace} addr add ${address}/${prefixLength} dev ${wire.name}`]),
    ...(address === undefined || gateway === undefined
      ? []
      : [`ip -n ${namespace} route add default via ${gateway}`]),
  ];
}

function bridgeLines({ bridges, prefix }: Topology): readonly string[] {
  return bridges.flatMap(({ device, range, gateway, isModems }) => [
    // A bridge without an address of its own takes its ports', and changes it whenever a host reboots.
    `link add ${device} address ${hardwareAddress(prefix, device)} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
    ...(isModems ? [`addr add ${gateway}/${parseRange(range).prefixLength} dev ${device}`] : []),
    `link set ${device} up`,
  ]);
}
