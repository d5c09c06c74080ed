import { z } from 'zod';
import { calendarMistake } from '../model/calendar.ts';
import type { Host, Inventory } from '../model/inventory.ts';
import { isMap, typeName, type Value, type ValueMap } from '../model/value.ts';
import { checkForwards } from './forwards.ts';
import { services } from './house-services.ts';
import { ipv4, isTemplate, leaf, oneOf, switched, wholePath } from './leaves.ts';
import { mergeMaps } from './merge.ts';
import { Mistakes } from './mistakes.ts';
import { checkMisspelt } from './misspelt.ts';
import { isInterfaceName, isRight } from './network-settings.ts';
import { keySpan, placeOf } from './origin.ts';

interface Setting {
  /** Only hosts of these groups are asked for it; none: all. */
  readonly groups: readonly string[];
  readonly schema: z.ZodType;
  /** Stands in for what is wrong, so that playbooks that read it have nothing to complain about. */
  readonly instead: Value;
}

const GROUPS = ['routers', 'vpn_servers', 'storage', 'backed_up', 'service_hosts'];
const PATHS = z.array(wholePath);
const TIME =
  "time of systemd: write it like '*-*-* 02:30', 'Mon 04:00' or daily; `systemd-analyze calendar` tells when it comes";

const interfaceName = leaf(isInterfaceName, 'name of an interface such as eth0');

/** The variables that the bundled playbooks read. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  vpn: {
    groups: ['routers', 'vpn_servers'],
    schema: oneOf('openvpn', 'wireguard'),
    instead: 'openvpn',
  },
  house_domain: {
    groups: [],
    schema: leaf(
      (value) => typeof value === 'string' && /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?)+$/i.test(value),
      'domain such as home.arpa',
    ),
    instead: 'home.arpa',
  },
  time_zone: { groups: [], schema: leaf(isTimeZone, 'time zone such as Europe/Berlin'), instead: 'Etc/UTC' },
  owner_name: {
    groups: [],
    schema: leaf(
      (value) => typeof value === 'string' && /^[a-z_][a-z0-9_-]{0,31}$/.test(value) && value !== 'root',
      'name for an account of yours: small letters, digits, `_` and `-`, and not root',
    ),
    instead: 'owner',
  },
  owner_keys: {
    groups: [],
    schema: z.array(
      leaf(
        (value) =>
          typeof value === 'string' &&
          /(?:^| )(?:ssh|ecdsa|sk)-\S+ AAAA[\w+/]{20,}=*(?: .*)?\s*$/.test(value),
        'public key: paste the line of a file such as ~/.ssh/id_ed25519.pub',
      ),
    ),
    instead: [],
  },
  netplan_alone: { groups: [], schema: switched, instead: false },
  kill_switch: { groups: ['routers'], schema: switched, instead: true },
  outside_interface: { groups: ['routers', 'vpn_servers'], schema: interfaceName, instead: 'eth0' },
  inside_interface: { groups: ['routers'], schema: interfaceName, instead: 'eth1' },
  forwards: { groups: ['routers'], schema: z.array(z.unknown()), instead: [] },
  backup_folder: {
    groups: ['storage'],
    schema: leaf(
      (value) => typeof value === 'string' && /^\/[^\n\0]*[^/\n\0]/.test(value),
      'folder for backups: write it from the root on, such as /srv/backup',
    ),
    instead: '/srv/backup',
  },
  backup_mount: { groups: ['storage'], schema: wholePath, instead: '/srv' },
  backup_schedule: {
    groups: ['backed_up'],
    schema: leaf((value) => typeof value === 'string', TIME),
    instead: 'daily',
  },
  backup_method: { groups: ['backed_up'], schema: oneOf('restic', 'rsync'), instead: 'restic' },
  backup_paths: {
    groups: ['backed_up'],
    schema: PATHS.min(1, 'something, not empty: what shall be kept, such as [/etc, /home]'),
    instead: ['/etc'],
  },
  backup_optional_paths: { groups: ['backed_up'], schema: PATHS, instead: [] },
  backup_exclude: { groups: ['backed_up'], schema: z.union([z.array(z.string()), z.string()]), instead: [] },
  backup_retention: {
    groups: ['backed_up'],
    schema: z.strictObject({
      daily: z.int().min(0).optional(),
      weekly: z.int().min(0).optional(),
      monthly: z.int().min(0).optional(),
    }),
    instead: {},
  },
  house_names: {
    groups: ['routers'],
    schema: z.record(z.string().regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i, 'a name such as printer'), ipv4),
    instead: {},
  },
  services: { groups: ['service_hosts'], schema: services, instead: {} },
};

const NAMES = Object.keys(SETTINGS);

/** Whether these are hosts for the bundled playbooks; in other houses the names may mean anything. */
export function isHouse({ groups }: Inventory): boolean {
  return GROUPS.filter((group) => groups.has(group)).length >= 2;
}

/**
 * Checks the variables that the bundled playbooks read. What is wrong is reported, and something right stands in for it:
 * else every playbook that reads it would be wrong, too, in places that its author has never seen.
 */
export function checkSettings(inventory: Inventory, hosts: ValueMap, mistakes: Mistakes): Inventory {
  for (const host of inventory.hosts) checkOwn(host, hosts[host.name], mistakes);
  return { ...inventory, hosts: inventory.hosts.map((host) => healed(host, inventory, mistakes)) };
}

/** A setting that stands at a host of which nobody asks it. */
function checkOwn({ name, groups }: Host, written: Value | undefined, mistakes: Mistakes): void {
  const own = isMap(written) ? written['vars'] : undefined;
  if (!isMap(own)) return;
  for (const key of Object.keys(own)) {
    const among = Object.hasOwn(SETTINGS, key) ? (SETTINGS[key]?.groups ?? []) : [];
    if (among.length === 0 || among.some((group) => groups.includes(group))) continue;
    const span = keySpan(own, key);
    mistakes.add({
      code: 'not-supported',
      message: `\`${key}\` does nothing at \`${name}\`, which is not in the group \`${among.join('` or `')}\``,
      ...(span && { span }),
      hint: `put \`${name}\` under \`hosts:\` of that group, or take this away`,
    });
  }
}

function healed(host: Host, inventory: Inventory, mistakes: Mistakes): Host {
  const { variables, groups } = host;
  const asked = NAMES.filter((name) => {
    const among = SETTINGS[name]?.groups ?? [];
    return among.length === 0 || among.some((group) => groups.includes(group));
  });
  const meant = checkMisspelt(variables, asked, 'the house', mistakes, (name, value) => {
    const usual = SETTINGS[name]?.instead;
    return value === null || typeName(value) === typeName(usual);
  });
  const instead: Record<string, Value> = {};
  for (const name of asked) {
    const setting = SETTINGS[name];
    const value = variables[name];
    if (!setting || isTemplate(value)) continue;
    const wrong =
      value === undefined
        ? meant.includes(name)
        : !isRight(setting.schema, value, mistakes, {
            owner: `\`${name}\``,
            span: placeOf(variables, name)?.span,
          }) || isWrongElsewhere(name, value, host, inventory);
    if (wrong) instead[name] = setting.instead;
  }
  checkMount(variables, mistakes);
  return Object.keys(instead).length === 0 ? host : { ...host, variables: mergeMaps([variables, instead]) };
}

/** What has been reported by the checks of its own. */
function isWrongElsewhere(name: string, value: Value, host: Host, inventory: Inventory): boolean {
  if (name === 'backup_schedule') return typeof value === 'string' && calendarMistake(value) !== undefined;
  if (name !== 'forwards') return false;
  const own = new Mistakes();
  checkForwards(host, inventory, own);
  return own.size > 0;
}

/** What is not on the disk would not be missed with it. */
function checkMount(variables: ValueMap, mistakes: Mistakes): void {
  const { backup_mount: mount, backup_folder: folder } = variables;
  if (typeof mount !== 'string' || typeof folder !== 'string' || isTemplate(mount) || isTemplate(folder))
    return;
  if (`${folder}/`.startsWith(`${mount.replace(/\/+$/, '')}/`)) return;
  const span = placeOf(variables, 'backup_mount')?.span;
  mistakes.add({
    code: 'wrong-type',
    message: `\`backup_folder\`, ${folder}, is not on the disk that is mounted at ${mount}`,
    ...(span && { span }),
    hint: `write a folder below it, such as \`backup_folder: ${mount.replace(/\/+$/, '')}/backup\``,
  });
}

function isTimeZone(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
