import { open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Host, Inventory } from '../model/inventory.ts';
import { isFailure } from '../model/module.ts';
import { Redactor, Secret } from '../model/secret.ts';
import { openvpnBundle } from '../modules/openvpn_bundle.ts';
import { connector } from './connect.ts';
import { loadInventoryFile } from './load.ts';
import type { RunFlags } from './run.ts';
import { exitCode, UsageError, type Terminal } from './terminal.ts';

export interface VpnFlags extends RunFlags {
  /** File for the profile; `-` prints it. */
  readonly write?: string;
  readonly server?: string;
  readonly remote?: string;
  readonly ca: string;
  readonly instance: string;
  readonly everything?: boolean;
  readonly force?: boolean;
}

/** `homerun vpn profile NAME`: reads a client's profile on the VPN server, and writes it so that nobody else can read it. */
export async function vpnProfileCommand(name: string, flags: VpnFlags, terminal: Terminal): Promise<number> {
  const inventory = await loadInventoryFile(flags.inventory, terminal, flags.extraVars);
  const server = serverOf(inventory, flags.server);
  const asked = openvpnBundle.params.safeParse({
    name,
    ca: flags.ca,
    server: flags.instance,
    remote: flags.remote ?? server.connection.address,
    extra: flags.everything ? ['redirect-gateway def1'] : [],
  });
  if (!asked.success)
    throw new UsageError(asked.error.issues[0]?.message ?? `${name} is no name of a client`);
  const profile = await readProfile(asked.data, server, inventory, flags, terminal);
  if (flags.write === '-') {
    terminal.out(profile.text);
    return exitCode.fine;
  }
  const path = resolve(terminal.workingDirectory, flags.write ?? `${name}.ovpn`);
  await writePrivately(path, profile.text, flags.force ?? false);
  terminal.out(`${path} is written; only you can read it.\n`);
  if (profile.encrypted)
    terminal.out(`Its key is encrypted; what opens it is in ${flags.ca}/${name}.pass on ${server.name}.\n`);
  terminal.out('Bring it to the device by a way you trust, then delete it: whoever has it can join.\n');
  return exitCode.fine;
}

/** The one named, or the only host of the group `vpn_servers`. */
function serverOf(inventory: Inventory, named: string | undefined): Host {
  const names = named === undefined ? (inventory.groups.get('vpn_servers') ?? []) : [named];
  const [server, ...others] = inventory.hosts.filter((host) => names.includes(host.name));
  if (server && others.length === 0) return server;
  throw new UsageError(
    named === undefined
      ? `the group vpn_servers has ${names.length === 0 ? 'no host' : `the hosts ${names.join(', ')}`}`
      : `there is no host ${named} in ${inventory.path}`,
    'name the VPN server: --server HOST',
  );
}

async function readProfile(
  params: Parameters<typeof openvpnBundle.probe>[0],
  server: Host,
  inventory: Inventory,
  flags: VpnFlags,
  terminal: Terminal,
): Promise<{ text: string; encrypted: boolean }> {
  const probe = openvpnBundle.probe(params, {});
  if (probe.kind !== 'ask') throw new Error('a profile is read on a host');
  const connect = await connector(inventory, flags, terminal, new Redactor(), () => () => undefined);
  const transport = connect(server);
  try {
    const { method = 'sudo', password: known } = server.connection.become ?? {};
    const password = flags.askBecomePass
      ? new Secret(await terminal.ask('Password for sudo: ', { hidden: true }))
      : known;
    const session = await transport.session({ user: 'root', method, ...(password && { password }) });
    const [answer] = await session.run([{ script: probe.script }], { signal: terminal.interrupted });
    if (!answer) throw new Error('the host gave no answer');
    const state = probe.parse(answer);
    const plan = openvpnBundle.plan(state, params, {});
    if (isFailure(plan)) throw new UsageError(`${server.name}: ${plan.failed}`, plan.hint);
    const { profile, passphrase } = openvpnBundle.result?.(state, params, [], {}) ?? {};
    if (!(profile instanceof Secret)) throw new Error('the host gave no profile');
    return { text: profile.reveal(), encrypted: passphrase instanceof Secret };
  } finally {
    await transport.close();
  }
}

/** Never into a file that is there: it may be a link, or one that others can read. */
async function writePrivately(path: string, text: string, replace: boolean): Promise<void> {
  if (replace) await rm(path, { force: true });
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new UsageError(`${path} is there already`, '`--force` replaces it; `--write FILE` names another');
  });
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}
