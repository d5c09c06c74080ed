import { describe, expect, test } from 'vitest';
import type { Unit } from '../../src/modules/lib/systemctl.ts';
import { canBeEnabled, printUnit, verifyScript } from '../../src/modules/lib/unit-file.ts';
import { systemdUnit } from '../../src/modules/systemd_unit.ts';
import { SHELLS, localShell } from '../rig.ts';
import { noFile, textFile } from './file-fixture.ts';
import { complaint, summaries } from './on-shells.ts';

const unit: Unit = {
  id: 'x.service',
  load: 'loaded',
  active: 'active',
  sub: 'running',
  enabled: 'enabled',
  outdated: false,
  done: false,
  canReload: false,
};
const gone: Unit = { ...unit, load: 'not-found', active: 'inactive', sub: 'dead', enabled: 'not-found' };
const path = '/etc/systemd/system/x.service';
const file = textFile(path, '', { content: { kind: 'same' } });
const other = textFile(path, 'old\n');
const none = noFile(path);
const content = '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target';
const create = 'create /etc/systemd/system/x.service (owner: root, group: root, mode: 0644)';
const update = 'update /etc/systemd/system/x.service';

describe('what is done', () => {
  test.each([
    ['as asked', unit, file, { content, enabled: true, started: true }, []],
    [
      'new',
      gone,
      none,
      { content, enabled: true, started: true },
      [create, 'enable x.service', 'start x.service'],
    ],
    ['new, not for the start', gone, none, { content, enabled: false, started: false }, [create]],
    ['changed', unit, other, { content }, [update, 'restart x.service']],
    ['changed, left running', unit, other, { content, restart_on_change: false }, [update]],
    ['changed, not running', { ...unit, active: 'inactive' }, other, { content }, [update]],
    ['stopped', unit, file, { content, started: false }, ['stop x.service']],
    [
      'only its mode',
      unit,
      { ...file, mode: '0600' },
      { content },
      ['set mode: 0644 of /etc/systemd/system/x.service'],
    ],
    ['absent', unit, other, { state: 'absent' }, ['remove /etc/systemd/system/x.service']],
    ['absent already', gone, none, { state: 'absent' }, []],
    [
      'static becomes enabled',
      { ...unit, enabled: 'static' },
      other,
      { content, enabled: true },
      [update, 'enable x.service', 'restart x.service'],
    ],
    [
      'no [Install]',
      gone,
      none,
      { content: '[Service]\nExecStart=/bin/true', enabled: true },
      ['failed: x.service cannot be enabled: it has no `WantedBy`'],
    ],
    [
      'a drop-in for nothing',
      gone,
      none,
      { content, dropin: 'a' },
      ['failed: there is no unit x.service for this drop-in'],
    ],
    ['no systemd', undefined, none, { content }, ['failed: this host does not run systemd']],
  ] as const)('%s', (_title, before, present, given, wanted) => {
    expect(summaries(systemdUnit, { unit: before, file: present }, { name: 'x.service', ...given })).toEqual(
      wanted,
    );
  });

  test('systemd reads its files again only where one has changed', () => {
    const text = (state: typeof file): string =>
      JSON.stringify(
        systemdUnit.plan({ unit, file: state }, systemdUnit.params.parse({ name: 'x.service', content }), {}),
      );
    expect(text(other)).toContain('daemon-reload');
    expect(text({ ...file, mode: '0600' })).not.toContain('daemon-reload');
  });
});

test('a map is printed as a unit: lists repeat, nothing empties, newlines go on', () => {
  const sections = {
    Unit: { Description: 'a %n', After: ['a.service', 'b.service'] },
    Service: { ExecStart: [null, '/bin/sh -c "x\n y"'], Restart: 'always', PrivateTmp: true, RestartSec: 5 },
  };
  expect(printUnit(sections)).toBe(
    '[Unit]\nDescription=a %n\nAfter=a.service\nAfter=b.service\n\n[Service]\nExecStart=\nExecStart=/bin/sh -c "x \\\n y"\nRestart=always\nPrivateTmp=true\nRestartSec=5\n',
  );
});

test.each([
  [content, true],
  ['[Install]\n# WantedBy=x\nAlias=y.service\n', true],
  ['[Service]\nWantedBy=x\n', false],
  ['[Install]\n[Service]\nWantedBy=x\n', false],
  ['[Install]\n#WantedBy=x\n', false],
])('%j can be enabled: %s', (text, can) => {
  expect(canBeEnabled(text)).toBe(can);
});

describe.each(SHELLS.filter((shell) => shell !== 'busybox'))('systemd’s own check, on %s', (shell) => {
  test.each([
    ['x.service', content, 0, ''],
    ['x.service', content.replace('/bin/true', '/not/yet/there'), 0, ''],
    [
      'x.service',
      '[Service]\nExecStrat=/bin/true\n',
      1,
      'systemd refuses this unit: x.service: Service has no ExecStart=',
    ],
    [
      'x.timer',
      '[Timer]\nOnCalendar=dailyy\n',
      1,
      'systemd refuses this unit: x.timer: Timer unit lacks value setting',
    ],
  ])('%s %j: %i', async (name, text, code, said) => {
    const output = await localShell(shell, '/')(verifyScript(name, undefined, text));
    expect([output.code, output.stderr]).toEqual([code, expect.stringContaining(said)]);
  });
});

test.each([
  [{ name: 'x', content }, 'a unit with its suffix, such as `backup.timer`'],
  [{ name: '../x.service', content }, 'a unit with its suffix'],
  [{ name: 'x.service' }, '`systemd_unit` needs one of `content` and `unit`'],
  [{ name: 'x.service', content, unit: {} }, '`systemd_unit` needs one of'],
  [{ name: 'x.service', unit: { Service: 'x' } }, '`Service` must be a map'],
  [{ name: 'x.service', unit: { Service: { ExecStart: { a: 1 } } } }, '`Service.ExecStart` must be text'],
])('%j is refused', (given, message) => {
  expect(complaint(systemdUnit, given)).toContain(message);
});
