import type { Outcome, RunEvent, TaskFinished, TaskReference } from '../../src/model/event.ts';

/** A run in which everything happens that a reporter has to tell. */
export function story(check = false): readonly RunEvent[] {
  return [
    {
      kind: 'run-started',
      playbook: 'playbooks/site.yaml',
      hosts: ['pi', 'nas', 'vpn'],
      check,
      diff: true,
      time: '2026-11-20T10:00:00.000Z',
    },
    { kind: 'play-started', play: 'Router', where: 'playbooks/router.yaml:1', hosts: ['pi', 'nas', 'vpn'] },
    { kind: 'host-connecting', host: 'pi' },
    { kind: 'host-connecting', host: 'nas' },
    { kind: 'host-connected', host: 'pi' },
    {
      kind: 'host-unreachable',
      host: 'nas',
      failure: {
        failed: '192.168.1.21:22 refused the connection',
        hint: 'is it switched on? try: ssh admin@192.168.1.21',
      },
    },
    { kind: 'handler-recovered', host: 'pi', handler: 'Restart cron' },
    ...task('pi', packages, 'changed', {
      changes: [{ summary: 'install cron 3.0pl1-162' }, { summary: 'install openvpn 2.6.3' }],
      seconds: 12.34,
      scripts: [
        { purpose: 'probe', text: 'dpkg-query -W', code: 0, stdout: 'bash\n', stderr: '' },
        {
          purpose: 'action',
          text: 'apt-get -y install cron',
          code: 0,
          stdout: apt,
          stderr: 'W: \x1b[31mold\r\n',
        },
      ],
    }),
    ...task(
      'pi',
      { name: 'Forward packets', module: 'sysctl', where: 'playbooks/router.yaml:12' },
      'changed',
      {
        changes: [
          { summary: 'set net.ipv4.ip_forward', before: '0', after: '1', subject: 'net.ipv4.ip_forward' },
        ],
      },
    ),
    ...task(
      'pi',
      { name: 'Configure dnsmasq', module: 'template', where: 'playbooks/router.yaml:16' },
      'changed',
      {
        changes: [
          {
            summary: 'update /etc/dnsmasq.conf',
            before: 'port=53\ndomain=home\ninterface=eth0\n',
            after: 'port=53\ndomain=home\ninterface=eth1\nbind-dynamic\n',
            subject: '/etc/dnsmasq.conf',
          },
        ],
        seconds: 0.2,
      },
    ),
    { kind: 'handler-notified', host: 'pi', handler: 'Restart dnsmasq', by: 'Configure dnsmasq' },
    ...task('pi', users, 'ok', { item: 'alice' }),
    ...task('pi', users, 'changed', { item: 'bob', changes: [{ summary: 'create user bob' }] }),
    ...task('pi', { name: 'Say hello', module: 'debug', where: 'playbooks/router.yaml:30' }, 'ok', {
      message: 'hello from pi',
    }),
    ...task('pi', { name: 'Only on the NAS', module: 'apt', where: 'playbooks/router.yaml:34' }, 'skipped', {
      message: "when: inventory_hostname == 'nas'",
    }),
    ...task('pi', { name: 'Stop apache', module: 'service', where: 'playbooks/router.yaml:38' }, 'ignored', {
      failure: { failed: 'there is no service apache2' },
    }),
    ...task(
      'pi',
      { name: 'Read the version', module: 'command', where: 'playbooks/router.yaml:42' },
      'unknown',
      {
        message: "unknown until 'Install packages' has run",
      },
    ),
    ...task('vpn', packages, 'failed', {
      failure: {
        failed: 'E: Unable to locate package openvpn (exit code 100)',
        hint: 'add `update_cache: true`',
      },
      seconds: 3.2,
      scripts: [
        {
          purpose: 'action',
          text: 'apt-get -y install openvpn',
          code: 100,
          stdout: 'Reading package lists...\n',
          stderr: 'W: no network\nE: Unable to locate package openvpn\n',
        },
      ],
    }),
    ...task(
      'pi',
      { name: 'Restart dnsmasq', module: 'service', where: 'playbooks/router.yaml:50', handler: true },
      'changed',
      { changes: [{ summary: 'restart dnsmasq' }], seconds: 1.1 },
    ),
    { kind: 'play-finished', play: 'Router' },
    {
      kind: 'run-finished',
      interrupted: false,
      seconds: 48.2,
      recap: [
        {
          ...nothing,
          host: 'pi',
          ok: 2,
          changed: 5,
          skipped: 1,
          ignored: 1,
          unknown: 1,
          seconds: 14.2,
          exchanges: 9,
        },
        { ...nothing, host: 'nas', unreachable: true, seconds: 3 },
        { ...nothing, host: 'vpn', failed: 1, seconds: 3.4, exchanges: 2 },
      ],
    },
  ];
}

/** One task of one host, from start to end. */
export function task(
  host: string,
  reference: TaskReference,
  outcome: Outcome,
  more: Partial<TaskFinished> = {},
): readonly RunEvent[] {
  const item = more.item === undefined ? {} : { item: more.item };
  return [
    { kind: 'task-started', host, task: reference, ...item },
    {
      kind: 'task-finished',
      host,
      task: reference,
      outcome,
      changes: [],
      seconds: 0.1,
      scripts: [],
      ...more,
    },
  ];
}

export const nothing = {
  ok: 0,
  changed: 0,
  failed: 0,
  skipped: 0,
  ignored: 0,
  unknown: 0,
  unreachable: false,
  seconds: 0,
  exchanges: 0,
};

export const packages: TaskReference = {
  name: 'Install packages',
  module: 'apt',
  where: 'playbooks/router.yaml:6',
};

const users: TaskReference = { name: 'Create users', module: 'user', where: 'playbooks/router.yaml:24' };

const apt = Array.from({ length: 30 }, (_, index) => `Unpacking part ${index + 1}\n`).join('');
