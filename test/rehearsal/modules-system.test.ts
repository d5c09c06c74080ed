import { mkdtempSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Inventory } from '../../src/model/inventory.ts';
import { type Module, isFailure } from '../../src/model/module.ts';
import { apt } from '../../src/modules/apt.ts';
import { authorizedKey } from '../../src/modules/authorized_key.ts';
import { cron } from '../../src/modules/cron.ts';
import { group } from '../../src/modules/group.ts';
import { hostname } from '../../src/modules/hostname.ts';
import { service } from '../../src/modules/service.ts';
import { sysctl } from '../../src/modules/sysctl.ts';
import { systemdUnit } from '../../src/modules/systemd_unit.ts';
import { timezone } from '../../src/modules/timezone.ts';
import { user } from '../../src/modules/user.ts';
import { type Rehearsal, bootRehearsal } from '../../src/rehearsal/index.ts';
import { onHost } from './on-host.ts';
import { canRehearse } from './possible.ts';
import { quote } from '../../src/model/script.ts';
import { parseTask } from '../modules/task.ts';
import { type Execute, applyTask, planTask } from '../rig.ts';

const inventory: Inventory = {
  path: 'inventory.yaml',
  groups: new Map(),
  networks: [{ name: 'modem', range: '192.168.1.0/24', gateway: '192.168.1.1', settings: {} }],
  hosts: [
    {
      name: 'pi',
      groups: [],
      connection: { transport: 'ssh', address: '192.168.1.2' },
      interfaces: [{ name: 'eth0', network: 'modem', address: '192.168.1.2' }],
      variables: {},
    },
  ],
};

const HASH = '$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.';
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPsSrwEr9Iwmt8l7Ql+CtUuJdnFJqc2e9QcUj/jU3b2Y';

describe.skipIf(!(await canRehearse('the modules of a system')))(
  'the modules of a system, on a real host',
  () => {
    let rehearsal: Rehearsal;

    beforeAll(async () => {
      rehearsal = await bootRehearsal(inventory, {
        log: () => undefined,
        directory: mkdtempSync('/run/homerun-test-system-'),
      });
    });
    afterAll(async () => rehearsal?.down());

    const { execute, must } = onHost(() => rehearsal, 'pi');
    /** Does the task, sees to it that nothing is left to do, and tells what it did. */
    const done = async <P, S>(
      module: Module<P, S>,
      params: unknown,
      repeats = false,
    ): Promise<readonly string[]> => {
      const { changes, failure } = await applyTask({ module, params, execute, repeats });
      if (failure) throw new Error(`${failure.failed}\nhint: ${failure.hint ?? ''}`);
      return changes.filter((change) => change.harmless !== true).map(({ summary }) => summary);
    };
    const failed = async <P, S>(module: Module<P, S>, params: unknown): Promise<string> => {
      const { failure } = await applyTask({ module, params, execute });
      return failure
        ? `${failure.failed}${failure.hint === undefined ? '' : ` | ${failure.hint}`}`
        : '(no failure)';
    };
    const planned = async <P, S>(module: Module<P, S>, params: unknown): Promise<readonly string[]> => {
      const plan = await planTask({ module, params, execute });
      return isFailure(plan) ? [plan.failed] : plan.map(({ summary }) => summary);
    };

    describe('apt', () => {
      test('says what it needs where cron is missing', async () => {
        expect(await planned(cron, { name: 'a', job: 'b', special_time: 'reboot' })).toEqual([
          'there is no `crontab` on this host',
        ]);
        expect(await planned(service, { name: 'cron', state: 'started' })).toEqual([
          'there is no unit cron.service',
        ]);
      });

      test('installs packages, fetching the lists first where there are none', async () => {
        await must('rm -rf /var/lib/apt/lists/*');
        const [summary = ''] = await done(apt, { name: ['cron', 'iptables'], update_cache: true });
        expect(summary).toMatch(/^refresh the package lists, then install cron, iptables$/);
        expect(await must('command -v crontab iptables; systemctl is-active cron')).toContain('active');
        expect(await planned(apt, { update_cache: true })).toEqual([]);
      });

      test('fetches old lists again, which is no change', async () => {
        await must('touch -d "2 days ago" /var/lib/apt/lists /var/lib/apt/periodic/* 2>/dev/null; true');
        expect(await planned(apt, { update_cache: true })).toEqual(['refresh the package lists']);
        expect(await done(apt, { update_cache: true, cache_valid_time: 86_400 })).toEqual([]);
        expect(await planned(apt, { update_cache: true })).toEqual([]);
      });

      test('answers the questions of a package beforehand', async () => {
        const debconf = ['v4', 'v6'].map((family) => ({
          name: 'iptables-persistent',
          question: `iptables-persistent/autosave_${family}`,
          vtype: 'boolean',
          value: false,
        }));
        const [summary = ''] = await done(apt, { name: 'iptables-persistent', debconf });
        expect(summary).toMatch(/^install iptables-persistent \d/);
        expect(await must('debconf-show iptables-persistent')).toMatch(
          /\* iptables-persistent\/autosave_v4: false/,
        );
        expect(await must('ls /etc/iptables')).toBe('');
      });

      test('waits for another apt', async () => {
        // Four seconds are shorter than one turn of the waiting.
        const hold =
          'open F,">","/var/lib/apt/lists/lock"; $l=pack("s s x4 q q i x4",F_WRLCK,0,0,0,0); fcntl(F,F_SETLK,$l) or die; open G,">","/tmp/held"; sleep 4';
        await must(
          `perl -MFcntl -e '${hold}' >/dev/null 2>&1 & for i in 1 2 3 4 5 6 7 8 9; do [ -e /tmp/held ] || sleep 1; done; [ -e /tmp/held ]`,
        );
        expect(await done(apt, { update_cache: true, cache_valid_time: 0 }, true)).toEqual([]);
      });

      test('finishes what was left half configured', async () => {
        await must(
          'cd /tmp && apt-get -q download screen && apt-get -q download libutempter0 && dpkg --unpack ./*.deb && rm ./*.deb',
        );
        expect(await done(apt, { name: 'screen' })).toEqual([
          expect.stringMatching(/^finish configuring (?:screen|libutempter0)/),
        ]);
        expect(await must("dpkg-query -W -f '${db:Status-Abbrev}' screen")).toBe('ii ');
      });

      test('counts a virtual package as installed, and a version as asked', async () => {
        expect(await planned(apt, { name: 'awk' })).toEqual([]);
        const version = (await must("dpkg-query -W -f '${Version}' cron")).trim();
        expect(
          await planned(apt, { name: [`cron=${version}`, 'iptables=1.*', 'cron'], state: 'latest' }),
        ).toEqual([]);
      });

      test('says in one line what apt refuses', async () => {
        expect(await failed(apt, { name: 'no-such-package' })).toMatch(
          /^Unable to locate package no-such-package/,
        );
        expect(await failed(apt, { name: 'cron=9.9', allow_downgrade: true })).toMatch(
          /Version '9\.9' for 'cron' was not found/,
        );
      });

      test('removes with configuration and what only came along', async () => {
        expect(await done(apt, { name: ['screen'], state: 'absent' })).toEqual(['remove screen']);
        expect(await done(apt, { name: 'screen', state: 'absent', purge: true, autoremove: true })).toContain(
          'purge screen',
        );
        expect(await planned(apt, { autoremove: true, autoclean: true, upgrade: 'dist' })).toEqual([]);
      });
    });

    describe('service', () => {
      test('stops, disables, masks, and all the way back', async () => {
        expect(await done(service, { name: 'cron', state: 'stopped', enabled: false, masked: true })).toEqual(
          ['mask cron.service', 'disable cron.service', 'stop cron.service'],
        );
        expect(await must('systemctl is-enabled cron || true')).toBe('masked\n');
        expect(await failed(service, { name: 'cron', state: 'started' })).toMatch(/is masked.*masked: false/);
        expect(
          await done(service, { name: 'cron.service', state: 'started', enabled: true, masked: false }),
        ).toEqual(['unmask cron.service', 'enable cron.service', 'start cron.service']);
        expect(await must('systemctl is-active cron; systemctl is-enabled cron')).toBe('active\nenabled\n');
      });

      test('restarts and reloads every time', async () => {
        const before = await must('systemctl show -p MainPID cron');
        expect(await done(service, { name: 'cron', state: 'restarted' }, true)).toEqual([
          'restart cron.service',
        ]);
        expect(await must('systemctl show -p MainPID cron')).not.toBe(before);
        expect(await done(service, { name: 'ssh', state: 'reloaded' }, true)).toEqual(['reload ssh.service']);
      });

      test('follows an alias', async () => {
        expect(await planned(service, { name: 'sshd', state: 'started', enabled: true })).toEqual([]);
      });

      test('says that a static unit cannot be enabled', async () => {
        expect(await failed(service, { name: 'systemd-tmpfiles-clean.service', enabled: true })).toMatch(
          /no \[Install\] section/,
        );
        expect(await planned(service, { name: 'systemd-tmpfiles-clean.service', enabled: false })).toEqual(
          [],
        );
      });

      test('carries the journal of a service that does not stay up', async () => {
        const unit = { Service: { ExecStart: '/bin/sh -c "echo the pipe is broken; exit 3"' } };
        await done(systemdUnit, { name: 'broken.service', unit });
        const message = await failed(service, { name: 'broken', state: 'started' });
        expect(message).toContain('the pipe is broken');
        expect(message).toMatch(/broken\.service started, but did not stay up$/);
        await done(systemdUnit, { name: 'broken.service', state: 'absent' });
      });

      test('counts a oneshot service as started once it has run', async () => {
        await done(systemdUnit, {
          name: 'once.service',
          unit: {
            Service: { Type: 'oneshot', ExecStart: '/bin/true' },
            Install: { WantedBy: 'multi-user.target' },
          },
          enabled: true,
        });
        expect(await done(service, { name: 'once', state: 'started' })).toEqual(['start once.service']);
        await done(systemdUnit, { name: 'once.service', state: 'absent' });
      });

      test('lets systemd read a changed file before a start', async () => {
        await done(systemdUnit, {
          name: 'late.service',
          unit: { Service: { ExecStart: '/bin/sleep 1000' } },
          started: true,
        });
        await must(
          'sed -i s/1000/2000/ /etc/systemd/system/late.service; touch -d "1 minute" /etc/systemd/system/late.service',
        );
        await done(service, { name: 'late', state: 'restarted' }, true);
        expect(await must('systemctl show -p ExecStart late')).toContain('sleep 2000');
        await done(systemdUnit, { name: 'late.service', state: 'absent' });
        expect(await must('systemctl is-active late || true')).toBe('inactive\n');
      });
    });

    describe('systemd_unit', () => {
      const timer = {
        name: 'tick.timer',
        unit: {
          Timer: { OnCalendar: ['hourly', '*-*-* 02:30'], Persistent: true },
          Install: { WantedBy: 'timers.target' },
        },
        enabled: true,
        started: true,
      };

      test('a service with its timer, changed and taken away', async () => {
        const content = '[Service]\nType=oneshot\nExecStart=/bin/echo tick';
        expect(await done(systemdUnit, { name: 'tick.service', content })).toEqual([
          'create /etc/systemd/system/tick.service (owner: root, group: root, mode: 0644)',
        ]);
        expect(await done(systemdUnit, timer)).toEqual([
          expect.stringContaining('create /etc/systemd/system/tick.timer'),
          'enable tick.timer',
          'start tick.timer',
        ]);
        expect(await must('systemctl list-timers tick.timer')).toContain('tick.service');
        const daily = { ...timer, unit: { ...timer.unit, Timer: { OnCalendar: 'daily' } } };
        expect(await done(systemdUnit, daily)).toEqual([
          'update /etc/systemd/system/tick.timer',
          'restart tick.timer',
        ]);
        expect(await must('systemctl show -p TimersCalendar tick.timer')).toContain('00:00:00');
        expect(await done(systemdUnit, { name: 'tick.timer', state: 'absent' })).toEqual([
          'remove /etc/systemd/system/tick.timer',
        ]);
        await done(systemdUnit, { name: 'tick.service', state: 'absent' });
        expect(await must('ls /etc/systemd/system /etc/systemd/system/timers.target.wants')).not.toContain(
          'tick',
        );
      });

      test('refuses what systemd would refuse, and leaves the old file', async () => {
        await done(systemdUnit, { name: 'good.service', content: '[Service]\nExecStart=/bin/sleep 9' });
        const message = await failed(systemdUnit, {
          name: 'good.service',
          content: '[Service]\nExecStrat=/bin/sleep 9',
        });
        expect(message).toMatch(/systemd refuses this unit: good\.service: Service has no ExecStart/);
        expect(await must('cat /etc/systemd/system/good.service')).toContain('ExecStart=/bin/sleep 9');
        expect(
          await done(systemdUnit, {
            name: 'good.service',
            content: '[Service]\nExecStart=/not/yet/installed',
          }),
        ).toHaveLength(1);
        expect(
          await failed(systemdUnit, {
            name: 'good.service',
            content: '[Service]\nExecStart=/bin/true',
            enabled: true,
          }),
        ).toContain('no `WantedBy`');
        await done(systemdUnit, { name: 'good.service', state: 'absent' });
      });

      test('a drop-in restarts what runs', async () => {
        const dropin = { name: 'cron.service', dropin: 'nice', unit: { Service: { Nice: 5 } } };
        expect(await done(systemdUnit, dropin)).toEqual([
          expect.stringContaining('/etc/systemd/system/cron.service.d/nice.conf'),
          'restart cron.service',
        ]);
        expect(await must('systemctl show -p Nice cron')).toBe('Nice=5\n');
        expect(await done(systemdUnit, { ...dropin, state: 'absent' })).toEqual([
          'remove /etc/systemd/system/cron.service.d/nice.conf',
          'restart cron.service',
        ]);
        expect(await must('systemctl show -p Nice cron; ls /etc/systemd/system')).not.toMatch(
          /Nice=5|cron\.service\.d/,
        );
      });
    });

    describe('cron', () => {
      test('an @reboot job, run once now, found again, and taken away', async () => {
        const job = {
          name: 'start',
          special_time: 'reboot',
          job: 'echo "100\\% of $HOME" >/tmp/ran; cat >>/tmp/ran%one%two',
          run_now: true,
        };
        expect(await done(cron, job)).toEqual([
          'put job start into the crontab of root',
          'run start once now',
        ]);
        expect(await must('crontab -l')).toBe(`#homerun: start\n@reboot ${job.job}\n`);
        expect(
          await must(
            'for i in 1 2 3 4 5 6 7 8 9; do [ ! -s /tmp/ran ] || break; sleep 1; done; sleep 1; cat /tmp/ran',
          ),
        ).toBe('100% of /root\none\ntwo');
        expect(await done(cron, { name: 'start', state: 'absent' })).toEqual([
          'remove job start from the crontab of root',
        ]);
        expect(await must('crontab -l')).toBe('');
      });

      test('leaves another user’s own lines byte for byte', async () => {
        await must(
          'useradd -m cronny; printf "# mine\\n\\n*/5\\t* * * *  echo a\\n0 1 * * * echo b" >/tmp/tab; printf "\\n" >>/tmp/tab; crontab -u cronny /tmp/tab',
        );
        expect(
          await done(cron, { name: 'b', user: 'cronny', minute: '0', hour: 1, job: 'echo b' }),
        ).toHaveLength(1);
        expect(
          await done(cron, { name: 'MAILTO', env: true, job: 'me@here', user: 'cronny', backup: true }),
        ).toHaveLength(1);
        expect(await must('crontab -u cronny -l')).toBe(
          'MAILTO="me@here"\n# mine\n\n*/5\t* * * *  echo a\n#homerun: b\n0 1 * * * echo b\n',
        );
        await done(cron, { name: 'b', user: 'cronny', state: 'absent' });
        await done(cron, { name: 'MAILTO', env: true, user: 'cronny', state: 'absent' });
        expect(await must('crontab -u cronny -l')).toBe('# mine\n\n*/5\t* * * *  echo a\n');
        expect(await failed(cron, { name: 'b', user: 'nobody-there', job: 'x' })).toMatch(
          /unknown.*create nobody-there first/,
        );
      });

      test('a file in cron.d', async () => {
        const job = {
          name: 'weather',
          cron_file: 'weather',
          user: 'nobody',
          minute: '*/10',
          job: '/bin/true',
        };
        expect(await done(cron, job)).toEqual([expect.stringContaining('create /etc/cron.d/weather')]);
        expect(await must('cat /etc/cron.d/weather; stat -c "%a %U" /etc/cron.d/weather')).toBe(
          '#homerun: weather\n*/10 * * * * nobody /bin/true\n644 root\n',
        );
        expect(await done(cron, { ...job, state: 'absent' })).toEqual(['remove /etc/cron.d/weather']);
      });
    });

    test('sysctl: now, in the file, and no longer', async () => {
      await must('echo 0 >/proc/sys/net/ipv4/ip_forward');
      const forward = { name: 'net.ipv4.ip_forward', value: 1 };
      expect(await done(sysctl, forward)).toEqual([
        'create /etc/sysctl.d/99-homerun.conf',
        'set net.ipv4.ip_forward to 1 in the running kernel',
      ]);
      await must('echo 0 >/proc/sys/net/ipv4/ip_forward');
      expect(await done(sysctl, forward)).toEqual(['set net.ipv4.ip_forward to 1 in the running kernel']);
      expect(
        await done(sysctl, { name: 'net.ipv4.ip_local_port_range', value: '20000  60000', reload: true }),
      ).toHaveLength(3);
      expect(await failed(sysctl, { name: 'net.ipv4.conf.eth9/1.rp_filter', value: 1 })).toContain(
        'no setting net.ipv4.conf.eth9/1.rp_filter',
      );
      expect(await failed(sysctl, { name: 'net.ipv4.ip_default_ttl', value: 99999 })).toMatch(
        /the kernel refused 99999 for net\.ipv4\.ip_default_ttl: .*Invalid argument/i,
      );
      await must(
        'sed -i /default_ttl/d /etc/sysctl.d/99-homerun.conf; echo net.ipv4.ip_forward=0 >/etc/sysctl.d/99-zzz.conf',
      );
      expect(await failed(sysctl, forward)).toContain('/etc/sysctl.d/99-zzz.conf is read after');
      await must('rm /etc/sysctl.d/99-zzz.conf');
      expect(await done(sysctl, { ...forward, state: 'absent' })).toEqual([
        'update /etc/sysctl.d/99-homerun.conf',
      ]);
    });

    test('group: with a number, with another, gone', async () => {
      expect(await done(group, { name: 'readers', gid: 4000 })).toEqual(['create the group readers']);
      expect(await done(group, { name: 'readers', gid: 4001 })).toEqual([
        'give the group readers the number 4001',
      ]);
      expect(await must('getent group readers')).toBe('readers:x:4001:\n');
      expect(await done(group, { name: 'readers', state: 'absent' })).toEqual(['remove the group readers']);
    });

    describe('user', () => {
      test('created with everything, changed, and removed', async () => {
        const asked = {
          name: 'mia',
          uid: 4242,
          groups: ['adm', 'users'],
          comment: 'Mia, at home',
          shell: '/bin/bash',
          password: HASH,
          expires: '2040-05-01',
          generate_ssh_key: true,
        };
        expect(await done(user, asked)).toEqual([
          'create the user mia',
          'set the password of mia',
          'make an ssh key for mia',
        ]);
        expect(
          await must('getent passwd mia; id -Gn mia; stat -c "%U %a" /home/mia /home/mia/.ssh/id_ed25519'),
        ).toMatch(
          /^mia:x:4242:4242:Mia, at home:\/home\/mia:\/bin\/bash\nmia adm users\nmia 7\d\d\nmia 600\n$/,
        );
        expect(await must('getent shadow mia | cut -d: -f2,8')).toBe(`${HASH}:25688\n`);
        expect(
          await done(user, {
            ...asked,
            groups: ['audio'],
            append: true,
            shell: '/bin/sh',
            home: '/srv/mia',
            move_home: true,
            expires: -1,
          }),
        ).toEqual(['change groups, home, shell, expiry of the user mia']);
        expect(await must('id -Gn mia; ls -A /srv/mia | grep ssh; getent shadow mia | cut -d: -f8')).toBe(
          'mia adm users audio\n.ssh\n\n'.replace('mia adm users audio', (await must('id -Gn mia')).trim()),
        );
        expect(await must('id -Gn mia')).toContain('audio');
        expect(await done(user, { name: 'mia', groups: [], password_lock: true })).toEqual([
          'change groups of the user mia',
          'lock the password of mia',
        ]);
        expect(
          await done(user, {
            name: 'mia',
            password: HASH,
            update_password: 'on_create',
            password_lock: false,
          }),
        ).toEqual(['unlock the password of mia']);
        await must('rm -rf /srv/mia');
        expect(await done(user, { name: 'mia' })).toEqual(['change home folder of the user mia']);
        expect(await done(user, { name: 'mia', state: 'absent', remove: true })).toEqual([
          'remove the user mia and its home folder',
        ]);
        expect(await must('ls -d /srv/mia 2>/dev/null || echo gone')).toBe('gone\n');
      });

      test('a service, into a group that is there already', async () => {
        await done(group, { name: 'weather', system: true });
        expect(
          await done(user, {
            name: 'weather',
            system: true,
            home: '/var/lib/deep/weather',
            shell: '/usr/sbin/nologin',
          }),
        ).toEqual(['create the user weather']);
        expect(
          await must('id -gn weather; stat -c %U /var/lib/deep/weather; getent shadow weather | cut -d: -f2'),
        ).toBe('weather\nweather\n!\n');
      });

      test('no hash ever stands in a list of processes', async () => {
        const script = await planTask({ module: user, params: { name: 'root', password: HASH }, execute });
        const texts = isFailure(script)
          ? []
          : script.flatMap(({ actions }) =>
              actions.map((action) => (action.kind === 'run' ? action.script.text : '')),
            );
        expect(texts.join()).toMatch(/^printf '%s:%s\n' 'root' '\$6\$.*' \| chpasswd -e$/);
      });
    });

    test('authorized_key: owner, mode, options, exclusive, gone', async () => {
      await done(user, { name: 'tom', shell: '/bin/sh' });
      const file = '/home/tom/.ssh/authorized_keys';
      expect(await done(authorizedKey, { user: 'tom', key: `${KEY} me@laptop` })).toHaveLength(2);
      expect(await must(`stat -c "%U:%G %a" /home/tom/.ssh ${file}; cat ${file}`)).toBe(
        `tom:tom 700\ntom:tom 600\n${KEY} me@laptop\n`,
      );
      await must(`chmod 755 /home/tom/.ssh; chmod 644 ${file}; echo "# note" >>${file}`);
      expect(
        await done(authorizedKey, {
          user: 'tom',
          key: KEY,
          key_options: 'restrict,command="echo \\"hi\\""',
          exclusive: true,
        }),
      ).toHaveLength(2);
      expect(await must(`cat ${file}`)).toBe(`restrict,command="echo \\"hi\\"" ${KEY} me@laptop\n# note\n`);
      expect(await done(authorizedKey, { user: 'tom', key: KEY, state: 'absent' })).toHaveLength(1);
      expect(await must(`cat ${file}`)).toBe('# note\n');
      expect(await failed(authorizedKey, { user: 'nobody-there', key: KEY })).toContain(
        'there is no user nobody-there',
      );
    });

    test('hostname: everywhere at once, and sudo can resolve it', async () => {
      const before = (await must('hostname')).trim();
      expect(await done(hostname, { name: 'router.home.arpa' })).toHaveLength(3);
      expect(await must('hostname; cat /etc/hostname; getent hosts router.home.arpa router')).toMatch(
        /^router\.home\.arpa\nrouter\.home\.arpa\n\S+\s+router\.home\.arpa router/,
      );
      await done(hostname, { name: before });
      expect(await must('cat /etc/hosts')).not.toContain('router');
    });

    test('timezone', async () => {
      await done(apt, { name: 'tzdata' });
      const asked = { name: 'Europe/Berlin' };
      expect(await done(timezone, asked)).toEqual(['set the time zone to Europe/Berlin']);
      expect(await must('date -d 2026-01-01T00:00:00Z +%Z')).toBe('CET\n');
      expect(await failed(timezone, { name: 'Europe/Atlantis' })).toContain('knows no time zone');
      await done(timezone, { name: 'UTC' });
    });

    describe('on a host that has busybox alone', () => {
      /** No useradd, no getent, no GNU tools: only applets, on accounts of their own. */
      const bare: Execute = async (script) => {
        const apart = `mount -t overlay -o lowerdir=/etc,upperdir=/run/bare/upper,workdir=/run/bare/work overlay /etc && mount -t overlay -o lowerdir=/home,upperdir=/run/bare/home,workdir=/run/bare/work2 overlay /home && PATH=/run/bare/bin exec sh -c "$1"`;
        const result = await rehearsal.exec('pi', `unshare -m sh -c '${apart}' sh ${quote(script.text)}`);
        return { ...result, bytes: Buffer.from(result.stdout) };
      };
      const doneBare = async <P, S>(module: Module<P, S>, params: unknown): Promise<readonly string[]> => {
        const { changes, failure } = await applyTask({ module, params, execute: bare });
        if (failure) throw new Error(failure.failed);
        return changes.map(({ summary }) => summary);
      };

      beforeAll(async () => {
        await done(apt, { name: 'busybox' });
        await must(
          'mkdir -p /run/bare && mount -t tmpfs tmpfs /run/bare && cd /run/bare && mkdir upper work work2 home bin && busybox --install -s bin',
        );
      });

      test('keys', async () => {
        expect(await doneBare(authorizedKey, { user: 'tom', key: `${KEY} bare` })).not.toEqual([]);
        expect(await doneBare(authorizedKey, { user: 'tom', key: KEY, state: 'absent' })).toHaveLength(1);
      });

      test('settings of the kernel, the name, the zone', async () => {
        expect(await doneBare(sysctl, { name: 'net.ipv4.ip_forward', value: 1 })).not.toEqual([]);
        expect(await doneBare(timezone, { name: 'Europe/Berlin' })).toHaveLength(1);
        const before = (await must('hostname')).trim();
        expect(await doneBare(hostname, { name: 'bare' })).toHaveLength(3);
        expect(await doneBare(hostname, { name: before })).toHaveLength(3);
      });
    });

    describe('the examples in the docs', () => {
      const mine = [apt, user, group, authorizedKey, cron, sysctl, systemdUnit, timezone, service, hostname];
      const examples = mine.flatMap((module) =>
        module.examples.map((example) => ({ name: `${module.name}: ${example.title}`, example })),
      );

      beforeAll(async () => {
        await must('id pi >/dev/null 2>&1 || useradd -m pi');
        await done(apt, { name: ['dnsmasq', 'tzdata'] });
      });

      test.each(examples)('$name', async ({ example }) => {
        const task = parseTask(example.yaml);
        const repeats = example.yaml.includes('restarted');
        const { failure } = await applyTask({ ...task, execute, repeats });
        expect(failure).toBeUndefined();
      });
    });
  },
);
