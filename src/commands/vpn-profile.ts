import { z } from 'zod';
import type { Host, Inventory } from '../model/inventory.ts';
import { isFailure, type Module, type Output } from '../model/module.ts';
import type { Script } from '../model/script.ts';
import { Secret } from '../model/secret.ts';
import type { ValueMap } from '../model/value.ts';
import { openvpnBundle } from '../modules/openvpn_bundle.ts';
import { wireguardBundle } from '../modules/wireguard_bundle.ts';
import { UsageError } from './terminal.ts';

export type VpnKind = 'openvpn' | 'wireguard';

/** What the profile of a client is asked for with. */
export interface ProfileFlags {
  readonly remote?: string;
  readonly ca: string;
  readonly instance: string;
  readonly network: string;
  readonly dns?: readonly string[];
  readonly everything?: boolean;
}

/** How a profile is read on the server. */
export interface ProfileQuestion {
  readonly script: Script;
  readonly read: (answer: Output) => Profile;
}

export interface Profile {
  readonly text: string;
  /** Its key is encrypted: where to find what opens it. */
  readonly opener?: string;
}

/** What to ask the server of the house for; everything that the inventory knows is taken from there. */
export function profileQuestion(
  kind: VpnKind,
  name: string,
  flags: ProfileFlags,
  server: Host,
  inventory: Inventory,
): ProfileQuestion {
  const remote = flags.remote ?? server.connection.address;
  if (kind === 'openvpn') {
    const extra = [
      ...(flags.everything ? ['redirect-gateway def1'] : []),
      ...(flags.dns ?? []).map((address) => `dhcp-option DNS ${address}`),
    ];
    const asked = { name, ca: flags.ca, server: flags.instance, remote, extra };
    return question(openvpnBundle, asked, server, `in ${flags.ca}/${name}.pass on ${server.name}`);
  }
  const { range, settings } = networkOf(inventory, flags.network);
  const asked = {
    ...{ name, interface: settings.interface, remote, port: settings.port },
    address: `${addressOf(name, settings.addresses, flags.network)}/32`,
    // The tunnel carries IPv4 alone: what is sent into it of IPv6 ends there, and does not go around it.
    allowed_ips: flags.everything ? ['0.0.0.0/0', '::/0'] : [range],
    dns: flags.dns ?? [],
  };
  return question(wireguardBundle, asked, server);
}

const tunnelSettings = z.looseObject({
  interface: z.string(),
  port: z.int(),
  addresses: z.record(z.string(), z.string()).default({}),
});

/** The network of the tunnel, with what a client of WireGuard has to know of it. */
function networkOf({ networks, path }: Inventory, name: string) {
  const network = networks.find((candidate) => candidate.name === name);
  if (!network)
    throw new UsageError(`there is no network ${name} in ${path}`, 'name that of the tunnel: --network NAME');
  const settings = tunnelSettings.safeParse(network.settings);
  if (settings.success) return { range: network.range, settings: settings.data };
  const [wrong] = settings.error.issues;
  throw new UsageError(`${wrong?.path.join('.')} of the network ${name} in ${path}: ${wrong?.message}`);
}

function addressOf(name: string, addresses: Readonly<Record<string, string>>, network: string): string {
  const address = addresses[name];
  if (address !== undefined) return address;
  throw new UsageError(
    `${name} has no address in the network ${network}`,
    `WireGuard hands out none: put ${name} into \`clients\` and \`addresses\` of the network ${network} in the inventory, and run playbooks/vpn-server.yaml`,
  );
}

function question<Params, State>(
  module: Module<Params, State>,
  written: unknown,
  server: Host,
  madeThere?: string,
): ProfileQuestion {
  const asked = module.params.safeParse(written);
  if (!asked.success) {
    const [wrong] = asked.error.issues;
    throw new UsageError(`${wrong?.path.join('.')}: ${wrong?.message}`);
  }
  const probe = module.probe(asked.data, {});
  if (probe.kind !== 'ask') throw new Error('a profile is read on a host');
  return {
    script: probe.script,
    read: (answer) => {
      const state = probe.parse(answer);
      const plan = module.plan(state, asked.data, {});
      if (isFailure(plan)) throw new UsageError(`${server.name}: ${plan.failed}`, plan.hint);
      const { profile, passphrase }: ValueMap = module.result?.(state, asked.data, [], {}) ?? {};
      if (!(profile instanceof Secret)) throw new Error('the host gave no profile');
      const text = profile.reveal();
      if (!text.includes('BEGIN ENCRYPTED PRIVATE KEY')) return { text };
      const isMadeThere = passphrase instanceof Secret && madeThere !== undefined;
      return { text, opener: isMadeThere ? madeThere : 'in `client_passphrases` of secrets.yaml' };
    },
  };
}
