import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent, TaskReference } from '../../src/model/event.ts';
import { packages, story, task } from './story.ts';
import { buildReport, hasTmux, Tmux, type Stage } from './tmux.ts';

// Without tmux on a newcomer's machine there is no terminal to look at; CI must have it.
describe.skipIf(!hasTmux && process.env['CI'] === undefined)('on a real terminal', () => {
  let terminal: Tmux | undefined;
  beforeAll(buildReport);
  afterEach(() => terminal?.close());

  test('rows while it runs, then what happened and the recap', async () => {
    const events = story();
    const stop = events.findIndex((event) => event.kind === 'handler-notified');
    const rest = events.slice(stop);
    const last = rest.findIndex((event) => event.kind === 'play-finished');
    terminal = new Tmux(80, 24, [
      { now: 0, events: [...events.slice(0, stop), starts('pi', long), starts('vpn', packages)] },
      { now: 14_200, events: [] },
      { now: 14_300, events: rest.slice(0, last) },
      { now: 15_000, events: rest.slice(last) },
    ]);
    expect(await terminal.next('› vpn')).toMatchInlineSnapshot(`
      "
      Router  on pi, nas, vpn
      ✗ nas  unreachable: 192.168.1.21:22 refused the connection
          hint   │ is it switched on? try: ssh admin@192.168.1.21
      ! pi   Restart cron (handler):
          owed by an earlier run that broke off; it runs in this play
      ~ pi   Install packages (12 s)
          install cron 3.0pl1-162
          install openvpn 2.6.3
      ~ pi   Forward packets: set net.ipv4.ip_forward
      ~ pi   Configure dnsmasq: update /etc/dnsmasq.conf

      › pi   Configure dnsmasq, which hands out the addresses of the Pi’s…  3 changed
      ✗ nas  unreachable
      › vpn  Install packages"
    `);
    expect(terminal.cursorIsVisible()).toBe(false);
    expect(lastLines(await terminal.next('14 s'), 3)).toMatchInlineSnapshot(`
      "› pi   Configure dnsmasq, which hands out the addresses of t… · 14 s  3 changed
      ✗ nas  unreachable
      › vpn  Install packages · 14 s"
    `);
    expect(lastLines(await terminal.next('✗ vpn  failed'), 3)).toMatchInlineSnapshot(`
      "✓ pi   done                                           5 changed            2 ok
      ✗ nas  unreachable
      ✗ vpn  failed: Install packages                                  1 failed"
    `);
    await terminal.next('ended with 0');
    expect(terminal.history()).toMatchInlineSnapshot(`
      "
      Router  on pi, nas, vpn
      ✗ nas  unreachable: 192.168.1.21:22 refused the connection
          hint   │ is it switched on? try: ssh admin@192.168.1.21
      ! pi   Restart cron (handler):
          owed by an earlier run that broke off; it runs in this play
      ~ pi   Install packages (12 s)
          install cron 3.0pl1-162
          install openvpn 2.6.3
      ~ pi   Forward packets: set net.ipv4.ip_forward
      ~ pi   Configure dnsmasq: update /etc/dnsmasq.conf
      ~ pi   Create users [bob]: create user bob
      ✓ pi   Say hello: hello from pi
      ! pi   Stop apache: failed, ignored: there is no service apache2
          at     │ playbooks/router.yaml:38 · module service
      ? pi   Read the version: unknown until 'Install packages' has run
      ✗ vpn  Install packages:
          E: Unable to locate package openvpn (exit code 100) (3.2 s)
          stderr │ W: no network
                 │ E: Unable to locate package openvpn
          at     │ playbooks/router.yaml:6 · module apt
          hint   │ add \`update_cache: true\`
      ~ pi   Restart dnsmasq (handler): restart dnsmasq (1.1 s)

      host    ok  changed  failed  skipped  unreachable  ignored  unknown   time
      pi       2        5       0        1            0        1        1   14 s
      nas      0        0       0        0            1        0        0  3.0 s
      vpn      0        0       1        0            0        0        0  3.4 s

      5 changes on 1 host in 48 s. 1 task cannot be known before the run.
      1 host failed:
        vpn at “Install packages” (playbooks/router.yaml:6)
      1 host could not be reached:
        nas: 192.168.1.21:22 refused the connection
      Put that right and run it again: what is done stays done.
      ended with 0
      $"
    `);
    expect(terminal.cursorIsVisible()).toBe(true);
  });

  test('of 50 hosts the busiest, each in its place for as long as it is busy', async () => {
    const hosts = Array.from({ length: 50 }, (_, index) => `host${index + 1}`);
    const busy = ['host3', 'host40', 'host41', 'host42'];
    terminal = new Tmux(80, 24, [
      { now: 0, events: [...opening(hosts), ...busy.map((host) => starts(host, packages))] },
      { now: 100, events: [ends('host3', packages), starts('host50', long)] },
      { now: 200, events: [] },
    ]);
    expect(await terminal.next('› host42')).toMatchInlineSnapshot(`
      "
      Router  on 50 hosts

      › host3   Install packages
      › host40  Install packages
      › host41  Install packages
      › host42  Install packages
        host1   waiting
        host2   waiting
        host4   waiting
        host5   waiting
        host6   waiting
        host7   waiting
        host8   waiting
        host9   waiting
        … and 38 more: 38 waiting"
    `);
    expect(lastLines(await terminal.next('› host50'), 13)).toMatchInlineSnapshot(`
      "› host50  Configure dnsmasq, which hands out the addresses of the Pi’s o…
      › host40  Install packages
      › host41  Install packages
      › host42  Install packages
        host1   waiting
        host2   waiting
        host4   waiting
        host5   waiting
        host6   waiting
        host7   waiting
        host8   waiting
        host9   waiting
        … and 38 more: 37 waiting, 1 done"
    `);
  });

  test('nothing is left behind when the terminal becomes narrower', async () => {
    terminal = new Tmux(120, 50, [
      {
        now: 0,
        events: [...opening(['pi', 'nas']), ...task('pi', packages, 'changed', changes), starts('pi', long)],
      },
      { now: 5000, events: [ends('pi', long), starts('nas', packages)] },
      waiting,
    ]);
    await terminal.next('› pi');
    terminal.resize(50, 20);
    await terminal.next('› nas');
    // tmux moves lines from the top into the history when a window becomes lower.
    expect(terminal.history()).toMatchInlineSnapshot(`
      "
      Router  on pi, nas
      ~ pi   Install packages: install cron 3.0pl1-162 (
      2.1 s)

      ✓ pi   done                                1~  1✓
      › nas  Install packages"
    `);
  });

  test('Ctrl-C leaves a clean terminal that says where the run stood', async () => {
    terminal = new Tmux(80, 24, [
      { now: 0, events: [...opening(['pi', 'nas']), starts('pi', packages)] },
      waiting,
    ]);
    await terminal.next('› pi');
    terminal.interrupt();
    await terminal.see('ended with 130');
    expect(terminal.screen()).toMatchInlineSnapshot(`
      "
      Router  on pi, nas

      Stopped before the end.
        pi was at “Install packages”
      Run it again: what is done stays done.
      ended with 130
      $"
    `);
    expect(terminal.cursorIsVisible()).toBe(true);
  });
});

const long: TaskReference = {
  name: 'Configure dnsmasq, which hands out the addresses of the Pi’s own network, 192.168.2.0/24',
  module: 'template',
  where: 'playbooks/router.yaml:16',
};

const changes = { changes: [{ summary: 'install cron 3.0pl1-162' }], seconds: 2.1 };

const waiting: Stage = { now: 0, events: [] };

function opening(hosts: readonly string[]): readonly RunEvent[] {
  const playbook = 'playbooks/site.yaml';
  return [
    { kind: 'run-started', playbook, hosts, check: false, diff: false, time: '2026-11-20T10:00:00.000Z' },
    { kind: 'play-started', play: 'Router', where: `${playbook}:1`, hosts },
  ];
}

function starts(host: string, reference: TaskReference): RunEvent {
  return { kind: 'task-started', host, task: reference };
}

function ends(host: string, reference: TaskReference): RunEvent {
  return {
    kind: 'task-finished',
    host,
    task: reference,
    outcome: 'ok',
    changes: [],
    seconds: 0,
    scripts: [],
  };
}

function lastLines(screen: string, number: number): string {
  return screen.split('\n').slice(-number).join('\n');
}
