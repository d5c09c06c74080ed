import { z } from 'zod';
import { flag, text, textList } from '../../model/schema.ts';
import { ipv4 } from './ipv4.ts';

const address = text.refine((value) => ipv4(value) !== undefined, {
  error: ({ input }) => `\`${String(input)}\` is no IPv4 address such as 192.168.2.100`,
});

const line = text.refine((value) => !value.includes('\n'), {
  error: 'an `extra` line cannot hold a line break',
});

const range = z
  .strictObject({
    interface: text
      .optional()
      .describe('Only for questions that come in here. Default: where the subnet fits.'),
    tag: z
      .string()
      .regex(/^[\w-]+$/, 'letters, digits, `_` and `-`')
      .optional()
      .describe('Name for this range that other lines can refer to.'),
    first: address.describe('First address to hand out.'),
    last: address.describe('Last one.'),
    netmask: address.optional().describe('Default: that of the interface.'),
    lease: z
      .string()
      .regex(/^(\d+[smhdw]?|infinite)$/, 'such as 12h, 45m or infinite')
      .default('12h')
      .describe('How long an address is lent.'),
    router: address.optional().describe('Gateway for the clients. Default: this host.'),
    dns: z.array(address).optional().describe('Name servers for the clients. Default: this host.'),
    domain: text.optional().describe('Domain for the clients.'),
  })
  .refine((asked) => number(asked.first) <= number(asked.last), {
    error: ({ input }) => {
      const asked = input as { first: string; last: string };
      return `the range ends before it begins: first ${asked.first}, last ${asked.last}`;
    },
  });

const host = z.strictObject({
  mac: z
    .string()
    .regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$/, 'a hardware address, such as dc:a6:32:01:02:03'),
  address: address.describe('Its fixed address.'),
  name: text.optional().describe('Its name.'),
});

/** Parameters of `dnsmasq`. */
export const dnsmasqParams = z
  .strictObject({
    name: z
      .string()
      // dnsmasq leaves out hidden files, those of dpkg and those of editors.
      .regex(/^[A-Za-z0-9][\w.-]*(?<!\.dpkg-(dist|old|new))$/, 'the name of a file in /etc/dnsmasq.d')
      .default('homerun.conf')
      .describe('File in /etc/dnsmasq.d.'),
    interfaces: textList.default([]).describe('Interfaces to serve. Default: all.'),
    dhcp_ranges: z.array(range).default([]).describe('Addresses to hand out.'),
    dhcp_hosts: z.array(host).default([]).describe('Devices that always get the same address.'),
    authoritative: flag
      .default(true)
      .describe('This is the only DHCP server there: clients with old addresses are corrected at once.'),
    port: z.number().int().min(0).max(65535).default(53).describe('Port for names; 0: DHCP alone.'),
    servers: textList.default([]).describe('Name servers to ask. Default: those of the host.'),
    domain: text.optional().describe('Domain of this network; its names are never asked for elsewhere.'),
    records: z
      .array(z.strictObject({ name: text.describe('A name.'), address: text.describe('Its address.') }))
      .default([])
      .describe('Names to answer.'),
    expand_hosts: flag
      .default(false)
      .describe('Also answers the names of /etc/hosts with `domain` behind them.'),
    bind: z
      .enum(['dynamic', 'interfaces', 'all'])
      .default('dynamic')
      .describe('Which addresses to listen on: `dynamic` follows interfaces that come and go.'),
    leasefile: text.optional().describe('File that remembers the leases.'),
    extra: z.array(line).default([]).describe('More lines, as in dnsmasq.conf.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the file shall be there.'),
  })
  .superRefine((asked, context) => {
    const complain = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', message, path });
    for (const [index, one] of asked.dhcp_ranges.entries()) {
      const other = asked.dhcp_ranges.slice(0, index).find((before) => overlap(before, one));
      if (other)
        complain(['dhcp_ranges', index], `this range overlaps the one from ${other.first} to ${other.last}`);
      if (one.interface !== undefined && !asked.interfaces.includes(one.interface))
        complain(['dhcp_ranges', index], `\`${one.interface}\` is not one of the \`interfaces\``);
    }
    for (const key of ['mac', 'address'] as const) {
      const values = asked.dhcp_hosts.map((one) => one[key].toLowerCase());
      for (const [index, value] of values.entries())
        if (values.indexOf(value) < index) complain(['dhcp_hosts', index], `${value} is given to two hosts`);
    }
  });

export type DnsmasqParams = z.output<typeof dnsmasqParams>;

interface Range {
  readonly first: string;
  readonly last: string;
}

function overlap(one: Range, other: Range): boolean {
  return number(one.first) <= number(other.last) && number(other.first) <= number(one.last);
}

function number(text: string): number {
  return ipv4(text) ?? Number.NaN;
}
