import { ask, defineModule, isFailure, run, type Change, type Failure, type Plan } from '../model/module.ts';
import { sh } from '../model/script.ts';
import { clientFiles, serverConfig, serverFiles } from './lib/openvpn-server-config.ts';
import {
  beginChange,
  makeTlsCrypt,
  openvpnServerProbe,
  readOpenvpnServer,
  removeServer,
  restartServer,
  type OpenvpnServerState,
} from './lib/openvpn-server-host.ts';
import { openvpnServerParams, type OpenvpnServerParams } from './lib/openvpn-server-params.ts';
import { isStarted } from './lib/systemctl.ts';
import { planEnabled } from './lib/unit-plan.ts';
import { writeFile } from './lib/write-file.ts';

/** A VPN server, as `openvpn-server@NAME`. */
export const openvpnServer = defineModule<OpenvpnServerParams, OpenvpnServerState>({
  name: 'openvpn_server',
  summary:
    'Runs an OpenVPN server for the clients of a `certificate_authority`, with fixed addresses for some.',
  description: `Writes \`/etc/openvpn/server/NAME.conf\`, makes the key of \`tls-crypt\` once, and keeps \`openvpn-server@NAME\` running and
enabled. It is restarted when something has changed; where it does not start with a new configuration, the old one is put back
and the task fails with the reason from its log.

It routes and translates nothing: see \`sysctl\` (net.ipv4.ip_forward) and \`iptables_chains\`. A client's profile comes from
\`openvpn_bundle\`.`,
  params: openvpnServerParams,
  examples: [
    {
      title: 'A server whose clients reach each other, one of them at a fixed address',
      yaml: `openvpn_server:
  name: home
  network: 10.8.0.0/24
  ca: /etc/openvpn/ca
  certificate: vpn
  client_to_client: true
  addresses: {pi: 10.8.0.2}
`,
      needs: 'systemd',
    },
    {
      title: 'Without it',
      yaml: 'openvpn_server:\n  name: home\n  network: 10.8.0.0/24\n  ca: /etc/openvpn/ca\n  certificate: vpn\n  state: absent\n',
      needs: 'systemd',
    },
  ],
  returns: { config: 'path of the configuration', service: 'name of the service' },
  probe: (asked) => ask(openvpnServerProbe(asked), readOpenvpnServer),
  plan: (state, asked) => {
    if (state.kind === 'failed') return state.failure;
    if (asked.state === 'absent') return removal(state, asked);
    if (state.kind === 'missing')
      return {
        failed: 'openvpn is not installed on this host',
        hint: 'install the package openvpn first (module apt)',
      };
    return unfit(state) ?? changes(state, asked);
  },
  result: (_, { name }) => ({ config: serverFiles(name).config, service: serverFiles(name).unit }),
});

type Answered = Extract<OpenvpnServerState, { kind: 'answered' }>;

function unfit({ lacking }: Answered): Failure | undefined {
  const [file] = lacking;
  return file === undefined
    ? undefined
    : {
        failed: `there is no ${file}`,
        hint: 'make it first (modules certificate_authority and certificate)',
      };
}

function changes(state: Answered, asked: OpenvpnServerParams): Plan {
  const { name } = asked;
  const { unit: service } = serverFiles(name);
  const files = [...tlsCrypt(state, asked), ...config(state, asked), ...clients(state, asked)];
  const enabling = planEnabled(state.unit, { name: service, enabled: true });
  if (isFailure(enabling)) return enabling;
  const runs = isStarted(state.unit);
  if (files.length === 0 && runs && !state.isPending) return enabling;
  const start: Change = {
    summary: `${runs ? 'restart' : 'start'} ${service}`,
    before: `${state.unit.active} (${state.unit.sub})`,
    after: 'active',
    actions: [restartServer(name)],
  };
  return [...files, start, ...enabling];
}

function tlsCrypt({ tlsCrypt: isThere }: Answered, { name }: OpenvpnServerParams): readonly Change[] {
  if (isThere) return [];
  const summary = `make the key ${serverFiles(name).tlsCrypt}`;
  return [{ summary, actions: [beginChange(name), makeTlsCrypt(name)] }];
}

function config(state: Answered, asked: OpenvpnServerParams): readonly Change[] {
  const { config: path } = serverFiles(asked.name);
  const after = serverConfig(asked);
  if (state.config === after && state.isPrivate) return [];
  return [
    {
      summary: `${state.config === undefined ? 'create' : 'write'} ${path}`,
      before: state.config ?? '',
      after,
      subject: path,
      actions: [
        beginChange(asked.name),
        ...writeFile({ path, bytes: after, owner: 'root', group: 'root', mode: '0600', createFolder: true }),
      ],
    },
  ];
}

/** Files of clients that are not listed go away: they would keep an address that another may have now. */
function clients(state: Answered, asked: OpenvpnServerParams): readonly Change[] {
  const { clients: folder } = serverFiles(asked.name);
  const wanted = clientFiles(asked);
  const written = [...wanted].flatMap(([client, after]): readonly Change[] => {
    const before = state.clients.get(client);
    if (before === after) return [];
    const path = `${folder}/${client}`;
    const file = { path, bytes: after, owner: 'root', group: 'root', mode: '0644', createFolder: true };
    return [
      {
        summary: `fix the address of ${client}`,
        before: before ?? '',
        after,
        subject: path,
        actions: [beginChange(asked.name), ...writeFile(file)],
      },
    ];
  });
  const gone = [...state.clients.keys()].filter((client) => !wanted.has(client));
  const removed = gone.map((client): Change => ({
    summary: `free the address of ${client}`,
    before: state.clients.get(client) ?? '',
    after: '',
    subject: `${folder}/${client}`,
    actions: [beginChange(asked.name), run(sh`rm -f ${`${folder}/${client}`}`)],
  }));
  return [...written, ...removed];
}

function removal(state: OpenvpnServerState, { name }: OpenvpnServerParams): readonly Change[] {
  if (state.kind !== 'answered') return [];
  const isThere = state.config !== undefined || state.tlsCrypt || isStarted(state.unit);
  return isThere ? [{ summary: `remove the OpenVPN server ${name}`, actions: [removeServer(name)] }] : [];
}
