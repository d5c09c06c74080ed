import { open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Host, Inventory } from '../model/inventory.ts';
import { Redactor, Secret } from '../model/secret.ts';
import { connector } from './connect.ts';
import { loadInventoryFile } from './load.ts';
import type { RunFlags } from './run.ts';
import { exitCode, UsageError, type Terminal } from './terminal.ts';
import { codeOnScreen, requireScreen } from './vpn-code.ts';
import {
  type Profile,
  type ProfileFlags,
  profileQuestion,
  type ProfileQuestion,
  type VpnKind,
} from './vpn-profile.ts';

export interface VpnFlags extends RunFlags, ProfileFlags {
  /** File for the profile; `-` prints it. */
  readonly write?: string;
  readonly server?: string;
  /** Absent: what the inventory says. */
  readonly kind?: VpnKind;
  readonly force?: boolean;
  /** Draws it, and writes no file unless one is named. */
  readonly qr?: boolean;
}

/** `homerun vpn profile NAME`: reads a client's profile on the VPN server, and writes it so that nobody else can read it, or draws it. */
export async function vpnProfileCommand(name: string, flags: VpnFlags, terminal: Terminal): Promise<number> {
  if (flags.qr && flags.write === '-')
    throw new UsageError('--qr draws the profile and `--write -` prints it', 'choose one of them');
  if (flags.qr) requireScreen(terminal);
  const inventory = await loadInventoryFile(flags.inventory, terminal, flags.extraVars);
  const server = serverOf(inventory, flags.server);
  const kind = flags.kind ?? kindOf(server);
  const profile = await readProfile(profileQuestion(kind, name, flags, server, inventory), server, {
    inventory,
    flags,
    terminal,
  });
  // Drawn first: where it does not fit, nothing is written either.
  const code = flags.qr ? codeOnScreen(kind, name, profile.text, terminal) : undefined;
  if (flags.write === '-') terminal.out(profile.text);
  else if (code === undefined || flags.write !== undefined) {
    const path = resolve(terminal.workingDirectory, flags.write ?? `${name}.${endings[kind]}`);
    await writePrivately(path, profile.text, flags.force ?? false);
    terminal.out(`${path} is written; only you can read it.\n`);
    terminal.out('Bring it to the device by a way you trust, then delete it: whoever has it can join.\n');
  }
  if (profile.opener !== undefined && flags.write !== '-')
    terminal.out(`Its key is encrypted; what opens it is ${profile.opener}.\n`);
  else if (profile.text.includes('BEGIN ENCRYPTED') && flags.write !== '-')
    terminal.out(
      `Its key is encrypted; what opens it is \`client_passphrases\` in secrets.yaml: homerun secret view secrets.yaml\n`,
    );
  if (code !== undefined) terminal.out(code);
  else if (kind === 'wireguard' && terminal.isTerminal && flags.write === undefined)
    terminal.out('With --qr it is drawn here instead, for the camera of a phone.\n');
  return exitCode.fine;
}

const endings: Readonly<Record<VpnKind, string>> = { openvpn: 'ovpn', wireguard: 'conf' };

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

/** As the playbooks choose: by the variable `vpn`. */
function kindOf(server: Host): VpnKind {
  const { vpn = 'openvpn' } = server.variables;
  if (vpn === 'openvpn' || vpn === 'wireguard') return vpn;
  throw new UsageError(
    'the variable `vpn` is neither openvpn nor wireguard',
    'say which it is: --kind openvpn or --kind wireguard',
  );
}

interface Surroundings {
  readonly inventory: Inventory;
  readonly flags: VpnFlags;
  readonly terminal: Terminal;
}

async function readProfile(
  { script, read }: ProfileQuestion,
  server: Host,
  { inventory, flags, terminal }: Surroundings,
): Promise<Profile> {
  const connect = await connector(inventory, flags, terminal, new Redactor(), () => () => undefined);
  const transport = connect(server);
  try {
    const { method = 'sudo', password: known } = server.connection.become ?? {};
    const password = flags.askBecomePass
      ? new Secret(await terminal.ask('Password for sudo: ', { hidden: true }))
      : known;
    const session = await transport.session({ user: 'root', method, ...(password && { password }) });
    const [answer] = await session.run([{ script }], { signal: terminal.interrupted });
    if (!answer) throw new Error('the host gave no answer');
    return read(answer);
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
