import { describe, expect, test } from 'vitest';
import { isFailure } from '../../src/model/module.ts';
import { service, systemd, systemdService } from '../../src/modules/service.ts';

const UNIT = {
  Id: 'x.service',
  LoadState: 'loaded',
  ActiveState: 'active',
  SubState: 'running',
  NeedDaemonReload: 'no',
  Type: 'simple',
  RemainAfterExit: 'no',
  Result: 'success',
  CanReload: 'yes',
  ExecMainExitTimestampMonotonic: '0',
  enabled: 'enabled',
};

function plan(unit: Partial<typeof UNIT> | string, given: Record<string, unknown>): readonly string[] {
  const params = service.params.parse({ name: 'x', ...given });
  const lines = Object.entries({ ...UNIT, ...(typeof unit === 'string' ? {} : unit) });
  const stdout =
    typeof unit === 'string'
      ? unit
      : `systemd=yes\n${lines.map(([key, value]) => `${key}=${value}\n`).join('')}`;
  const probe = service.probe(params, {});
  if (probe.kind !== 'ask') throw new Error('it asks the host');
  const planned = service.plan(
    probe.parse({ code: 0, stdout, stderr: '', bytes: Buffer.from(stdout) }),
    params,
    {},
  );
  if (isFailure(planned)) return [`failed: ${planned.failed}`];
  return planned.map((change) => (change.harmless ? `(${change.summary})` : change.summary));
}

const DEAD = { ActiveState: 'inactive', SubState: 'dead' };
const GONE = { LoadState: 'not-found', ...DEAD, enabled: '' };

describe('systemd', () => {
  test.each([
    [{}, { state: 'started', enabled: true, masked: false }, []],
    [DEAD, { state: 'started' }, ['start x.service']],
    [{ ActiveState: 'failed' }, { state: 'started' }, ['start x.service']],
    [{ ActiveState: 'activating', SubState: 'start' }, { state: 'started' }, []],
    [{ ActiveState: 'activating', SubState: 'auto-restart' }, { state: 'started' }, ['start x.service']],
    [{ ActiveState: 'failed' }, { state: 'stopped' }, []],
    [{}, { state: 'stopped' }, ['stop x.service']],
    [{}, { state: 'restarted' }, ['restart x.service']],
    [DEAD, { state: 'restarted' }, ['restart x.service']],
    [{}, { state: 'reloaded' }, ['reload x.service']],
    [DEAD, { state: 'reloaded' }, ['start x.service']],
    [{ CanReload: 'no' }, { state: 'reloaded' }, ['failed: x.service has no way to reload']],
    [{ ...DEAD, Type: 'oneshot', ExecMainExitTimestampMonotonic: '7' }, { state: 'started' }, []],
    [{ ...DEAD, Type: 'oneshot' }, { state: 'started' }, ['start x.service']],
    [
      { ActiveState: 'failed', Type: 'oneshot', Result: 'exit-code', ExecMainExitTimestampMonotonic: '7' },
      { state: 'started' },
      ['start x.service'],
    ],
    [{ enabled: 'disabled' }, { enabled: true }, ['enable x.service']],
    [{ enabled: 'enabled-runtime' }, { enabled: true }, ['enable x.service']],
    [{ enabled: 'linked' }, { enabled: true }, ['enable x.service']],
    [{ enabled: 'alias' }, { enabled: true }, []],
    [{ enabled: 'indirect' }, { enabled: true }, []],
    [{ enabled: 'indirect' }, { enabled: false }, []],
    [{ enabled: 'static' }, { enabled: false }, []],
    [
      { enabled: 'static' },
      { enabled: true },
      ['failed: x.service has no [Install] section (static): it cannot be enabled, others start it'],
    ],
    [{ enabled: 'generated' }, { enabled: true }, []],
    [
      { enabled: 'generated' },
      { enabled: false },
      ['failed: x.service is generated at every start: it cannot be disabled'],
    ],
    [{ enabled: 'enabled' }, { enabled: false }, ['disable x.service']],
    [{}, { masked: true, state: 'stopped' }, ['mask x.service', 'stop x.service']],
    [{ LoadState: 'masked', enabled: 'masked', ...DEAD }, { masked: true }, []],
    [
      { LoadState: 'masked', enabled: 'masked', ...DEAD },
      { state: 'started' },
      ['failed: x.service is masked: it can neither start nor be enabled'],
    ],
    [
      { LoadState: 'masked', enabled: 'masked', ...DEAD },
      { masked: false, state: 'started', enabled: true },
      ['unmask x.service', 'enable x.service', 'start x.service'],
    ],
    [GONE, { state: 'started' }, ['failed: there is no unit x.service']],
    [GONE, { enabled: true }, ['failed: there is no unit x.service']],
    [GONE, { state: 'stopped', enabled: false }, []],
    [GONE, { masked: true }, ['mask x.service']],
    [{}, { daemon_reload: true }, []],
    [{ NeedDaemonReload: 'yes' }, { daemon_reload: true }, ['(let systemd read its unit files again)']],
  ] as const)('%j and %j: %j', (unit, given, wanted) => {
    expect(plan(unit, given)).toEqual(wanted);
  });

  test('a changed unit file is read before a start, but not before a stop', () => {
    const actions = (state: string): string => {
      const params = service.params.parse({ name: 'x', state });
      const unit = {
        id: 'x.service',
        load: 'loaded',
        sub: '',
        enabled: 'enabled',
        outdated: true,
        done: false,
        canReload: true,
      };
      const active = state === 'stopped' ? 'active' : 'inactive';
      return JSON.stringify(service.plan({ unit: { ...unit, active } }, params, {}));
    };
    expect(actions('started')).toContain('daemon-reload');
    expect(actions('stopped')).not.toContain('daemon-reload');
  });
});

describe('without systemd', () => {
  test.each([
    ['init=openrc\nexists=yes\n', { state: 'started', enabled: true }, ['enable x', 'start x']],
    ['init=openrc\nexists=yes\nrunning=yes\nenabled=yes\n', { state: 'started', enabled: true }, []],
    ['init=sysv\nexists=yes\nrunning=yes\n', { state: 'stopped' }, ['stop x']],
    ['init=sysv\nexists=yes\n', { state: 'reloaded' }, ['start x']],
    ['init=sysv\n', { state: 'started' }, ['failed: there is no /etc/init.d/x']],
    [
      'init=sysv\nexists=yes\n',
      { masked: true },
      ['failed: this host has no systemd, so `masked` means nothing to it'],
    ],
    [
      '',
      { state: 'started' },
      ['failed: this host runs neither systemd nor OpenRC nor scripts in /etc/init.d'],
    ],
  ] as const)('%j and %j: %j', (answer, given, wanted) => {
    expect(plan(answer, given)).toEqual(wanted);
  });
});

test('three names, one module', () => {
  const summaryOf = (module: typeof service): readonly string[] =>
    module.examples.map(({ yaml }) => yaml.replace(`${module.name}:`, 'it:'));
  expect([service.name, systemd.name, systemdService.name]).toEqual([
    'service',
    'systemd',
    'systemd_service',
  ]);
  for (const other of [systemd, systemdService]) {
    expect(other.params).toBe(service.params);
    expect(summaryOf(other)).toEqual(summaryOf(service));
  }
});

test('a name is needed, unless systemd is only to read its files again', () => {
  expect(service.params.safeParse({ daemon_reload: true }).success).toBe(true);
  expect(service.params.safeParse({ state: 'started' }).error?.issues[0]?.message).toContain(
    '`name` is missing',
  );
  expect(service.params.safeParse({ name: '-x; reboot' }).success).toBe(false);
});
