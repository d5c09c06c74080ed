import { Secret } from '../../model/secret.ts';
import { wireguardFiles, type WireguardParams } from './wireguard-params.ts';

/** The file `NAME.conf`. The private key is not in it: it is read from its own file when the interface comes up. */
export function wireguardConfig(asked: WireguardParams): Secret {
  const { key } = wireguardFiles(asked.name);
  const { port, mtu, table } = asked;
  const lines = [
    '# Written by homerun: what is changed here is undone by the next run.',
    '[Interface]',
    `Address = ${(asked.addresses ?? []).join(', ')}`,
    ...(port === undefined ? [] : [`ListenPort = ${port}`]),
    ...(mtu === undefined ? [] : [`MTU = ${mtu}`]),
    ...(table === 'auto' ? [] : [`Table = ${table}`]),
    `PostUp = ${['wg set %i private-key', key, ...keepalives(asked)].join(' ')}`,
    ...asked.post_up.map((command) => `PostUp = ${command}`),
    ...asked.post_down.map((command) => `PostDown = ${command}`),
    ...asked.peers.flatMap((peer) => [
      '',
      '[Peer]',
      ...(peer.name === undefined ? [] : [`# ${peer.name}`]),
      `PublicKey = ${peer.public_key}`,
      ...(peer.preshared_key === undefined ? [] : [`PresharedKey = ${shared(peer.preshared_key)}`]),
      `AllowedIPs = ${peer.allowed_ips.join(', ')}`,
      ...(peer.endpoint === undefined ? [] : [`Endpoint = ${peer.endpoint}`]),
    ]),
    '',
  ];
  const secrets = asked.peers.flatMap(({ preshared_key: secret }) =>
    secret === undefined ? [] : [shared(secret)],
  );
  return new Secret(lines.join('\n'), secrets);
}

/**
 * Together with the key: WireGuard sends the first sign of life when it is told of them. Told of them before it has
 * a key, it sends none, and no later one either until something else goes through the tunnel.
 */
function keepalives({ peers }: WireguardParams): readonly string[] {
  return peers.flatMap(({ public_key: key, keepalive }) =>
    keepalive === undefined ? [] : [`peer ${key} persistent-keepalive ${keepalive}`],
  );
}

function shared(key: string | Secret): string {
  return key instanceof Secret ? key.reveal() : key;
}
