import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadInventory } from '../../src/language/index.ts';
import { type Rehearsal, bootRehearsal } from '../../src/rehearsal/index.ts';
import { type Ran, homerun, named, root, write } from './house.ts';
import { canRehearse } from './possible.ts';

const inventory = join(root, 'test/rehearsal/fixtures/backup.yaml');
const setUp = 'playbooks/nas-backup.yaml';

/** Names, kinds, modes, owners, links and times that a backup is likely to lose. */
const ODD = `mkdir -p "/srv/odd/a b
c" /srv/odd/empty && cd /srv/odd || exit
printf x >"a b
c/[star]*?\\\\ \\"q\\" 's'"
printf '\\303\\244\\377' >"$(printf 'latin\\377name')"
head -c 3000000 /dev/urandom >big; ln -f big hard; ln -sfn nowhere dangling; ln -sfn big soft
chmod 4755 big; mkdir -p sticky; chmod 1777 sticky
printf old >old; chown 1234:4321 old; touch -d 2001-01-01 old; printf n >noread; chmod 000 noread
printf cached >x.cache`;

/** One line for each path: kind, mode, owner, size, time, links, target; and the sum of each file. */
const picture = (folder: string): string =>
  `cd ${folder} && find . ! -name '*.cache' -printf '%p\\t%y %m %U:%G %n %l ' \\( ! -type d -printf '%s %T@' , -true \\) -printf '\\0' | sort -z | od -c; find . -type f ! -name '*.cache' -exec sha256sum {} + | sort`;

describe.skipIf(!(await canRehearse('backups')))('backups on real hosts', () => {
  let house: Rehearsal;
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'homerun-test-'));
    house = await bootRehearsal(loadInventory(inventory), {
      log: () => undefined,
      directory: mkdtempSync('/run/homerun-test-backup-'),
    });
  });
  afterAll(async () => {
    await house?.down();
    await rm(folder, { recursive: true, force: true });
  });

  const inside = async (host: string, script: string) => house.exec(host, script, { timeout: 180_000 });
  const must = async (host: string, script: string): Promise<string> => {
    const { code, stdout, stderr } = await inside(host, script);
    if (code !== 0) throw new Error(`${host}: ${script}\nended with ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  const run = async (...args: readonly string[]): Promise<Ran> =>
    homerun(house, ['run', ...args], { inventory });
  const good = async (...args: readonly string[]): Promise<Ran> => {
    const ran = await run(...args);
    expect(named(ran, 'failed'), ran.stdout + ran.stderr).toEqual([]);
    expect(ran.code, ran.stderr).toBe(0);
    return ran;
  };
  /** Runs the job as its timer does; gives the exit code of its unit and what it said. */
  const backUp = async (host: string, name = host): Promise<{ status: string; said: string }> => {
    const unit = `homerun-backup-${name}`;
    const { stdout } = await inside(
      host,
      `journalctl --rotate -q; journalctl --vacuum-time=1s -q 2>/dev/null; systemctl start ${unit} 2>/dev/null
echo "$(systemctl show -p ActiveState --value ${unit}) $(systemctl show -p ExecMainStatus --value ${unit})"; journalctl -q -u ${unit} -o cat --no-pager -n 20`,
    );
    const [status = '', ...said] = stdout.split('\n');
    return { status: status.trim(), said: said.join('\n') };
  };
  const health = async (host: string, name = host): Promise<Record<string, unknown>> =>
    JSON.parse(await must(host, `cat /var/lib/homerun-backup/${name}/health.json`)) as Record<
      string,
      unknown
    >;
  const job = async (yaml: string): Promise<Ran> => {
    const text = `- hosts: pi\n  become: true\n  tasks:\n    - name: The job\n      backup_job: ${yaml}\n`;
    return run(await write(folder, 'job.yaml', text));
  };

  test('the playbook sets up keys, accounts and jobs; the second run changes nothing', async () => {
    for (const host of ['pi', 'vpn']) await must(host, ODD);
    const plan = await homerun(house, ['plan', setUp], { inventory });
    expect(named(plan, 'failed')).toEqual([]);
    const first = await good(setUp);
    const announced = [...named(plan, 'changed'), ...named(plan, 'unknown')];
    expect(named(first, 'changed').filter((turn) => !announced.includes(turn))).toEqual([]);
    expect(named(first, 'changed')).toContain('pi: A backup on schedule');
    expect(named(await good(setUp), 'changed')).toEqual([]);
    expect(await must('pi', 'systemctl is-enabled homerun-backup-pi.timer')).toBe('enabled\n');
    expect(await must('pi', 'systemctl cat homerun-backup-pi.timer')).toContain('Persistent=true');
  });

  test('before the first backup the health says that there is none', async () => {
    const ran = await run('playbooks/backup-health.yaml');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('there is no good backup pi yet');
  });

  test('a backup by restic keeps the password out of arguments, environments and what others can read', async () => {
    const script = `password=/etc/homerun-backup/pi/password
systemctl start --no-block homerun-backup-pi
while case $(systemctl is-active homerun-backup-pi) in activating) true ;; *) [ ! -e /run/homerun-backup/pi.json ] ;; esac; do
  cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' >>/root/sampled
done
grep -c '^restic$' /root/sampled; grep -cFf "$password" /root/sampled
stat -c '%a %U' "$password"
find /etc /usr/local /var /run /root /home /tmp /srv -xdev -type f -perm /077 -exec grep -lFf "$password" {} + 2>/dev/null | wc -l`;
    const [seen, leaked, mode, readable] = (await must('pi', script)).trim().split('\n');
    expect(Number(seen)).toBeGreaterThan(0);
    expect([leaked, mode, readable]).toEqual(['0', '600 root', '0']);
    expect(await health('pi')).toMatchObject({ name: 'pi', result: 'ok', damage: '' });
    expect((await backUp('vpn')).status).toBe('inactive 0');
    await good('playbooks/backup-health.yaml');
  });

  test.each(['pi', 'vpn'])(
    'a restore by playbook on %s gives the same bytes, names, modes, owners and links',
    async (host) => {
      await good(
        'playbooks/restore.yaml',
        '-e',
        `host=${host}`,
        '-e',
        'path=/srv/odd',
        '-e',
        'to=/var/restore',
      );
      const original = await must(host, picture('/srv/odd'));
      expect(await must(host, 'stat -c %a /var/restore/srv/odd/big')).toBe('4755\n');
      expect(await must(host, picture('/var/restore/srv/odd'))).toBe(original);
      expect(await must(host, 'cd /var/restore && find . -name "*.cache"')).toBe('');
      // One file, by a name that a pattern would not take as it stands.
      const odd = `/srv/odd/a b\nc/[star]*?\\ "q" 's'`;
      await good('playbooks/restore.yaml', '-e', JSON.stringify({ host, path: odd, to: '/var/one' }));
      expect(
        await must(host, 'cd /var/one && find . -type f -printf x | wc -c && find . -type f -exec cat {} +'),
      ).toBe('1\nx');
      const missing = await run(
        'playbooks/restore.yaml',
        '-e',
        `host=${host}`,
        '-e',
        'path=/no/such',
        '-e',
        'to=/var/one',
      );
      expect(missing.code).toBe(1);
    },
  );

  test('a second snapshot by rsync shares what did not change, and takes the place of the first of its day', async () => {
    const look = "cd /srv/backup/vpn/rsync && ls -A && stat -c 'inode %i' */srv/odd/big";
    const before = (await must('nas', look)).trim().split('\n');
    expect((await backUp('vpn')).status).toBe('inactive 0');
    const after = (await must('nas', look)).trim().split('\n');
    expect(after).toEqual(['.homerun-backup', expect.stringMatching(/^20.*Z$/), before[2]]);
    expect(after[1]).not.toBe(before[1]);
  });

  test('the timer starts it', async () => {
    await must('pi', 'mkdir -p /mnt/disk && mount -t tmpfs tmpfs /mnt/disk && mkdir /mnt/disk/odd');
    const made = await job(
      "{name: disk, method: rsync, paths: [/srv/odd], repository: /mnt/disk/odd, mount: /mnt/disk, schedule: '*:*:0/2', random_delay: '0', retention: {daily: 3, weekly: 3, monthly: 3}}",
    );
    expect(made.code, made.stdout).toBe(0);
    await must(
      'pi',
      'until [ -e /var/lib/homerun-backup/disk/health.json ]; do sleep 1; done; systemctl stop homerun-backup-disk.timer',
    );
    expect(await must('pi', 'systemctl show -p TriggeredBy --value homerun-backup-disk')).toContain(
      'disk.timer',
    );
  });

  const DAYS = ['02-27', '02-28', '02-29', '03-01', '03-02', '03-08', '03-09', '03-14', '03-15'];
  // Days 15 and 14, the weeks of 15 and 8, the months of 15 and 29; the backup of today stands before each.
  const KEPT = ['2020-02-29', '2020-03-08', '2020-03-14', '2020-03-15'];

  test('retention keeps days, weeks and months: rsync', async () => {
    await must(
      'pi',
      `cd /mnt/disk/odd && rm -rf 2* && mkdir ${DAYS.map((day) => `2020-${day}T023000Z`).join(' ')}`,
    );
    expect((await backUp('pi', 'disk')).status).toBe('inactive 0');
    const left = await must('pi', 'ls /mnt/disk/odd | cut -c 1-10');
    expect(left.trim().split('\n').slice(0, -1)).toEqual(KEPT);
  });

  test('retention keeps days, weeks and months: restic, with a password that the host made', async () => {
    const made = await job(
      '{name: fast, paths: [/srv/odd/empty], repository: /mnt/disk/restic, mount: /mnt/disk, retention: {daily: 3, weekly: 3, monthly: 3}}',
    );
    expect(made.code, made.stdout).toBe(0);
    for (const day of DAYS)
      await must(
        'pi',
        `homerun-backup-fast tool backup -q --host pi --tag fast --time '2020-${day} 02:30:00' /srv/odd/empty`,
      );
    expect((await backUp('pi', 'fast')).status).toBe('inactive 0');
    const left = await must(
      'pi',
      'homerun-backup-fast tool snapshots --json | grep -o \'"time":"[0-9-]*\' | cut -c 9-',
    );
    expect(left.trim().split('\n').slice(0, -1)).toEqual(KEPT);
  });

  test('a held lock makes the second run skip, and only a stale one is removed', async () => {
    const before = await health('pi', 'fast');
    const { stdout, stderr } = await inside(
      'pi',
      'flock /run/homerun-backup/fast.lock homerun-backup-fast run; echo $?',
    );
    expect([stdout, stderr]).toEqual(['0\n', 'a backup of fast is already running: this one is skipped\n']);
    expect(await health('pi', 'fast')).toEqual(before);
    // Killed in the middle, restic leaves a lock of a process that is gone.
    await must(
      'pi',
      `head -c 60000000 /dev/urandom >/srv/odd/empty/much; homerun-backup-fast tool backup -q /srv/odd/empty & 
until [ -n "$(ls /mnt/disk/restic/locks)" ]; do sleep 0.1; done; kill -9 $(pidof restic); wait; ls /mnt/disk/restic/locks | grep -q .`,
    );
    expect((await backUp('pi', 'fast')).status).toBe('inactive 0');
    expect(await must('pi', 'rm /srv/odd/empty/much; ls /mnt/disk/restic/locks')).toBe('');
  });

  test('a password that does not open the repository is told by every run until it is right', async () => {
    const locked = async (password: string): Promise<Ran> =>
      job(`{name: locked, paths: [/srv/odd/empty], repository: /mnt/disk/locked, password: ${password}}`);
    expect((await locked('the right one')).code).toBe(0);
    for (const ran of [await locked('a wrong one'), await locked('a wrong one')]) {
      expect(ran.code).toBe(1);
      expect(ran.stdout).toContain('does not open /mnt/disk/locked, which is there already');
      expect(ran.stdout).not.toContain('wrong one');
    }
    expect(await backUp('pi', 'locked')).toEqual({
      status: 'failed 69',
      said: expect.stringContaining('refused: the repository was never opened') as string,
    });
    expect((await locked('the right one')).code).toBe(0);
    expect((await backUp('pi', 'locked')).status).toBe('inactive 0');
  });

  test('a disk that is not mounted, or is another one: nothing is written', async () => {
    await must('pi', 'umount /mnt/disk');
    for (const name of ['disk', 'fast']) {
      const before = await health('pi', name);
      const { status, said } = await backUp('pi', name);
      expect([status, said]).toEqual([
        'failed 69',
        expect.stringContaining('refused: /mnt/disk is not mounted'),
      ]);
      expect(await health('pi', name)).toEqual(before);
    }
    expect(await must('pi', 'ls -A /mnt/disk')).toBe('');
    await must('pi', 'mount -t tmpfs other /mnt/disk && mkdir /mnt/disk/odd');
    expect((await backUp('pi', 'disk')).said).toContain(
      'refused: the mark /mnt/disk/odd/.homerun-backup is missing',
    );
    expect((await backUp('pi', 'fast')).said).toContain(
      'refused: there is no repository at /mnt/disk/restic',
    );
    expect(await must('pi', 'find /mnt/disk -type f; umount /mnt/disk')).toBe('');
  });

  test('damaged data is found by a check, and told by the health', async () => {
    await must('pi', 'mount -t tmpfs tmpfs /mnt/disk');
    const again = await job(
      '{name: hurt, paths: [/srv/odd], repository: /mnt/disk/hurt, check_subset: 100%}',
    );
    expect(again.code, again.stdout).toBe(0);
    expect((await backUp('pi', 'hurt')).status).toBe('inactive 0');
    await must(
      'pi',
      `find /mnt/disk/hurt/data -type f -size +100k -exec dd if=/dev/zero of={} bs=1 count=64 seek=50000 conv=notrunc status=none \\;
rm /var/lib/homerun-backup/hurt/checked`,
    );
    const { status, said } = await backUp('pi', 'hurt');
    expect([status, said]).toEqual([
      'failed 1',
      expect.stringContaining('the check of the stored data failed'),
    ]);
    const play = '- hosts: pi\n  become: true\n  tasks:\n    - backup_health: {name: hurt}\n';
    const ran = await run(await write(folder, 'health.yaml', play));
    expect([ran.code, ran.stdout]).toEqual([
      1,
      expect.stringContaining('the data of the backup hurt is damaged'),
    ]);
    await must('pi', 'umount /mnt/disk');
  });

  test('commands around it: the first stops it, the second always runs', async () => {
    await must('pi', 'mount -t tmpfs tmpfs /mnt/disk');
    const around = (before: string): string =>
      `{name: around, paths: [/var/tmp/dump], repository: /mnt/disk/around, before: '${before}', after: 'echo $RESULT >>/var/tmp/results'}`;
    expect((await job(around('echo all >/var/tmp/dump'))).code).toBe(0);
    expect((await backUp('pi', 'around')).status).toBe('inactive 0');
    expect((await job(around('echo no disk >&2; exit 3'))).code).toBe(0);
    const { status, said } = await backUp('pi', 'around');
    expect([status, said]).toEqual(['failed 1', expect.stringMatching(/no disk[^]*ended with exit code 3/)]);
    expect(await must('pi', 'cat /var/tmp/results')).toBe('ok\nfailed\n');
    // A path that is gone is no good backup either.
    expect((await job(around('rm -f /var/tmp/dump'))).code).toBe(0);
    expect((await backUp('pi', 'around')).said).toContain('there is nothing to back up');
    const gone = await job('{name: around, state: absent}');
    expect(named(gone, 'changed')).toEqual(['pi: The job']);
    expect(named(await job('{name: around, state: absent}'), 'changed')).toEqual([]);
    expect(
      await must('pi', 'ls /etc/systemd/system /usr/local/sbin | grep -c around || true; umount /mnt/disk'),
    ).toBe('0\n');
  });

  test('a NAS that is away: refused, the unit failed, the health stays old, the SD card is not written to', async () => {
    const before = await health('pi');
    await must('nas', 'ip link set eth0 down');
    await must('pi', 'touch /run/stamp');
    for (const host of ['pi', 'vpn']) {
      const { status, said } = await backUp(host);
      expect([status, said]).toEqual([
        'failed 69',
        expect.stringMatching(/refused: .*No route to host|refused: .*timed out/),
      ]);
    }
    expect(await health('pi')).toEqual(before);
    const written = await must(
      'pi',
      "find / -xdev -type f -newer /run/stamp ! -path '/var/log/*' ! -path '/var/lib/systemd/*'",
    );
    expect(written).toBe('');
    await must('pi', `sed -i 's/"time": [0-9]*/"time": 1000000000/' /var/lib/homerun-backup/pi/health.json`);
    const ran = await run('playbooks/backup-health.yaml', '--limit', 'pi');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(
      /the last good backup pi is \d+(?:\.\d)? hours old[^]*the last try: backup-pi@192\.168\.1\.21 cannot be reached/,
    );
    await must(
      'nas',
      'ip link set eth0 up; until ip -4 addr show eth0 | grep -q 192.168.1.21; do sleep 1; done',
    );
  });

  test('a disk that the NAS lost: refused, and nothing is written to the place below it', async () => {
    await must(
      'nas',
      'mv /srv/backup /srv/lost; mkdir -p /srv/backup/pi/restic /srv/backup/vpn/rsync; chown backup-pi /srv/backup/pi/restic; chown backup-vpn /srv/backup/vpn/rsync',
    );
    expect(await backUp('pi')).toEqual({
      status: 'failed 69',
      said: expect.stringContaining('refused: there is no repository') as string,
    });
    expect(await backUp('vpn')).toEqual({
      status: 'failed 69',
      said: expect.stringContaining('is the disk mounted?') as string,
    });
    expect(await must('nas', 'find /srv/backup -type f; rm -r /srv/backup; mv /srv/lost /srv/backup')).toBe(
      '',
    );
    expect((await backUp('pi')).status).toBe('inactive 0');
  });

  const SSH =
    'ssh -F /dev/null -i /etc/homerun-backup/id_ed25519 -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR';

  test('the account of restic has no shell, no login, no forwarding, and sees no other files', async () => {
    await must('nas', 'mkdir -p /srv/backup/other; echo private >/srv/backup/other/file');
    const nas = 'backup-pi@192.168.1.21';
    for (const command of ['id', 'sh -c id', '-tt', '-W 127.0.0.1:22']) {
      const [option, words] = command.startsWith('-') ? [command, ''] : ['', command];
      const { stdout } = await inside('pi', `${SSH} ${option} ${nas} ${words} </dev/null 2>&1; true`);
      expect(stdout, command).not.toMatch(/uid=|OpenSSH|\$ /);
    }
    const sftp = `sftp -b /root/batch ${SSH.slice('ssh '.length)} ${nas} 2>&1`;
    expect(await must('pi', `echo 'ls -a /' >/root/batch; ${sftp}`)).toMatch(
      /^sftp> ls -a \/\n\/\.\s+\/\.\.\s+\/restic\s*$/,
    );
    for (const line of [
      'get /etc/passwd',
      'ls ../../other',
      'get ../other/file',
      'put /etc/hostname /x',
      '!true\nls /srv',
      'ln -s /etc /restic/e\nget /restic/e/passwd',
    ]) {
      const { code } = await inside(
        'pi',
        `cd /root && printf '${line.replaceAll('\n', '\\n')}\\n' >/root/batch; ${sftp}`,
      );
      expect(code, line).not.toBe(0);
    }
    const { code } = await inside('vpn', `${SSH} ${nas} true </dev/null`);
    expect(code).toBe(255);
  });

  test('the account of rsync runs nothing but its own verbs, inside its own folder', async () => {
    const nas = 'backup-vpn@192.168.1.21';
    for (const command of [
      'id',
      'homerun-backup list; id',
      'homerun-backup remove ../../pi',
      'homerun-backup commit ../x',
      'rsync --server --sender -l . /../../pi/restic/',
      'sftp',
      '',
    ]) {
      const { code, stdout } = await inside('vpn', `${SSH} ${nas} '${command}' </dev/null 2>&1`);
      expect(code, command).not.toBe(0);
      expect(stdout, command).not.toMatch(/uid=/);
    }
    const { code } = await inside('vpn', `rsync -e '${SSH}' ${nas}:/../../other/file /root/ 2>&1`);
    expect(code).not.toBe(0);
    const { stdout } = await inside('vpn', `${SSH} -W 127.0.0.1:22 ${nas} </dev/null 2>&1; true`);
    expect(stdout).not.toContain('OpenSSH');
    expect(await must('nas', 'test -d /srv/backup/pi/restic && echo there')).toBe('there\n');
  });

  test('a schedule that systemd does not take, and a host without restic, are told before anything is written', async () => {
    const wrong = await job("{name: wrong, paths: [/etc], repository: /mnt/x, schedule: '@tomorrow'}");
    expect([wrong.code, wrong.stdout]).toEqual([
      1,
      expect.stringContaining('systemd does not take `@tomorrow` for a time'),
    ]);
    await must('pi', 'mv /usr/bin/restic /usr/bin/restic.away');
    const without = await job('{name: wrong, paths: [/etc], repository: /mnt/x}');
    expect([without.code, without.stdout]).toEqual([1, expect.stringContaining('not on this host: restic')]);
    expect(
      await must('pi', 'mv /usr/bin/restic.away /usr/bin/restic; ls /usr/local/sbin | grep -c wrong || true'),
    ).toBe('0\n');
  });

  test('sshd and sudo refuse what would lock everybody out, and the old file stays', async () => {
    const play = async (task: string): Promise<Ran> =>
      run(
        await write(
          folder,
          'guarded.yaml',
          `- hosts: pi\n  become: true\n  tasks:\n    - name: It\n      ${task}\n`,
        ),
      );
    expect(
      named(await play('sshd_config: {settings: {X11Forwarding: false, AcceptEnv: [LANG, TZ]}}'), 'changed'),
    ).toEqual(['pi: It']);
    expect(await must('pi', 'sshd -T | grep -i -e x11forwarding -e "^acceptenv tz"')).toBe(
      'x11forwarding no\nacceptenv TZ\n',
    );
    const bad = await play('sshd_config: {settings: {X11Forwarding: perhaps}}');
    expect([bad.code, bad.stdout]).toEqual([
      1,
      expect.stringContaining('sshd refuses this configuration; nothing was changed'),
    ]);
    expect(await must('pi', 'sshd -T | grep -i x11forwarding; ls /etc/ssh/sshd_config.d')).toBe(
      'x11forwarding no\n10-homerun.conf\n',
    );
    expect(named(await play('sshd_config: {state: absent}'), 'changed')).toEqual(['pi: It']);
    expect(named(await play('sshd_config: {state: absent}'), 'changed')).toEqual([]);

    const rule = "sudoers: {name: backup, user: nobody, commands: '/usr/bin/id -u, x=1:2'}";
    expect(named(await play(rule), 'changed')).toEqual(['pi: It']);
    expect(named(await play(rule), 'changed')).toEqual([]);
    expect(await must('pi', 'stat -c %a /etc/sudoers.d/backup; sudo -l -U nobody | tail -n 1')).toMatch(
      /^440\n.*NOPASSWD: \/usr\/bin\/id -u/,
    );
    const broken = await play('sudoers: {name: backup, content: "nobody ALL=(ALL ALL\\n"}');
    expect(broken.code).toBe(1);
    expect(await must('pi', 'sudo -n true && grep -c NOPASSWD /etc/sudoers.d/backup')).toBe('1\n');
    expect(named(await play('sudoers: {name: backup, state: absent}'), 'changed')).toEqual(['pi: It']);
  });

  test('H10: a reset SD card gets its identity and its leases back', async () => {
    const lease = '1795400000 aa:bb:cc:dd:ee:ff 192.168.2.100 laptop *\n';
    await must('pi', `mkdir -p /var/lib/misc && printf '%s' '${lease}' >/var/lib/misc/dnsmasq.leases`);
    expect((await backUp('pi')).status).toBe('inactive 0');
    const identity = await must('pi', 'cat /etc/ssh/ssh_host_*');
    // What is kept outside of the host: without it, nothing comes back.
    const password = (await must('pi', 'cat /etc/homerun-backup/pi/password')).trim();
    await house.reset('pi');
    expect(await must('pi', 'cat /etc/ssh/ssh_host_*')).not.toBe(identity);
    await trustAgain(house);
    await must('pi', 'mkdir -p /srv/odd');

    const without = await run(setUp);
    expect(without.code).toBe(1);
    expect(without.stdout).toContain(
      'does not open sftp:backup-pi@192.168.1.21:/restic, which is there already',
    );
    const extra = ['-e', JSON.stringify({ backup_password: password })];
    await good(setUp, ...extra);
    await good('playbooks/restore-identity.yaml', '-e', 'host=pi');
    expect(await must('pi', 'cat /etc/ssh/ssh_host_*')).toBe(identity);
    expect(await must('pi', 'cat /var/lib/misc/dnsmasq.leases')).toBe(lease);
    await trustAgain(house);
    expect(named(await good(setUp, ...extra), 'changed')).toEqual([]);
    expect((await backUp('pi')).status).toBe('inactive 0');
  });
});

async function trustAgain(house: Rehearsal): Promise<void> {
  const cli = join(root, 'dist/cli.js');
  const words = [
    'trust',
    '--replace',
    '--yes',
    '--inventory',
    inventory,
    '--known-hosts',
    house.knownHosts,
    'pi',
  ];
  const [program = '', ...rest] = house.controller([process.execPath, cli, ...words]);
  execFileSync(program, rest, { encoding: 'utf8' });
  expect(await readFile(house.knownHosts, 'utf8')).toContain('192.168.1.2');
}
