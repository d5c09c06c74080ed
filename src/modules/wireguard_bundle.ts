import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { ask, defineModule, type Failure } from '../model/module.ts';
import { text } from '../model/schema.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { Secret } from '../model/secret.ts';
import { Answers } from './lib/answers.ts';
import { rootPath } from './lib/sections.ts';
import { wireguardFiles, wireguardName, wireguardRange } from './lib/wireguard-params.ts';

const params = z
  .strictObject({
    name: wireguardName.describe(
      'The client; its key is made on the server by `wireguard_key` under this name.',
    ),
    interface: wireguardName.describe('The interface of the server.'),
    remote: text
      .refine((remote) => /^[\w.:-]+$/.test(remote), { error: '`remote` must be an address or a name' })
      .describe('Address or name under which clients reach this server.'),
    port: z.int().min(1).max(65535).default(51820).describe('Its UDP port.'),
    address: wireguardRange.describe('Address of the client in the tunnel, such as 10.8.0.3/24.'),
    allowed_ips: z
      .array(wireguardRange)
      .min(1)
      .default(['0.0.0.0/0'])
      .describe('What the client sends through the tunnel.'),
    dns: z
      .array(text.refine((address) => ipaddr.isValid(address), { error: '`dns` must be addresses' }))
      .default([])
      .describe('Whom the client asks for names while it is in the tunnel.'),
  })
  // Its key would be that of the server itself, which stays where it is.
  .refine((asked) => asked.name !== asked.interface, {
    error: 'a client cannot have the name of the interface',
  });

type Params = z.output<typeof params>;

type State =
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'there'; readonly privateKey: string; readonly serverKey: string };

/** What a client of WireGuard needs, read on the server. */
export const wireguardBundle = defineModule<Params, State>({
  name: 'wireguard_bundle',
  summary:
    'Reads on a WireGuard server what a client needs: its key, which was made there, and the server’s public key.',
  description: `It changes nothing. For clients that may lose their key with their card, or that cannot make one; a host that makes its own
(\`wireguard_key\`) is better off. \`register\` it: \`private_key\` and \`profile\` are secrets. It
fails where the server does not let the client in: where the configuration of its interface does not have the client’s key.`,
  params,
  examples: [
    {
      title: 'A phone',
      yaml: `wireguard_bundle:
  name: phone
  interface: wg0
  remote: vpn.example.org
  address: 10.9.0.3/24
`,
      needs: 'root',
    },
  ],
  returns: {
    private_key: 'the key of the client, a secret',
    public_key: 'the public key of the server',
    profile: 'a file for wg-quick, or for the app of a phone, a secret',
  },
  probe: (asked) =>
    ask(
      joinScripts([
        rootPath,
        raw('command -v wg >/dev/null 2>&1 || { echo lacking=wg; exit 0; }'),
        raw('[ "$(id -u)" -eq 0 ] || { echo denied=yes; exit 0; }'),
        sh`client=${wireguardFiles(asked.name).key} server=${wireguardFiles(asked.interface).key} config=${wireguardFiles(asked.interface).config}`,
        raw(`for file in "$client" "$server" "$config"; do [ -s "$file" ] || { echo "lacking=$file"; exit 0; }; done
printf 'private=%s\\npublic=%s\\n' "$(cat "$client")" "$(wg pubkey <"$server")"
grep -qE "^ *PublicKey *= *$(wg pubkey <"$client" | sed 's/[+]/[+]/g') *$" "$config" || echo stranger=yes`),
      ]),
      (output) => read(new Answers(output), asked),
    ),
  plan: (state) => (state.kind === 'failed' ? state.failure : []),
  result: (state, asked) =>
    state.kind === 'failed'
      ? {}
      : {
          private_key: new Secret(state.privateKey),
          public_key: state.serverKey,
          profile: new Secret(profile(state, asked), [state.privateKey]),
        },
});

function read(answers: Answers, { name, interface: device }: Params): State {
  const failed = (message: string, hint: string): State => ({
    kind: 'failed',
    failure: { failed: message, hint },
  });
  if (answers.has('denied'))
    return failed('only root may look at /etc/wireguard', 'it needs root: say `become: true`');
  if (answers.has('lacking'))
    return failed(
      `there is no profile for ${name} yet: ${answers.get('lacking')} is missing`,
      'make it first (package wireguard-tools, module wireguard_key); in the bundled house: homerun run playbooks/vpn-server.yaml',
    );
  if (answers.has('stranger'))
    return failed(
      `${name} may not join: ${device} does not have its key among its peers`,
      'name it as a peer (module wireguard); in the bundled house: put it into `clients` of the network, and homerun run playbooks/vpn-server.yaml',
    );
  return { kind: 'there', privateKey: answers.get('private'), serverKey: answers.get('public') };
}

function profile({ privateKey, serverKey }: Extract<State, { kind: 'there' }>, asked: Params): string {
  return [
    '[Interface]',
    `PrivateKey = ${privateKey}`,
    `Address = ${asked.address}`,
    ...(asked.dns.length > 0 ? [`DNS = ${asked.dns.join(', ')}`] : []),
    '',
    '[Peer]',
    `PublicKey = ${serverKey}`,
    `AllowedIPs = ${asked.allowed_ips.join(', ')}`,
    `Endpoint = ${asked.remote.includes(':') ? `[${asked.remote}]` : asked.remote}:${asked.port}`,
    'PersistentKeepalive = 25',
    '',
  ].join('\n');
}
