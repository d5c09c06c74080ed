import { parsePairs } from './facts-machine.ts';

export interface OsRelease {
  readonly names: {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly codename: string;
  };
  /** Words of `ID_LIKE`. */
  readonly like: readonly string[];
}

/** `/etc/os-release`: what the system calls itself. All empty where there is none. */
export function parseOsRelease(text: string): OsRelease {
  const values = parsePairs(text.replaceAll(/^(\w+)=(["'])(.*)\2\s*$/gm, '$1=$3'));
  const version = values.get('VERSION') ?? '';
  const codename = values.get('VERSION_CODENAME') ?? /\(([^)]*)\)/.exec(version)?.[1] ?? '';
  return {
    names: {
      id: values.get('ID') ?? '',
      name: values.get('NAME') ?? '',
      version: values.get('VERSION_ID') ?? '',
      codename: codename.toLowerCase(),
    },
    like: (values.get('ID_LIKE') ?? '').split(' ').filter((word) => word !== ''),
  };
}

const FAMILIES: readonly (readonly [family: string, ids: readonly string[]])[] = [
  ['debian', ['debian', 'ubuntu', 'raspbian', 'linuxmint', 'kali', 'devuan']],
  ['redhat', ['rhel', 'fedora', 'centos', 'rocky', 'almalinux', 'ol', 'amzn', 'redhat']],
  ['alpine', ['alpine']],
  ['arch', ['arch', 'archarm', 'manjaro']],
  ['suse', ['suse', 'opensuse', 'sles', 'opensuse-leap', 'opensuse-tumbleweed']],
  ['openwrt', ['openwrt', 'lede']],
  ['gentoo', ['gentoo']],
  ['nixos', ['nixos']],
];

/** Whose habits a system has; by its package manager where it does not say, and `busybox` where it has none. */
export function familyOf(id: string, like: readonly string[], packages: string | undefined): string {
  for (const word of [id, ...like]) {
    const family = FAMILIES.find(([, ids]) => ids.includes(word));
    if (family) return family[0];
  }
  if (id !== '') return id;
  return packages === undefined ? 'busybox' : packages === 'apt-get' ? 'debian' : packages;
}
