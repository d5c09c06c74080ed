import { createHash } from 'node:crypto';

/** Hardware addresses stay the same over resets, or neighbours would keep stale ARP entries. */
export function hardwareAddress(owner: string, interfaceName: string): string {
  const digest = createHash('sha256').update(`${owner}/${interfaceName}`).digest();
  return ['02', ...[...digest.subarray(0, 5)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

/** A name that namespaces, machines and files can all carry. */
export function plainName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9-]/g, '-').replaceAll(/^-+|-+$/g, '');
}
