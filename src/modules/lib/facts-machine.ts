/** What `head` printed of several files, by path. */
export function parseFiles(text: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const pieces = text.split(/^==> (\/.*) <==\n/m);
  for (let at = 1; at < pieces.length; at += 2) files.set(pieces[at] ?? '', pieces[at + 1] ?? '');
  return files;
}

/** Lines of `key=value`; the first of equal keys counts. */
export function parsePairs(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const [, key = '', value = ''] of text.matchAll(/^(\w+)=(.*)$/gm))
    if (!pairs.has(key)) pairs.set(key, value.trim());
  return pairs;
}

/** The name with its domain by `/etc/hosts`; asking DNS could take half a minute. */
export function qualifiedName(hostname: string, hosts: string): string {
  for (const line of hosts.split('\n')) {
    const [, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const full = names.find((name) => name.startsWith(`${hostname}.`));
    if (hostname !== '' && full !== undefined) return full;
  }
  return hostname;
}

/** `0-3,6` → 5. At least one, for it did answer. */
export function countCpus(ranges: string): number {
  let count = 0;
  for (const [, first, last] of ranges.matchAll(/(\d+)(?:-(\d+))?/g))
    count += Number(last ?? first) - Number(first) + 1;
  return Math.max(1, count);
}

export function initOf(told: ReadonlyMap<string, string>, first: string): string {
  if (told.has('systemd')) return 'systemd';
  if (told.has('openrc')) return 'openrc';
  if (first === 'procd') return 'procd';
  return first === 'init' && !told.has('packages') ? 'busybox' : first;
}

export function packageManager(program: string | undefined): string {
  if (program === undefined) return 'none';
  return program === 'apt-get' ? 'apt' : program;
}

const MACHINES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['virtualbox', /virtualbox|innotek/i],
  ['vmware', /vmware/i],
  ['hyperv', /microsoft corporation/i],
  ['kvm', /kvm|qemu|bochs|google compute|amazon ec2|digitalocean|hetzner|openstack/i],
  ['xen', /xen/i],
];

/** `none` where nothing speaks for a container or a virtual machine. */
export function virtualizationOf(
  told: ReadonlyMap<string, string>,
  container: string,
  machine: string,
): string {
  if (container !== '') return container;
  if (told.has('docker')) return 'docker';
  return MACHINES.find(([, pattern]) => pattern.test(machine))?.[0] ?? 'none';
}
