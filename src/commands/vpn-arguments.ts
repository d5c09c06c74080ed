import { Option, type Command } from 'commander';
import type { Terminal } from './terminal.ts';
import type { VpnFlags } from './vpn.ts';

/** `homerun vpn …`. */
export function addVpnCommands(
  program: Command,
  inventoryOption: () => Option,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  const vpn = program.command('vpn').description('what has to do with the tunnel');
  vpn
    .command('profile <name>')
    .description(
      'write the profile of a client, such as a phone, with its keys in it: NAME.ovpn or NAME.conf',
    )
    .addOption(inventoryOption())
    .option('-w, --write <file>', 'where to; `-` prints it')
    .option('--force', 'replace the file')
    .option(
      '--qr',
      'draw it as a QR code for the camera of a phone; a file is written only where one is named',
    )
    .option('--server <host>', 'the VPN server; default: the host of the group vpn_servers')
    .option('--remote <address>', "address or name that the client uses; default: the server's address")
    .addOption(
      new Option('--kind <kind>', 'what the tunnel is made of; default: `vpn` of the inventory').choices([
        'openvpn',
        'wireguard',
      ]),
    )
    .option('--everything', 'the client sends all its traffic through the tunnel')
    .option('--dns <address...>', 'the client asks this server for names while it is in the tunnel')
    .option('--ca <folder>', 'OpenVPN: folder of the certificate authority there', '/etc/openvpn/ca')
    .option('--instance <name>', 'OpenVPN: openvpn-server@NAME', 'home')
    .option('--network <name>', 'WireGuard: the network of the tunnel in the inventory', 'vpn')
    .option('-K, --ask-become-pass', 'ask for the password for sudo')
    .option('--private-key <file>', 'key to log in with')
    .option('--known-hosts <file>', 'instead of ~/.ssh/known_hosts')
    .option('--no-ssh-config', 'do not ask ssh for its configuration')
    .action(async (name: string, flags: VpnFlags) =>
      done(await (await import('./vpn.ts')).vpnProfileCommand(name, flags, terminal)),
    );
  for (const command of vpn.commands)
    command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.error });
}
