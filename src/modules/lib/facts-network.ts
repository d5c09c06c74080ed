import type { ValueMap } from '../../model/value.ts';

interface Address extends ValueMap {
  readonly address: string;
  readonly prefix: number;
}

interface InterfaceFact extends ValueMap {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
  readonly ipv4: readonly Address[];
  readonly ipv6: readonly Address[];
}

/** From the files of `/sys/class/net` and the answer of `ip -o addr` or `ifconfig -a`. */
export function parseInterfaces(
  files: ReadonlyMap<string, string>,
  addresses: string,
): readonly InterfaceFact[] {
  const parsed = /^\d+:/m.test(addresses) ? parseIp(addresses) : parseIfconfig(addresses);
  const names = Array.from(files.keys(), (path) => /^\/sys\/class\/net\/(.+)\/flags$/.exec(path)?.[1]);
  return names
    .filter((name) => name !== undefined)
    .sort((left, right) => (left < right ? -1 : 1))
    .map((name) => {
      const read = (what: string): string => files.get(`/sys/class/net/${name}/${what}`)?.trim() ?? '';
      const mine = parsed.filter((one) => one.name === name);
      return {
        name,
        mac: read('address'),
        mtu: Number(read('mtu')) || 0,
        up: (Number(read('flags')) & 1) === 1,
        ipv4: mine.filter(({ address }) => !address.includes(':')).map(withoutName),
        ipv6: mine.filter(({ address }) => address.includes(':')).map(withoutName),
      };
    });
}

/** `/proc/net/route`: the default route with the lowest metric; empty texts where there is none. */
export function defaultRoute(route: string, interfaces: readonly InterfaceFact[]): ValueMap {
  const rows = route.split('\n').map((line) => line.trim().split(/\s+/));
  const [best] = rows
    .filter(([, destination, , flags, , , , mask]) => {
      const isDefault = destination === '00000000' && mask === '00000000';
      return isDefault && (Number.parseInt(flags ?? '0', 16) & 1) === 1;
    })
    .sort((left, right) => Number(left[6]) - Number(right[6]));
  if (!best) return { gateway: '', interface: '', address: '' };
  const [name = '', , gateway = ''] = best;
  const address = interfaces.find((one) => one.name === name)?.ipv4[0]?.address ?? '';
  return {
    gateway: gateway === '00000000' ? '' : dotted(gateway, isBigEndian(rows)),
    interface: name,
    address,
  };
}

interface NamedAddress {
  readonly name: string;
  readonly address: string;
  readonly prefix: number;
}

function withoutName({ address, prefix }: NamedAddress): Address {
  return { address, prefix };
}

/** A tunnel is printed as `inet 10.8.0.2 peer 10.8.0.1/32`. */
function parseIp(text: string): readonly NamedAddress[] {
  const lines = text.matchAll(
    /^\d+:\s+(\S+?)(?:@\S+)?\s+inet6?\s+([^\s/]+)(?:\/(\d+))?(?:\s+peer\s+[^\s/]+\/(\d+))?/gm,
  );
  return Array.from(lines, ([, name = '', address = '', prefix, peer]) => ({
    name,
    address,
    prefix: Number(prefix ?? peer ?? (address.includes(':') ? 128 : 32)),
  }));
}

/** busybox and old net-tools say `inet addr:… Mask:…`, newer ones `inet … netmask …`. */
function parseIfconfig(text: string): readonly NamedAddress[] {
  return text.split(/\n(?=\S)/).flatMap((block) => {
    const name = /^[^\s:]+(?::\d+)?/.exec(block)?.[0].split(':')[0] ?? '';
    const four = block.matchAll(/inet (?:addr:)?([\d.]+).*?(?:Mask:|netmask )([\d.]+)/g);
    const six = block.matchAll(/inet6 (?:addr: ?)?([0-9a-f:]+)(?:\/(\d+))?(?:\s+prefixlen (\d+))?/g);
    return [
      ...Array.from(four, ([, address = '', mask = '']) => ({ name, address, prefix: prefixOf(mask) })),
      ...Array.from(six, ([, address = '', old, prefix]) => ({
        name,
        address,
        prefix: Number(old ?? prefix ?? 128),
      })),
    ];
  });
}

function prefixOf(mask: string): number {
  const bits = mask.split('.').map((part) => Number(part).toString(2));
  return bits.join('').replaceAll('0', '').length;
}

/** The file prints addresses as the processor keeps them; masks tell which way that is. */
function isBigEndian(rows: readonly (readonly string[])[]): boolean {
  return rows.some(([, , , , , , , mask]) => mask !== undefined && /^F+0+$/.test(mask));
}

/** `010200C0` on a little-endian machine is 192.0.2.1. */
function dotted(hex: string, bigEndian: boolean): string {
  const parts = (hex.match(/../g) ?? []).map((part) => Number.parseInt(part, 16));
  return (bigEndian ? parts : parts.reverse()).join('.');
}
