import { rewriteYaml } from '../language/index.ts';
import { addressAt } from './init-network.ts';
import { freeRange, type Answers } from './init-questions.ts';

/** The bundled inventory with the addresses and names of another house, and its comments. */
export function inventoryFor(answers: Answers, source: string): string {
  const { modem, inside, serverRange } = answers;
  const tunnel = freeRange(['10.8.0.0/24', '10.9.0.0/24', '192.168.208.0/24'], [modem, inside, serverRange]);
  const addresses = new Map([
    ['192.168.1.0/24', modem],
    ['192.168.1.1', answers.gateway],
    ['192.168.1.2', answers.pi],
    ['192.168.1.21', answers.nas],
    ['192.168.2.0/24', inside],
    ...[1, 100, 200].map((place) => [`192.168.2.${place}`, addressAt(inside, place)] as const),
    ['10.8.0.0/24', tunnel],
    ['10.8.0.1', addressAt(tunnel, 1)],
    ['203.0.113.0/24', serverRange],
    ['203.0.113.1', answers.serverGateway],
    ['203.0.113.10', answers.server],
  ]);
  const clients = ['pi', ...answers.devices];
  const places = clients.map((name, index) => [name, addressAt(tunnel, index + 2)] as const);
  const services = Object.keys(answers.services).length > 0 ? answers.services : undefined;
  const values: readonly (readonly [string, unknown])[] = [
    ['networks.vpn.clients', clients],
    ['networks.vpn.addresses', Object.fromEntries(places)],
    ['hosts.pi.user', answers.piUser],
    ['hosts.nas.user', answers.nasUser],
    ['hosts.vpn.user', answers.serverUser],
    ['vars.vpn', answers.vpn],
    ['vars.owner_name', answers.owner],
    ['vars.owner_keys', answers.keys],
    ['vars.time_zone', answers.timeZone],
    ['groups.routers.vars.kill_switch', answers.killSwitch],
    ['groups.routers.vars.forwards', answers.forwards],
    ['groups.backed_up.vars.backup_method', answers.backup],
    ...(services ? [['groups.service_hosts.vars.services', services] as const] : []),
  ];
  return rewriteYaml(source, {
    text: (value) => addresses.get(value) ?? value,
    values: values.map(([path, value]) => ({ path: path.split('.'), value })),
  });
}
