import type { DnsmasqParams } from './dnsmasq-params.ts';

/** The file for /etc/dnsmasq.d. */
export function dnsmasqConfig(asked: DnsmasqParams): string {
  const lines = ['# Written by homerun: changes by hand are undone by its next run.'];
  const add = (option: string, value?: string | number): void => {
    if (value !== undefined) lines.push(`${option}=${value}`);
  };
  for (const name of asked.interfaces) add('interface', name);
  if (asked.bind !== 'all') lines.push(`bind-${asked.bind}`);
  if (asked.port !== 53) add('port', asked.port);
  if (asked.servers.length > 0) lines.push('no-resolv');
  for (const server of asked.servers) add('server', server);
  if (asked.domain !== undefined) {
    add('domain', asked.domain);
    // Names of this house are nobody else's business.
    add('local', `/${asked.domain}/`);
  }
  if (asked.expand_hosts) lines.push('expand-hosts');
  for (const { name, address } of asked.records) add('host-record', `${name},${address}`);
  if (asked.dhcp_ranges.length > 0 && asked.authoritative) lines.push('dhcp-authoritative');
  for (const [index, range] of asked.dhcp_ranges.entries()) lines.push(...rangeLines(range, index));
  for (const { mac, address, name } of asked.dhcp_hosts)
    add('dhcp-host', [mac.toLowerCase(), address, name].filter((word) => word !== undefined).join(','));
  add('dhcp-leasefile', asked.leasefile);
  return [...lines, ...asked.extra].map((line) => `${line}\n`).join('');
}

function rangeLines(range: DnsmasqParams['dhcp_ranges'][number], index: number): readonly string[] {
  // Its options are tied to the range by a tag of its own.
  const tag = range.tag ?? `range${index + 1}`;
  const only = range.interface === undefined ? [] : [`tag:${range.interface}`];
  const netmask = range.netmask === undefined ? [] : [range.netmask];
  const option = (name: string, values: readonly string[]): readonly string[] =>
    values.length === 0 ? [] : [`dhcp-option=tag:${tag},option:${name},${values.join(',')}`];
  return [
    `dhcp-range=${[...only, `set:${tag}`, range.first, range.last, ...netmask, range.lease].join(',')}`,
    ...option('router', range.router === undefined ? [] : [range.router]),
    ...option('dns-server', range.dns ?? []),
    ...option('domain-name', range.domain === undefined ? [] : [range.domain]),
  ];
}
