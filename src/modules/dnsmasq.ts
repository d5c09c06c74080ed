import { ask, defineModule, type Change, type Failure } from '../model/module.ts';
import { dnsmasqConfig } from './lib/dnsmasq-config.ts';
import {
  dnsmasqProbe,
  enable,
  freePort,
  parseDnsmasq,
  removeConfig,
  resolvedDropIn,
  restart,
  tryConfig,
  type DnsmasqState,
} from './lib/dnsmasq-host.ts';
import { dnsmasqParams, type DnsmasqParams } from './lib/dnsmasq-params.ts';
import { isInSubnet } from './lib/ipv4.ts';
import { writeFile } from './lib/write-file.ts';

/** DHCP and DNS for a network, in one file of /etc/dnsmasq.d. */
export const dnsmasq = defineModule<DnsmasqParams, DnsmasqState>({
  name: 'dnsmasq',
  summary: 'Hands out addresses and answers names on a network by dnsmasq.',
  description: `The file is tried by \`dnsmasq --test\` together with all others before it is put in place, and dnsmasq is restarted
when it has changed. Where it does not come up with the new file, the old one is put back and the task fails.

A range that lies in no subnet of its interface is refused, which dnsmasq itself would do silently; an interface that has no
address yet is taken on trust. \`port: 0\` means DHCP alone. Otherwise port 53 is taken from systemd-resolved where that
holds it; that stays so with \`state: absent\`.

\`servers\` are the ones that are asked for other names; without them, those of the host's /etc/resolv.conf are.
\`bind: dynamic\` also takes interfaces that appear later.`,
  params: dnsmasqParams,
  examples: [
    {
      title: 'Addresses and names for the network behind eth1',
      yaml: `dnsmasq:
  interfaces: [eth1]
  dhcp_ranges:
    - {first: 192.168.2.100, last: 192.168.2.200, lease: 12h, router: 192.168.2.1, dns: [192.168.2.1]}
  dhcp_hosts:
    - {mac: 'dc:a6:32:01:02:03', address: 192.168.2.10, name: printer}
  domain: home.lan
`,
      needs: 'root',
    },
  ],
  probe: (asked) => ask(dnsmasqProbe(asked.name), parseDnsmasq),
  plan: (state, asked) => {
    if (state.kind === 'failed') return state.failure;
    if (state.kind === 'missing') return asked.state === 'absent' ? [] : missing;
    if (asked.state === 'absent') return removal(state, asked);
    return (
      misplaced(state, asked) ?? [...port(state, asked), ...configuration(state, asked), ...service(state)]
    );
  },
});

type Answered = Extract<DnsmasqState, { kind: 'answered' }>;

const missing: Failure = {
  failed: 'dnsmasq is not installed on this host',
  hint: 'install the package dnsmasq first (module apt)',
};

/** What dnsmasq would accept and then not do. */
function misplaced(state: Answered, asked: DnsmasqParams): Failure | undefined {
  if (!state.isRead)
    return {
      failed: 'dnsmasq does not read /etc/dnsmasq.d on this host',
      hint: 'add the line `conf-dir=/etc/dnsmasq.d/,*.conf` to /etc/dnsmasq.conf (module lineinfile)',
    };
  for (const range of asked.dhcp_ranges) {
    const names = range.interface === undefined ? asked.interfaces : [range.interface];
    const addresses = names.map((name) => addressesOf(state, name));
    // An interface without an address may get the right one later.
    if (names.length === 0 || addresses.some((list) => list.length === 0)) continue;
    if (addresses.flat().some((own) => isInSubnet(range.first, own) && isInSubnet(range.last, own))) continue;
    return {
      failed: `the range ${range.first} to ${range.last} lies in no subnet of ${names.join(', ')}: ${addresses.flat().join(', ')}`,
      hint: 'dnsmasq would silently give no address out of it; correct the range, or the address of the interface',
    };
  }
  return undefined;
}

function addressesOf(state: Answered, name: string): readonly string[] {
  return state.live.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
}

function port(state: Answered, asked: DnsmasqParams): readonly Change[] {
  if (asked.port === 0 || !state.resolvedListens) return [];
  return [
    {
      summary: 'take port 53 from systemd-resolved',
      before: '',
      after: '[Resolve]\nDNSStubListener=no\n',
      subject: resolvedDropIn,
      actions: [freePort(state.asksResolved)],
    },
  ];
}

function configuration(state: Answered, asked: DnsmasqParams): readonly Change[] {
  const { name } = asked;
  const path = `/etc/dnsmasq.d/${name}`;
  const after = dnsmasqConfig(asked);
  if (state.file === after)
    return state.isPending || !state.isActive
      ? [{ summary: `${state.isActive ? 'restart' : 'start'} dnsmasq`, actions: [restart(name)] }]
      : [];
  return [
    {
      summary: `${state.file === undefined ? 'create' : 'write'} ${path} and restart dnsmasq`,
      before: state.file ?? '',
      after,
      subject: path,
      actions: [
        tryConfig(name, after),
        ...writeFile({ path, bytes: after, owner: 'root', group: 'root', mode: '0644' }),
        restart(name),
      ],
    },
  ];
}

function service(state: Answered): readonly Change[] {
  return state.isEnabled ? [] : [{ summary: 'start dnsmasq at boot', actions: [enable()] }];
}

function removal(state: Answered, { name }: DnsmasqParams): readonly Change[] {
  const path = `/etc/dnsmasq.d/${name}`;
  const actions = state.isActive ? [restart(name)] : [];
  if (state.file === undefined)
    return state.isPending && state.isActive ? [{ summary: 'restart dnsmasq', actions }] : [];
  return [
    {
      summary: `remove ${path}`,
      before: state.file,
      after: '',
      subject: path,
      actions: [removeConfig(name), ...actions],
    },
  ];
}
