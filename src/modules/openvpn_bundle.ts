import { z } from 'zod';
import { ask, defineModule, type Failure } from '../model/module.ts';
import { path, text } from '../model/schema.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { Secret } from '../model/secret.ts';
import type { Output } from '../model/module.ts';
import { enter, certificateName, opensslTrouble } from './lib/openssl.ts';
import { Answers } from './lib/answers.ts';
import { ciphers, serverFiles } from './lib/openvpn-server-config.ts';
import { directive, instanceName } from './lib/openvpn-server-params.ts';
import { parseSections, section } from './lib/sections.ts';

const params = z.strictObject({
  name: certificateName.describe('Name of the client’s `certificate`.'),
  ca: path.describe('Folder of the `certificate_authority`.'),
  server: instanceName.default('server').describe('Name of the `openvpn_server` on this host.'),
  remote: text.describe('Address or name under which clients reach this server.'),
  extra: z
    .array(directive)
    .default([])
    .describe(
      'More lines for the profile, such as `redirect-gateway def1` for a phone that shall send everything this way.',
    ),
});

type Params = z.output<typeof params>;

type State =
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'there'; readonly profile: Secret; readonly passphrase: Secret | undefined };

/** What a client needs, read on the server. */
export const openvpnBundle = defineModule<Params, State>({
  name: 'openvpn_bundle',
  summary: 'Reads on the VPN server the profile of a client, with its certificates and keys in it.',
  description: `It changes nothing. \`register\` it: \`profile\` and \`passphrase\` are secrets, which are never shown, and reach other hosts
as \`hostvars.HOST.NAME.profile\`, through the memory of the controller alone. In a play that says \`needed_by\` it also runs where
\`--limit\` leaves the server out.`,
  params,
  examples: [
    {
      title: 'The profile of the Pi',
      yaml: `openvpn_bundle:
  name: pi
  ca: /etc/openvpn/ca
  server: home
  remote: 203.0.113.10
`,
      needs: 'root',
    },
  ],
  returns: {
    profile: 'the profile, a secret',
    passphrase: 'what opens its key, a secret; empty where the key is not encrypted',
  },
  probe: (asked) => ask(look(asked), (output) => read(output, asked)),
  plan: (state) => (state.kind === 'failed' ? state.failure : []),
  result: (state) =>
    state.kind === 'failed' ? {} : { profile: state.profile, passphrase: state.passphrase ?? '' },
});

function look({ name, ca, server }: Params) {
  const { config, tlsCrypt } = serverFiles(server);
  return joinScripts([
    enter(ca),
    sh`name=${name} config=${config} key=${tlsCrypt}`,
    raw(
      `for file in ca.crt "$name.crt" "$name.key" "$config" "$key"; do [ -s "$file" ] || { echo "lacking=$file"; exit 0; }; done`,
    ),
    section('options'),
    raw(`grep -E '^(port|proto) ' "$config"`),
    section('ca'),
    raw('openssl x509 -in ca.crt'),
    section('cert'),
    raw('openssl x509 -in "$name.crt"'),
    section('key'),
    raw('cat "$name.key"'),
    section('tlscrypt'),
    raw(`sed -n '/-----BEGIN/,/-----END/p' "$key"`),
    section('passphrase'),
    raw('[ ! -f "$name.pass" ] || cat "$name.pass"'),
  ]);
}

function read(output: Output, asked: Params): State {
  const answers = new Answers(output);
  const trouble = opensslTrouble(answers, asked.ca);
  if (trouble) return { kind: 'failed', failure: trouble };
  const lacking = answers.has('absent') ? asked.ca : answers.get('lacking');
  if (lacking !== '')
    return {
      kind: 'failed',
      failure: {
        failed: `there is no profile for ${asked.name} yet: ${lacking} is missing`,
        hint: 'make it first (modules certificate and openvpn_server); in the bundled house: homerun run playbooks/vpn-server.yaml',
      },
    };
  const found = parseSections(output.stdout, [
    'options',
    'ca',
    'cert',
    'key',
    'tlscrypt',
    'passphrase',
  ] as const);
  const passphrase = found.passphrase.trim();
  return {
    kind: 'there',
    profile: new Secret(profile(found, asked), [...material(found.key), ...material(found.tlscrypt)]),
    passphrase: passphrase === '' ? undefined : new Secret(passphrase),
  };
}

type Found = Readonly<Record<'options' | 'ca' | 'cert' | 'key' | 'tlscrypt', string>>;

function profile(found: Found, { remote, extra }: Params): string {
  const port = /^port (\d+)$/m.exec(found.options)?.[1] ?? '1194';
  const proto = /^proto (\w+)$/m.exec(found.options)?.[1] ?? 'udp';
  const inline = (tag: string, content: string): readonly string[] => [
    `<${tag}>`,
    content.trim(),
    `</${tag}>`,
  ];
  return [
    'client',
    'dev tun',
    `proto ${proto}`,
    `remote ${remote} ${port}`,
    'resolv-retry infinite',
    // The default goes up to five minutes between two tries.
    'connect-retry 2 15',
    'nobind',
    'persist-key',
    'persist-tun',
    'remote-cert-tls server',
    'tls-version-min 1.2',
    `data-ciphers ${ciphers}`,
    'verb 3',
    ...extra,
    ...inline('ca', found.ca),
    ...inline('cert', found.cert),
    ...inline('key', found.key),
    ...inline('tls-crypt', found.tlscrypt),
    '',
  ].join('\n');
}

/** The lines of a key without its first and last, which are everybody's. */
function material(key: string): readonly string[] {
  return key.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('-----'));
}
