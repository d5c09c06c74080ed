import { z } from 'zod';
import { type Change, type Module, type Plan, ask, defineModule, isFailure, run } from '../model/module.ts';
import { flag, text } from '../model/schema.ts';
import { joinScripts, raw } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { type InitService, initScript, planInit, readInit } from './lib/init-scripts.ts';
import { type Unit, readUnit, unitName, unitScript } from './lib/systemctl.ts';
import { planUnit } from './lib/unit-plan.ts';

const params = z
  .strictObject({
    name: text
      .refine(
        (name) => /^[A-Za-z0-9@:._\\-]+$/.test(name) && !name.startsWith('-'),
        'a unit has no such name',
      )
      .optional()
      .describe('The service, or a unit with its suffix, such as `fstrim.timer` or `openvpn-client@home`.'),
    state: z
      .enum(['started', 'stopped', 'restarted', 'reloaded'])
      .optional()
      .describe('`restarted` and `reloaded` do it every time: they belong into handlers.'),
    enabled: flag.optional().describe('Whether it starts with the host.'),
    masked: flag.optional().describe('Whether it is kept from starting at all. Needs systemd.'),
    daemon_reload: flag
      .default(false)
      .describe(
        'Lets systemd read its unit files again. Done by itself for a unit whose own file has changed.',
      ),
    daemon_reexec: flag
      .default(false)
      .describe('Starts systemd itself anew, as after an upgrade of it; services go on.'),
    no_block: flag.default(false).describe('Does not wait until the service is up.'),
    scope: z.literal('system').default('system').describe('Only the system’s own services.'),
  })
  .superRefine((given, context) => {
    const { name, state, enabled, masked, daemon_reload: reload } = given;
    if (
      name === undefined &&
      !(
        (reload || given.daemon_reexec) &&
        state === undefined &&
        enabled === undefined &&
        masked === undefined
      )
    )
      context.addIssue({ code: 'custom', path: ['name'], message: '`name` is missing: which service?' });
  });

type Params = z.infer<typeof params>;

interface State {
  readonly unit?: Unit | undefined;
  readonly init?: InitService | undefined;
}

function defineService(name: string): Module<Params, State> {
  return defineModule<Params, State>({
    name,
    summary: 'Starts, stops, enables and masks services.',
    description: `\`service\`, \`systemd\` and \`systemd_service\` are the same. A start waits for the result: where it
fails, or the service ends at once, the failure carries the last lines of its journal. A \`oneshot\` service counts as
started when it ended well since the host started, as long as systemd remembers it: it forgets one that nothing wants,
so enable it, or let it \`RemainAfterExit\`. A unit without [Install] section cannot be enabled, and homerun
says so. OpenRC and /etc/init.d are used where there is no systemd.`,
    params,
    aliases: {
      unit: 'name',
      service: 'name',
      'daemon-reload': 'daemon_reload',
      'daemon-reexec': 'daemon_reexec',
    },
    unsupported: {
      arguments: 'write them into a drop-in of the unit, with `copy`',
      args: 'write them into a drop-in of the unit, with `copy`',
      pattern: 'leave it out: the init system says what runs',
      runlevel: 'leave it out, or run `rc-update` with `command`',
      sleep: 'leave it out: a restart waits until the service is up',
      use: 'leave it out: the way is chosen by what the host has',
      force: 'remove the link in the way with `file`, and then `enabled: true`',
    },
    examples: [
      {
        title: 'Running now and after every start of the host',
        yaml: `${name}:\n  name: cron\n  state: started\n  enabled: true\n`,
        needs: 'systemd',
      },
      { title: 'In a handler', yaml: `${name}:\n  name: dnsmasq\n  state: restarted\n`, needs: 'systemd' },
      {
        title: 'Never, by nobody',
        yaml: `${name}:\n  name: apt-daily-upgrade.timer\n  state: stopped\n  masked: true\n`,
        needs: 'systemd',
      },
      { title: 'After unit files were copied', yaml: `${name}:\n  daemon_reload: true\n`, needs: 'systemd' },
    ],
    returns: { status: 'The unit as it was before: `id`, `load`, `active`, `sub`, `enabled`.' },
    probe: ({ name: service }) =>
      ask(
        joinScripts([
          unitScript(service === undefined ? undefined : unitName(service)),
          service === undefined ? raw(':') : initScript(service.replace(/\.service$/, '')),
          raw(':'),
        ]),
        (output) => readState(new Answers(output)),
      ),
    plan,
    result: ({ unit }) =>
      unit === undefined
        ? {}
        : {
            status: {
              id: unit.id,
              load: unit.load,
              active: unit.active,
              sub: unit.sub,
              enabled: unit.enabled,
            },
          },
  });
}

export const service = defineService('service');
export const systemd = defineService('systemd');
export const systemdService = defineService('systemd_service');

function readState(answers: Answers): State {
  return { unit: readUnit(answers), init: readInit(answers) };
}

function plan({ unit, init }: State, given: Params): Plan {
  const { name, state, enabled, masked, no_block: noBlock } = given;
  if (unit === undefined) {
    if (init === undefined || name === undefined)
      return { failed: 'this host runs neither systemd nor OpenRC nor scripts in /etc/init.d' };
    return planInit(init, { name: name.replace(/\.service$/, ''), state, enabled, masked });
  }
  const reload: Change = {
    summary: 'let systemd read its unit files again',
    actions: [run(raw('systemctl daemon-reload'))],
    harmless: true,
  };
  const again: Change = {
    summary: 'start systemd itself anew',
    actions: [run(raw('systemctl daemon-reexec'))],
    harmless: true,
  };
  const first = [...(given.daemon_reexec ? [again] : []), ...(given.daemon_reload ? [reload] : [])];
  if (name === undefined) return first;
  const changes = planUnit(unit, { name: unitName(name), state, enabled, masked, noBlock });
  if (isFailure(changes)) return changes;
  const stale = unit.outdated || unit.load !== 'loaded' || changes.length > 0;
  return [
    ...(given.daemon_reexec ? [again] : []),
    ...(given.daemon_reload && stale ? [reload] : []),
    ...changes,
  ];
}
