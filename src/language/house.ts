import type { Host, Inventory } from '../model/inventory.ts';
import { calendarMistake } from '../model/calendar.ts';
import type { Span } from '../model/source.ts';
import { isMap, type ValueMap } from '../model/value.ts';
import { checkForwards } from './forwards.ts';
import { checkServices } from './house-services.ts';
import { checkSettings, isHouse } from './house-settings.ts';
import { checkWiring, routersOf } from './house-wiring.ts';
import { checkMemberAddresses } from './members.ts';
import { isIpv4 } from './leaves.ts';
import type { Mistakes } from './mistakes.ts';
import { checkNetworkSettings, mapsOf } from './network-settings.ts';
import { keySpan, valueSpan } from './origin.ts';
import { checkStatic } from './ranges.ts';

/** What is right in itself and cannot work together: in the wiring, the forwarded ports and the backups of a house. */
export function checkHouse(inventory: Inventory, groups: ValueMap, mistakes: Mistakes): void {
  checkStatic(inventory.networks, inventory.hosts, mistakes);
  checkMemberAddresses(inventory.networks, inventory.hosts, mistakes);
  for (const host of inventory.hosts) {
    checkForwards(host, inventory, mistakes);
    checkSchedule(host, mistakes);
  }
  checkKeeper(inventory, groups, mistakes);
}

/** The same for the bundled playbooks alone, which give names a meaning; something right stands in for what is wrong. */
export function checkBundled(
  inventory: Inventory,
  { groups, hosts }: { readonly groups: ValueMap; readonly hosts: ValueMap },
  mistakes: Mistakes,
): Inventory {
  if (!isHouse(inventory)) return inventory;
  for (const host of inventory.hosts) {
    if (!host.groups.includes('service_hosts')) continue;
    const { forwards } = host.variables;
    const ports = mapsOf(forwards)
      .filter(({ protocol }) => protocol !== 'udp')
      .map((forward) => [Number(forward['port']), valueSpan(forward, 'port')] as const);
    checkServices(host, new Map(host.groups.includes('routers') ? ports : []), mistakes);
  }
  const routed = routersOf(inventory).length > 0;
  const networks = inventory.networks.map((network) => checkNetworkSettings(network, routed, mistakes));
  return checkWiring(checkSettings({ ...inventory, networks }, hosts, mistakes), groups, mistakes);
}

/** One machine under two names would be changed from two sides at once; behind different jump hosts it is another. */
export function checkReached(hosts: readonly Host[], mistakes: Mistakes): void {
  const taken = new Map<string, Host>();
  for (const host of hosts) {
    const { transport, address, port = 22, jump = '' } = host.connection;
    if (transport !== 'ssh' || !/^[\d.]+$/.test(address)) continue;
    if (!isIpv4(address)) {
      mistakes.add({
        code: 'bad-address',
        message: `\`${address}\` is no address`,
        ...at(host.span),
        hint: `write the \`address\` of \`${host.name}\` like 192.168.1.2, or a name`,
      });
      continue;
    }
    const key = `${address} ${port} ${jump}`;
    const first = taken.get(key);
    if (!first) taken.set(key, host);
    else
      mistakes.add({
        code: 'duplicate-address',
        message: `\`${host.name}\` has the address of \`${first.name}\`, ${address}`,
        ...at(host.span),
        ...(first.span && { related: [{ span: first.span, message: `\`${first.name}\` is here` }] }),
        hint: 'give one of them its own `address`, or another `port` where both are behind one router',
      });
  }
}

/** The bundled playbooks give it to a timer of systemd. */
function checkSchedule({ variables }: Host, mistakes: Mistakes): void {
  const schedule = variables['backup_schedule'];
  if (typeof schedule !== 'string' || schedule.includes('{{')) return;
  const problem = calendarMistake(schedule);
  if (problem === undefined) return;
  const span = valueSpan(variables, 'backup_schedule');
  mistakes.add({
    code: 'bad-calendar',
    message: `systemd cannot read \`${schedule}\` as a time: ${problem}`,
    ...at(span),
    hint: "write it like '*-*-* 02:30', 'Mon 04:00' or daily; `systemd-analyze calendar` tells when it comes",
  });
}

/** Whoever backs up needs somebody who keeps it. */
function checkKeeper({ groups: members }: Inventory, groups: ValueMap, mistakes: Mistakes): void {
  const kept = members.get('backed_up') ?? [];
  if (kept.length === 0 || (members.get('storage') ?? []).length > 0) return;
  const written = groups['storage'];
  const span = isMap(written) ? keySpan(groups, 'storage') : keySpan(groups, 'backed_up');
  mistakes.add({
    code: 'unknown-host',
    message: `${kept.map((name) => `\`${name}\``).join(', ')} should be backed up, and no host is there to keep it`,
    ...at(span),
    hint: 'put the host that keeps the backups under `hosts:` of the group `storage`',
  });
}

function at(span: Span | undefined): { readonly span?: Span } {
  return span ? { span } : {};
}
