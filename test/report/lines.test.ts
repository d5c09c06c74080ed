import { afterEach, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../src/model/event.ts';
import { createReporter } from '../../src/report/index.ts';
import { quiet, render } from './render.ts';
import { nothing, packages, story, task } from './story.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a run, with differences', async () => {
  expect(await render(story(), { format: 'lines', diff: true })).toMatchInlineSnapshot(`
    "RUN playbooks/site.yaml

    PLAY Router (playbooks/router.yaml:1): pi, nas, vpn
    nas | connect | unreachable | 192.168.1.21:22 refused the connection
    nas |   hint   │ is it switched on? try: ssh admin@192.168.1.21
    pi | Restart cron (handler) | recovered | notified by an earlier run that broke off
    pi | Install packages | changed | install cron 3.0pl1-162
    pi | Install packages | changed | install openvpn 2.6.3 (12 s)
    pi | Forward packets | changed | set net.ipv4.ip_forward
    pi |   0 → 1
    pi | Configure dnsmasq | changed | update /etc/dnsmasq.conf
    pi |   --- /etc/dnsmasq.conf
    pi |   +++ /etc/dnsmasq.conf
    pi |   @@ -1,3 +1,4 @@
    pi |    port=53
    pi |    domain=home
    pi |   -interface=eth0
    pi |   +interface=eth1
    pi |   +bind-dynamic
    pi | Create users [alice] | ok
    pi | Create users [bob] | changed | create user bob
    pi | Say hello | ok | hello from pi
    pi | Only on the NAS | skipped | when: inventory_hostname == 'nas'
    pi | Stop apache | ignored | there is no service apache2
    pi |   at     │ playbooks/router.yaml:38 · module service
    pi | Read the version | unknown | until 'Install packages' has run
    vpn | Install packages | failed | E: Unable to locate package openvpn (exit code 100) (3.2 s)
    vpn |   stderr │ W: no network
    vpn |          │ E: Unable to locate package openvpn
    vpn |   at     │ playbooks/router.yaml:6 · module apt
    vpn |   hint   │ add \`update_cache: true\`
    pi | Restart dnsmasq (handler) | changed | restart dnsmasq (1.1 s)

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
    "
  `);
});

test('a plan says what would be', async () => {
  expect(await render(story(true), { format: 'lines' })).toMatchInlineSnapshot(`
    "PLAN playbooks/site.yaml

    PLAY Router (playbooks/router.yaml:1): pi, nas, vpn
    nas | connect | unreachable | 192.168.1.21:22 refused the connection
    nas |   hint   │ is it switched on? try: ssh admin@192.168.1.21
    pi | Restart cron (handler) | recovered | notified by an earlier run that broke off
    pi | Install packages | would change | install cron 3.0pl1-162
    pi | Install packages | would change | install openvpn 2.6.3 (12 s)
    pi | Forward packets | would change | set net.ipv4.ip_forward
    pi | Configure dnsmasq | would change | update /etc/dnsmasq.conf
    pi | Create users [alice] | ok
    pi | Create users [bob] | would change | create user bob
    pi | Say hello | ok | hello from pi
    pi | Only on the NAS | skipped | when: inventory_hostname == 'nas'
    pi | Stop apache | ignored | there is no service apache2
    pi |   at     │ playbooks/router.yaml:38 · module service
    pi | Read the version | unknown | until 'Install packages' has run
    vpn | Install packages | failed | E: Unable to locate package openvpn (exit code 100) (3.2 s)
    vpn |   stderr │ W: no network
    vpn |          │ E: Unable to locate package openvpn
    vpn |   at     │ playbooks/router.yaml:6 · module apt
    vpn |   hint   │ add \`update_cache: true\`
    pi | Restart dnsmasq (handler) | would change | restart dnsmasq (1.1 s)

    host    ok  would change  failed  skipped  unreachable  ignored  unknown   time
    pi       2             5       0        1            0        1        1   14 s
    nas      0             0       0        0            1        0        0  3.0 s
    vpn      0             0       1        0            0        0        0  3.4 s

    5 changes would be made on 1 host. Nothing was touched. 1 task cannot be known before the run.
    1 host failed:
      vpn at “Install packages” (playbooks/router.yaml:6)
    1 host could not be reached:
      nas: 192.168.1.21:22 refused the connection
    Put that right and run it again: what is done stays done.
    "
  `);
});

test('-v adds what changed and failed tasks said, without a single control character', async () => {
  const text = await render(story(), { format: 'lines', verbosity: 1 });
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  expect(text.split('\n').filter((line) => /│/.test(line))).toMatchInlineSnapshot(`
    [
      "nas |   hint   │ is it switched on? try: ssh admin@192.168.1.21",
      "pi |   stdout │ Unpacking part 1",
      "pi |          │ Unpacking part 2",
      "pi |          │ Unpacking part 3",
      "pi |          │ Unpacking part 4",
      "pi |          │ Unpacking part 5",
      "pi |          │ Unpacking part 6",
      "pi |          │ Unpacking part 7",
      "pi |          │ Unpacking part 8",
      "pi |          │ Unpacking part 9",
      "pi |          │ Unpacking part 10",
      "pi |          │ Unpacking part 11",
      "pi |          │ Unpacking part 12",
      "pi |          │ Unpacking part 13",
      "pi |          │ Unpacking part 14",
      "pi |          │ Unpacking part 15",
      "pi |          │ Unpacking part 16",
      "pi |          │ Unpacking part 17",
      "pi |          │ Unpacking part 18",
      "pi |          │ Unpacking part 19",
      "pi |          │ Unpacking part 20",
      "pi |          │ … 10 more lines (-vv shows all)",
      "pi |   stderr │ W: \\x1b[31mold",
      "pi |   at     │ playbooks/router.yaml:38 · module service",
      "vpn |   stdout │ Reading package lists...",
      "vpn |   stderr │ W: no network",
      "vpn |          │ E: Unable to locate package openvpn",
      "vpn |   at     │ playbooks/router.yaml:6 · module apt",
      "vpn |   hint   │ add \`update_cache: true\`",
    ]
  `);
});

test('-vvv adds the scripts', async () => {
  const text = await render(story(), { format: 'lines', verbosity: 3 });
  const lines = text.split('\n');
  expect(lines.filter((line) => line.startsWith('vpn '))).toMatchInlineSnapshot(`
    [
      "vpn | Install packages | failed | E: Unable to locate package openvpn (exit code 100) (3.2 s)",
      "vpn |   action │ apt-get -y install openvpn",
      "vpn |   stdout │ Reading package lists...",
      "vpn |   stderr │ W: no network",
      "vpn |          │ E: Unable to locate package openvpn",
      "vpn |   exit   │ 100",
      "vpn |   at     │ playbooks/router.yaml:6 · module apt",
      "vpn |   hint   │ add \`update_cache: true\`",
      "vpn      0        0       1        0            0        0        0  3.4 s",
    ]
  `);
  expect(lines).toContain('pi |          │ Unpacking part 30');
});

test('every line of a play but its head names the host', async () => {
  const text = await render(story(), { format: 'lines', diff: true, verbosity: 3 });
  const [, play = ''] = text.split(/^PLAY .*\n/m);
  const [told = ''] = play.split('\n\nhost ');
  for (const line of told.split('\n')) expect(line).toMatch(/^(?:pi|nas|vpn) \| /);
});

test('a converged run', async () => {
  const events = story().filter((event) => event.kind === 'run-started');
  const recap = [{ host: 'pi', ok: 3, changed: 0, failed: 0, skipped: 0, ignored: 0, unknown: 0 }];
  const finished = {
    kind: 'run-finished' as const,
    interrupted: false,
    seconds: 0.34,
    recap: recap.map((host) => ({ ...host, unreachable: false, seconds: 0.31, exchanges: 1 })),
  };
  expect(await render([...events, ...task('pi', packages, 'ok'), finished], { format: 'lines' }))
    .toMatchInlineSnapshot(`
    "RUN playbooks/site.yaml
    pi | Install packages | ok

    host    ok  changed  failed  skipped  unreachable   time
    pi       3        0       0        0            0  0.3 s

    Nothing changed: the house is as the playbook says.
    "
  `);
});

test('a long task says that it is alive, ever more rarely', async () => {
  vi.useFakeTimers({ now: 0 });
  let text = '';
  const now = () => Date.now();
  const reporter = await createReporter({
    ...quiet,
    format: 'lines',
    now,
    write: (piece) => (text += piece),
  });
  const [started, finished] = task('pi', packages, 'ok', { seconds: 900 });
  if (started) reporter.event(started);
  vi.advanceTimersByTime(900_000);
  if (finished) reporter.event(finished);
  vi.advanceTimersByTime(900_000);
  await reporter.finish();
  expect(text).toMatchInlineSnapshot(`
    "pi | Install packages | still running | 30 s
    pi | Install packages | still running | 1 min
    pi | Install packages | still running | 2 min
    pi | Install packages | still running | 4 min
    pi | Install packages | still running | 8 min
    pi | Install packages | still running | 13 min
    pi | Install packages | ok (15 min)
    "
  `);
});

test('a run that was broken off says where it stood', async () => {
  const events = story();
  const cut = events.findIndex((event) => event.kind === 'task-started');
  expect(await render(events.slice(0, cut + 1), { format: 'lines' })).toMatchInlineSnapshot(`
    "RUN playbooks/site.yaml

    PLAY Router (playbooks/router.yaml:1): pi, nas, vpn
    nas | connect | unreachable | 192.168.1.21:22 refused the connection
    nas |   hint   │ is it switched on? try: ssh admin@192.168.1.21
    pi | Restart cron (handler) | recovered | notified by an earlier run that broke off
    Stopped before the end.
      pi was at “Install packages”
    Run it again: what is done stays done.
    "
  `);
});

test('a run that was interrupted never says that all is well', async () => {
  const failure = { failed: 'interrupted while a script ran on pi' };
  const recap = [{ ...nothing, host: 'pi', ok: 3, seconds: 2 }];
  const events: readonly RunEvent[] = [
    ...task('pi', packages, 'ok').slice(0, 1),
    { kind: 'host-unreachable', host: 'pi', failure, task: packages, interrupted: true },
    { kind: 'run-finished', recap, seconds: 2, interrupted: true },
  ];
  expect(await render(events, { format: 'lines' })).toMatchInlineSnapshot(`
    "pi | Install packages | interrupted | interrupted while a script ran on pi
    pi |   at     │ playbooks/router.yaml:6 · module apt

    host    ok  changed  failed  skipped  unreachable   time
    pi       3        0       0        0            0  2.0 s

    Stopped before the end.
      pi was at “Install packages”
    No change was finished.
    Run it again: what is done stays done.
    "
  `);
});

test('colour is added where it is wanted, and only then', async () => {
  const plain = await render(story(), { format: 'lines', diff: true });
  const colored = await render(story(), { format: 'lines', diff: true, color: true });
  // oxlint-disable-next-line no-control-regex
  expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(plain);
  expect(colored).toContain('\x1b[32m+interface=eth1\x1b[39m');
});
