import { createHash } from 'node:crypto';
import { ask, defineModule, isFailure, run, type Change, type Failure, type Plan } from '../model/module.ts';
import { sh } from '../model/script.ts';
import { Secret } from '../model/secret.ts';
import { isStarted, type Unit } from './lib/systemctl.ts';
import { planEnabled, planUnit } from './lib/unit-plan.ts';
import { wireguardConfig } from './lib/wireguard-config.ts';
import {
  awaitedPeers,
  awaitPeers,
  readWireguard,
  startTunnel,
  wireguardProbe,
  type WireguardState,
} from './lib/wireguard-host.ts';
import { wireguardFiles, wireguardParams, type WireguardParams } from './lib/wireguard-params.ts';
import { writeFile } from './lib/write-file.ts';

/** One end of a WireGuard tunnel, as `wg-quick@NAME`. */
export const wireguard = defineModule<WireguardParams, WireguardState>({
  name: 'wireguard',
  summary: 'Keeps a WireGuard interface up, with its peers.',
  description: `Writes \`/etc/wireguard/NAME.conf\`, for root alone, and keeps \`wg-quick@NAME\` running and enabled; it is restarted when the
file has changed. The private key is made by \`wireguard_key\` and stays in its own file.

WireGuard itself never says that a tunnel does not work. A peer with \`endpoint\` and \`keepalive\` has to answer: what counts is
its last handshake, which is made anew every two minutes, so a lost peer is noticed after about three. Where there is none,
the interface is started anew (which also asks for the address of the endpoint's name again); one that was started within
\`timeout\` is only waited for. Where no answer comes in time, the task fails and says what can be seen from here: a name that does not
resolve, no way to the address, a port where nothing listens, or silence, as of a firewall or of a peer that has other keys.

Where the kernel knows no WireGuard, \`wg-quick\` uses \`wireguard-go\`, if that is installed.`,
  params: wireguardParams,
  examples: [
    {
      title: 'A Pi that sends what a rule sends to table 208 through its server',
      yaml: `wireguard:
  name: wg0
  addresses: [10.9.0.2/24]
  table: 208
  peers:
    - name: vpn
      public_key: xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
      endpoint: 203.0.113.10:51820
      allowed_ips: [0.0.0.0/0]
      keepalive: 25
`,
      needs: 'systemd',
    },
    { title: 'Not any more', yaml: 'wireguard:\n  name: wg0\n  state: absent\n', needs: 'systemd' },
  ],
  probe: (asked) => ask(wireguardProbe(asked), readWireguard),
  plan: (state, asked) => {
    const trouble = unfit(state, asked);
    if (trouble) return trouble;
    return state.unit === undefined ? [] : changes(state, state.unit, asked);
  },
});

function unfit(
  { trouble, unit, key }: WireguardState,
  { name, state, private_key: given }: WireguardParams,
): Failure | undefined {
  if (state === 'absent' && trouble === 'missing') return undefined;
  if (trouble === 'missing')
    return {
      failed: 'wg-quick is not installed on this host',
      hint: 'install the package wireguard-tools first (module apt)',
    };
  if (trouble === 'denied')
    return { failed: 'only root may look at /etc/wireguard', hint: 'it needs root: say `become: true`' };
  if (unit === undefined)
    return { failed: 'this host does not run systemd, which starts wg-quick', hint: 'use another host' };
  if (state !== 'absent' && key === '' && given === undefined)
    return {
      failed: `there is no key ${wireguardFiles(name).key}`,
      hint: 'make it first (module wireguard_key)',
    };
  return undefined;
}

function changes(state: WireguardState, unit: Unit, asked: WireguardParams): Plan {
  const { name } = asked;
  const { unit: service, config, pending } = wireguardFiles(name);
  if (asked.state === 'absent')
    return state.config === '' && !isStarted(unit)
      ? []
      : [
          {
            summary: `remove the interface ${name}`,
            actions: [
              run(sh`systemctl disable --quiet --now -- ${service} </dev/null && rm -f ${[config, pending]}`),
            ],
          },
        ];
  const files = filesOf(state, asked);
  const enabling = planEnabled(unit, { name: service, enabled: asked.enabled });
  if (isFailure(enabling)) return enabling;
  if (asked.state === 'stopped') {
    const stopping = planUnit(unit, { name: service, state: 'stopped' });
    return isFailure(stopping) ? stopping : [...files, ...stopping, ...enabling];
  }
  // While the name of an endpoint does not resolve it is `activating`, for ever, and the interface is there already.
  const isCurrent = files.length === 0 && unit.active === 'active' && state.isUp && !state.isPending;
  if (isCurrent && state.silent.length === 0) return enabling;
  if (isCurrent && state.age < asked.timeout)
    return [...enabling, { summary: 'wait for the other end', actions: [awaitPeers(asked)], harmless: true }];
  const waits = awaitedPeers(asked).length > 0 ? ' and wait for the other end' : '';
  const start: Change = {
    summary: `${isStarted(unit) ? 'restart' : 'start'} ${service}${waits}`,
    before: state.isUp ? `the interface is up${isCurrent ? ', but no answer comes' : ''}` : 'no interface',
    after: 'the interface is up',
    actions: [startTunnel(asked)],
  };
  return [...files, ...enabling, start];
}

function filesOf(state: WireguardState, asked: WireguardParams): readonly Change[] {
  const { config, key } = wireguardFiles(asked.name);
  const { private_key: given } = asked;
  const text = given instanceof Secret ? given.reveal() : given;
  return [
    ...(text === undefined ? [] : file(asked.name, key, state.key, new Secret(`${text}\n`))),
    ...file(asked.name, config, state.config, wireguardConfig(asked)),
  ];
}

/** Compared by sums, as the files hold secrets. */
function file(name: string, path: string, found: string, content: Secret): readonly Change[] {
  const sum = createHash('sha256').update(content.reveal()).digest('hex');
  if (found === `${sum} -rw------- 0`) return [];
  return [
    {
      summary: `${found === '' ? 'create' : 'write'} ${path}`,
      actions: [
        run(sh`: >${wireguardFiles(name).pending}`),
        ...writeFile({
          ...{ path, bytes: content, owner: 'root', group: 'root' },
          ...{ mode: '0600', createFolder: '0700' },
        }),
      ],
    },
  ];
}
