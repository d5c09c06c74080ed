import { type Change, type Plan, ask, defineModule, isFailure, run } from '../model/module.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { isMap } from '../model/value.ts';
import { Answers } from './lib/answers.ts';
import { planFile } from './lib/file-change.ts';
import { type FileState, fileStateScript, parseFileState } from './lib/file-state.ts';
import { type Unit, isStarted, isStopped, readUnit, unitCommand, unitScript } from './lib/systemctl.ts';
import { canBeEnabled, printUnit, verifyScript } from './lib/unit-file.ts';
import { type UnitParams, unitParams } from './lib/unit-params.ts';
import { planEnabled } from './lib/unit-plan.ts';

interface State {
  readonly unit: Unit | undefined;
  readonly file: FileState;
}

export const systemdUnit = defineModule<UnitParams, State>({
  name: 'systemd_unit',
  summary: 'Writes a unit file or a drop-in, and starts and enables the unit.',
  description: `A time in \`OnCalendar\` that systemd could not read is a mistake in the playbook, found before the run. systemd checks
the new file before it takes its place, and reads its files again only when one has changed. A running unit is then restarted, unless \`restart_on_change: false\`. \`state: absent\` stops and disables the
unit and removes the file.`,
  params: unitParams,
  examples: [
    {
      title: 'A service as text',
      yaml: `systemd_unit:
  name: hello.service
  content: |
    [Service]
    Type=oneshot
    ExecStart=/bin/echo hello
`,
      needs: 'systemd',
    },
    {
      title: 'A timer, which catches up after the host was off',
      yaml: `systemd_unit:
  name: hello.timer
  unit:
    Timer: { OnCalendar: '*-*-* 02:30', Persistent: true }
    Install: { WantedBy: timers.target }
  enabled: true
  started: true
`,
      needs: 'systemd',
    },
    {
      title: 'A setting on top of a unit that a package brings',
      yaml: 'systemd_unit:\n  name: ssh.service\n  dropin: restart\n  unit:\n    Service: { Restart: always }\n',
      needs: 'systemd',
    },
    {
      title: 'No such unit',
      yaml: 'systemd_unit:\n  name: hello.timer\n  state: absent\n',
      needs: 'systemd',
    },
  ],
  probe: (given) =>
    ask(
      joinScripts([
        unitScript(given.name),
        raw('echo ---'),
        fileStateScript({
          path: unitPath(given),
          content: given.state === 'absent' ? 'text' : { wanted: contentOf(given) },
        }),
      ]),
      (output) => {
        const answers = new Answers(output);
        return { unit: readUnit(answers), file: parseFileState(answers.rest) };
      },
    ),
  plan({ unit, file }, given) {
    if (unit === undefined)
      return { failed: 'this host does not run systemd', hint: 'write an init script with `copy` instead' };
    return given.state === 'absent' ? planAbsent(unit, file, given) : planPresent(unit, file, given);
  },
});

function unitPath({ name, dropin }: UnitParams): string {
  const path = `/etc/systemd/system/${name}`;
  return dropin === undefined ? path : `${path}.d/${dropin.replace(/\.conf$/, '')}.conf`;
}

function contentOf({ content, unit }: UnitParams): string {
  return isMap(unit) ? printUnit(unit) : (content ?? '').replace(/\n?$/, '\n');
}

function planPresent(unit: Unit, file: FileState, given: UnitParams): Plan {
  const { name, dropin, enabled, started } = given;
  const content = contentOf(given);
  if (dropin !== undefined && unit.load === 'not-found')
    return {
      failed: `there is no unit ${name} for this drop-in`,
      hint: 'install the package that brings it first',
    };
  const conf = dropin === undefined ? undefined : `${dropin.replace(/\.conf$/, '')}.conf`;
  const written = planFile(file, {
    content,
    owner: 'root',
    group: 'root',
    mode: given.mode,
    createFolder: true,
  });
  if (isFailure(written)) return written;
  const check = run(verifyScript(name, conf, content));
  const isChanged = file.content.kind !== 'same';
  const changes: Change[] = written.map((change) =>
    isChanged
      ? { ...change, actions: [check, ...change.actions, run(raw('systemctl daemon-reload'))] }
      : change,
  );
  const rewritten = isChanged && dropin === undefined;
  if (enabled === true && rewritten && !canBeEnabled(content))
    return {
      failed: `${name} cannot be enabled: it has no \`WantedBy\``,
      hint: 'add `Install: {WantedBy: multi-user.target}`',
    };
  // A new file can be enabled whatever the old one was; systemd has seen only that.
  const enabling = planEnabled(
    rewritten && unit.enabled === 'static' ? { ...unit, enabled: 'disabled' } : unit,
    { name, enabled },
  );
  if ('failed' in enabling) return enabling;
  return [...changes, ...enabling, ...planRunning(unit, given, isChanged, started)];
}

function planRunning(
  unit: Unit,
  given: UnitParams,
  isChanged: boolean,
  started: boolean | undefined,
): readonly Change[] {
  const doing = (verb: string, after: string): readonly Change[] => [
    {
      summary: `${verb} ${given.name}`,
      before: unit.active,
      after,
      actions: [run(unitCommand(verb, given.name))],
    },
  ];
  if (started === false) return isStopped(unit) ? [] : doing('stop', 'inactive');
  const runs = isStarted(unit) && !unit.done;
  if (runs && isChanged && given.restart_on_change) return doing('restart', 'active, restarted');
  return started === true && !isStarted(unit) ? doing('start', 'active') : [];
}

function planAbsent(unit: Unit, file: FileState, given: UnitParams): Plan {
  const { name, dropin, restart_on_change: restart } = given;
  if (file.type === 'absent') return [];
  if (file.type === 'directory') return { failed: `${file.real} is a directory` };
  const before = file.content.kind === 'text' ? file.content.text : '';
  const stop = dropin === undefined ? sh`systemctl disable --now -- ${name} || exit` : raw(':');
  const folder = sh`rmdir ${`/etc/systemd/system/${name}.d`} 2>/dev/null`;
  const removal = joinScripts([
    stop,
    sh`rm -f -- ${unitPath(given)} && systemctl daemon-reload || exit`,
    dropin === undefined ? sh`systemctl reset-failed -- ${name} 2>/dev/null` : folder,
    raw(':'),
  ]);
  const changes: Change[] = [
    {
      summary: `remove ${unitPath(given)}`,
      before,
      after: '',
      subject: unitPath(given),
      actions: [run(removal)],
    },
  ];
  return dropin === undefined
    ? changes
    : [...changes, ...planRunning(unit, { ...given, restart_on_change: restart }, true, given.started)];
}
