import { z } from 'zod';
import { factsShape } from '../model/facts.ts';
import { type Output, type Probe, ask, defineModule } from '../model/module.ts';
import { raw } from '../model/script.ts';
import type { ValueMap } from '../model/value.ts';
import { defaultRoute, parseInterfaces } from './lib/facts-network.ts';
import {
  countCpus,
  initOf,
  packageManager,
  parseFiles,
  parsePairs,
  qualifiedName,
  virtualizationOf,
} from './lib/facts-machine.ts';
import { familyOf, parseOsRelease } from './lib/facts-os.ts';

/**
 * Looks at a host once: few processes, no DNS, nothing but `sh` and what every small Linux has. `head` with
 * several files prints their names, so that one process reads them all.
 */
const SCRIPT = String.raw`
head -n 300 /etc/os-release /etc/hosts /proc/meminfo /proc/uptime /proc/net/route /proc/1/comm \
  /proc/sys/kernel/hostname /proc/sys/kernel/osrelease /proc/sys/kernel/random/boot_id \
  /sys/devices/system/cpu/online /proc/device-tree/model /sys/class/dmi/id/product_name \
  /sys/class/dmi/id/sys_vendor /run/systemd/container /sys/class/net/*/address /sys/class/net/*/mtu \
  /sys/class/net/*/flags 2>/dev/null
printf '\036'
ip -o addr 2>/dev/null || ifconfig -a 2>/dev/null
printf '\036'
printf '%s\n' "architecture=$(uname -m)" "user=$(id -un 2>/dev/null)" "home=$HOME" "date=$(date +%s)"
[ -d /run/systemd/system ] && echo systemd=yes
[ -e /.dockerenv ] && echo docker=yes
for program in apt-get dnf yum apk opkg pacman zypper; do
  if command -v $program >/dev/null 2>&1; then echo "packages=$program"; break; fi
done
[ -d /etc/runlevels ] && echo openrc=yes
if command -v netplan >/dev/null 2>&1; then
  echo netplan=yes
  sed -n 's/^[[:space:]]*renderer:[[:space:]]*/renderer=/p' /etc/netplan/*.yaml 2>/dev/null
fi
exit 0`;

/** The facts of a host. They never fail: what a host does not tell is empty, or 0. */
export const factsProbe: Probe<ValueMap> = ask(raw(SCRIPT), readFacts);

const params = z.strictObject({});

/** `setup`: the facts, as a registered result. */
export const setup = defineModule<z.output<typeof params>, ValueMap>({
  name: 'setup',
  summary: 'Looks at the host and registers its facts',
  description: 'Not needed for `facts`, which are read by themselves when something uses them.',
  params,
  unsupported: {
    fact_path: 'use `slurp` or `command`, and `register`',
    filter: 'leave it out: all facts come in one short answer',
    gather_subset: 'leave it out: all facts come in one short answer',
    gather_timeout: 'write `timeout:` beside the module',
  },
  examples: [{ title: 'Into a variable', yaml: 'setup: {}\nregister: looked' }],
  returns: { facts: Object.keys(factsShape).join(', ') },
  probe: () => factsProbe,
  plan: () => [],
  result: (facts) => ({ facts }),
});

function readFacts(answer: Output): ValueMap {
  const [filesText = '', addresses = '', rest = ''] = answer.stdout.split('\x1e');
  const files = parseFiles(filesText);
  const told = parsePairs(rest);
  const line = (path: string): string => (files.get(path) ?? '').replaceAll('\0', '').trim();
  const interfaces = parseInterfaces(files, addresses);
  const hostname = line('/proc/sys/kernel/hostname');
  const model = line('/proc/device-tree/model') || line('/sys/class/dmi/id/product_name');
  const os = parseOsRelease(files.get('/etc/os-release') ?? '');
  return {
    os: { ...os.names, family: familyOf(os.names.id, os.like, told.get('packages')) },
    kernel: line('/proc/sys/kernel/osrelease'),
    architecture: told.get('architecture') ?? '',
    hostname,
    fqdn: qualifiedName(hostname, files.get('/etc/hosts') ?? ''),
    interfaces,
    default_route: defaultRoute(files.get('/proc/net/route') ?? '', interfaces),
    memory_mb: Math.floor(Number(/MemTotal:\s+(\d+)/.exec(line('/proc/meminfo'))?.[1] ?? 0) / 1024),
    cpus: countCpus(line('/sys/devices/system/cpu/online')),
    init: initOf(told, line('/proc/1/comm')),
    package_manager: packageManager(told.get('packages')),
    netplan_renderer: told.has('netplan') ? (told.get('renderer') ?? 'networkd') : 'none',
    user: told.get('user') ?? '',
    home: told.get('home') ?? '',
    boot_id: line('/proc/sys/kernel/random/boot_id'),
    uptime_seconds: Math.floor(Number(line('/proc/uptime').split(' ')[0] ?? 0)),
    date_epoch: Number(told.get('date') ?? 0),
    virtualization: virtualizationOf(
      told,
      line('/run/systemd/container'),
      `${model} ${line('/sys/class/dmi/id/sys_vendor')}`,
    ),
    model,
    is_raspberry_pi: model.startsWith('Raspberry Pi'),
  };
}
