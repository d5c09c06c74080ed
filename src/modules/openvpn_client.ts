import { ask, defineModule, isFailure, run, type Change, type Plan } from '../model/module.ts';
import type { Secret } from '../model/secret.ts';
import { sh } from '../model/script.ts';
import { clientConfig, clientFilesOf, passwordFile, sumOf } from './lib/openvpn-client-config.ts';
import {
  awaitTunnel,
  connect,
  noteChange,
  openvpnClientProbe,
  readOpenvpnClient,
  removeClient,
  type OpenvpnClientState,
} from './lib/openvpn-client-host.ts';
import { openvpnClientParams, type OpenvpnClientParams } from './lib/openvpn-client-params.ts';
import { isStarted } from './lib/systemctl.ts';
import { planEnabled, planUnit } from './lib/unit-plan.ts';
import { writeFile } from './lib/write-file.ts';

/** The near end of a tunnel, as `openvpn-client@NAME`. */
export const openvpnClient = defineModule<OpenvpnClientParams, OpenvpnClientState>({
  name: 'openvpn_client',
  summary: 'Keeps an OpenVPN tunnel up, and says what the log says where it does not come.',
  description: `The profile becomes \`/etc/openvpn/client/NAME.conf\`, readable for root alone; the password of an encrypted key goes
into a file beside it (\`askpass\`). A change of either starts \`openvpn-client@NAME\` anew, and so does a tunnel that is down;
one that was started within \`timeout\` is only waited for.

"Up" means that OpenVPN has said \`Initialization Sequence Completed\` and that the interface has an address. Where that is not
so in time, the task fails with the reason out of the log: a name that does not resolve, a refused connection, a wrong
password, a certificate that is not valid yet. The service goes on trying.

With \`routing_table\` nothing of the host itself goes through the tunnel: only what a rule sends to that table
(\`ip rule\`, or \`routing-policy\` of netplan). The table is empty while there is no tunnel.`,
  params: openvpnClientParams,
  examples: [
    {
      title: 'A profile from the server, with an encrypted key',
      yaml: `openvpn_client:
  name: home
  profile: '{{ hostvars.vpn.bundle.profile }}'
  password: '{{ hostvars.vpn.bundle.passphrase }}'
  routing_table: 208
`,
      needs: 'systemd',
    },
    { title: 'Not any more', yaml: 'openvpn_client:\n  name: home\n  state: absent\n', needs: 'systemd' },
  ],
  returns: { address: 'address of this end of the tunnel; empty while it is down', interface: 'its name' },
  probe: (asked) => ask(openvpnClientProbe(asked), readOpenvpnClient),
  plan: (state, asked) => {
    if (state.kind === 'failed') return state.failure;
    if (asked.state === 'absent') return removal(state, asked);
    if (state.kind === 'missing')
      return {
        failed: 'openvpn is not installed on this host',
        hint: 'install the package openvpn first (module apt)',
      };
    return changes(state, asked);
  },
  result: (state, { interface: device }) => ({
    address: state.kind === 'answered' ? state.address : '',
    interface: device,
  }),
});

type Answered = Extract<OpenvpnClientState, { kind: 'answered' }>;

function changes(state: Answered, asked: OpenvpnClientParams): Plan {
  const { config, password, unit } = clientFilesOf(asked.name);
  const files = [
    ...file(asked.name, config, state.config, clientConfig(asked)),
    ...file(asked.name, password, state.password, passwordFile(asked)),
  ];
  const enabling = planEnabled(state.unit, { name: unit, enabled: asked.enabled });
  if (isFailure(enabling)) return enabling;
  if (asked.state === 'stopped') {
    const stopping = planUnit(state.unit, { name: unit, state: 'stopped' });
    return isFailure(stopping) ? stopping : [...files, ...stopping, ...enabling];
  }
  if (files.length === 0 && state.isUp && !state.isPending) return enabling;
  const isComing =
    files.length === 0 && !state.isPending && isStarted(state.unit) && state.age < asked.timeout;
  if (isComing)
    return [...enabling, { summary: 'wait for the tunnel', actions: [awaitTunnel(asked)], harmless: true }];
  const start: Change = {
    summary: `${isStarted(state.unit) ? 'restart' : 'start'} ${unit} and wait for the tunnel`,
    before: state.isUp ? `the tunnel is up at ${state.address}` : `no tunnel (${state.unit.active})`,
    after: 'the tunnel is up',
    actions: [connect(asked)],
  };
  // Enabled first: a tunnel that does not come now shall still be tried at the next start.
  return [...files, ...enabling, start];
}

/** Compared by sums: the contents are secret, on the way too. */
function file(
  name: string,
  path: string,
  found: string | undefined,
  content: Secret | undefined,
): readonly Change[] {
  if (content === undefined)
    return found === undefined
      ? []
      : [{ summary: `remove ${path}`, actions: [noteChange(name), run(sh`rm -f ${path}`)] }];
  if (found === `${sumOf(content)} -rw------- 0`) return [];
  const same = found?.startsWith(sumOf(content));
  const summary = same ? `make ${path} private` : `${found === undefined ? 'create' : 'write'} ${path}`;
  return [
    {
      summary,
      actions: [
        noteChange(name),
        ...writeFile({ path, bytes: content, owner: 'root', group: 'root', mode: '0600' }),
      ],
    },
  ];
}

function removal(state: OpenvpnClientState, { name }: OpenvpnClientParams): readonly Change[] {
  if (state.kind !== 'answered') return [];
  const isThere = state.config !== undefined || state.password !== undefined || isStarted(state.unit);
  return isThere ? [{ summary: `remove the tunnel ${name}`, actions: [removeClient(name)] }] : [];
}
