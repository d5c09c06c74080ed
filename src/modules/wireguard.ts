import { createHash } from 'node:crypto';
import {
  ask,
  defineModule,
  isFailure,
  run,
  type Change,
  type Failure,
  type Output,
  type Plan,
} from '../model/module.ts';
import { joinScripts, raw, type Script, sh } from '../model/script.ts';
import { Secret } from '../model/secret.ts';
import { Answers } from './lib/answers.ts';
import { rootPath } from './lib/sections.ts';
import { isStarted, readUnit, type Unit, unitCommand, unitScript } from './lib/systemctl.ts';
import { planEnabled, planUnit } from './lib/unit-plan.ts';
import { wireguardConfig } from './lib/wireguard-config.ts';
import { wireguardFiles, wireguardParams, type WireguardParams } from './lib/wireguard-params.ts';
import { writeFile } from './lib/write-file.ts';

interface State {
  readonly trouble?: string;
  readonly unit?: Unit | undefined;
  /** `SHA256 MODE OWNER` of the files; empty where there is none. */
  readonly key: string;
  readonly isPending: boolean;
  /** The interface is there. */
  readonly isUp: boolean;
  readonly config: string;
}

/** One end of a WireGuard tunnel, as `wg-quick@NAME`. */
export const wireguard = defineModule<WireguardParams, State>({
  name: 'wireguard',
  summary: 'Keeps a WireGuard interface up, with its peers.',
  description: `Writes \`/etc/wireguard/NAME.conf\`, for root alone, and keeps \`wg-quick@NAME\` running and enabled; it is restarted when the
file has changed. The private key is made by \`wireguard_key\` and stays in its own file.

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
  probe: ({ name }) => ask(look(name), read),
  plan: (state, asked) => {
    const trouble = unfit(state, asked);
    if (trouble) return trouble;
    return state.unit === undefined ? [] : changes(state, state.unit, asked);
  },
});

function look(name: string): Script {
  const { config, key, unit, pending } = wireguardFiles(name);
  return joinScripts([
    rootPath,
    raw('command -v wg-quick >/dev/null 2>&1 || { echo trouble=missing; exit 0; }'),
    raw('[ "$(id -u)" -eq 0 ] || { echo trouble=denied; exit 0; }'),
    unitScript(unit),
    sh`config=${config} key=${key} pending=${pending} name=${name}`,
    raw(`sum() { [ ! -s "$2" ] || printf '%s=%s %s\\n' "$1" "$(sha256sum <"$2" | cut -d ' ' -f 1)" "$(ls -ln "$2" | awk '{ print substr($1, 1, 10), $3 }')"; }
sum key "$key"
sum config "$config"
[ ! -e "$pending" ] || echo pending=yes
! ip link show dev "$name" >/dev/null 2>&1 || echo up=yes`),
  ]);
}

function read(output: Output): State {
  const answers = new Answers(output);
  return {
    ...(answers.has('trouble') ? { trouble: answers.get('trouble') } : {}),
    unit: readUnit(answers),
    key: answers.get('key'),
    isPending: answers.has('pending'),
    isUp: answers.has('up'),
    config: answers.get('config'),
  };
}

function unfit(
  { trouble, unit, key }: State,
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

function changes(state: State, unit: Unit, asked: WireguardParams): Plan {
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
  if (files.length === 0 && isStarted(unit) && state.isUp && !state.isPending) return enabling;
  const start: Change = {
    summary: `${isStarted(unit) ? 'restart' : 'start'} ${service}`,
    before: state.isUp ? 'the interface is up' : 'no interface',
    after: 'the interface is up',
    actions: [run(unitCommand('restart', service)), run(sh`rm -f ${pending}`)],
  };
  return [...files, ...enabling, start];
}

function filesOf(state: State, asked: WireguardParams): readonly Change[] {
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
