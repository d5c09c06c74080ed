import { expect } from 'vitest';
import { must, type Built } from './devices.ts';
import { homerun, named } from './house.ts';
import { secrets } from './house-inventory.ts';

const JOB = 'homerun-backup-pi';
const KEPT = '/home/kept';

/** H11: on schedule, with retention, without the NAS and without its disk, and back again. */
export async function keepsBackups(built: Built): Promise<void> {
  await makeFiles(built);
  await runsOnSchedule(built);
  await keepsOneOfADay(built);
  await survivesWithout(built);
  const there = await manifest(built);
  const before = await must(built.house, `mv ${KEPT} /home/moved; ls -A /home`, 'pi');
  expect(before).not.toContain('kept');
  await bringBack(built);
  expect(await manifest(built)).toBe(there);
  await must(built.house, 'rm -r /home/moved', 'pi');
  // The same by restic itself, without homerun.
  await must(
    built.house,
    `${JOB} tool restore latest --quiet --target /var/restored --include ${KEPT} && diff -r --no-dereference ${KEPT} /var/restored${KEPT} && rm -r /var/restored`,
    'pi',
  );
}

/** Puts the files back in their place from the newest backup, as an owner does. */
export async function bringBack({ house, inventory }: Built): Promise<void> {
  const words = ['-e', 'host=pi', '-e', `path=${KEPT}`, '-e', 'to=/', '-e', JSON.stringify(secrets)];
  const ran = await homerun(house, ['run', 'playbooks/restore.yaml', ...words], { inventory });
  expect([named(ran, 'failed'), ran.code]).toEqual([[], 0]);
}

/** Every name, kind, mode, owner, time and content. */
export async function manifest({ house }: Built): Promise<string> {
  return must(
    house,
    `cd ${KEPT} && find . -printf '%p %y %m %U:%G %T@ %l\\n' | sort && find . -type f -exec sha256sum {} + | sort`,
    'pi',
  );
}

async function makeFiles({ house }: Built): Promise<void> {
  await must(
    house,
    `[ ! -d ${KEPT} ] || exit 0
mkdir -p ${KEPT}/empty '${KEPT}/of  a name' && cd ${KEPT} || exit
head -c 5000000 /dev/urandom > much
printf 'ä\\n' > "$(printf 'of  a name/two\\nlines "ü" $x')"
chown 1000:1000 much && chmod 2750 empty && ln -s ../much 'of  a name/link' && touch -d '2001-02-03 04:05:06' much`,
    'pi',
  );
}

/** The clock of this machine is left alone, so the timer's time is moved instead; who starts the job is the timer. */
async function runsOnSchedule({ house }: Built): Promise<void> {
  const next = await must(house, `systemctl show -P NextElapseUSecRealtime ${JOB}.timer`, 'pi');
  expect(next).toMatch(/ 02:(3|4)\d:\d\d /);
  const run = await must(
    house,
    `last=$(systemctl show -P InvocationID ${JOB})
mkdir -p /run/systemd/system/${JOB}.timer.d && cd /run/systemd/system/${JOB}.timer.d || exit
printf '[Timer]\\nOnCalendar=\\nOnCalendar=*:*:0/2\\nRandomizedDelaySec=0\\n' > soon.conf
systemctl daemon-reload && systemctl restart ${JOB}.timer || exit
for try in $(seq 150); do [ "$(systemctl show -P InvocationID ${JOB})" = "$last" ] || break; sleep 0.1; done
rm -r /run/systemd/system/${JOB}.timer.d && systemctl daemon-reload && systemctl restart ${JOB}.timer || exit
for try in $(seq 600); do systemctl is-active -q ${JOB} || [ "$(systemctl is-active ${JOB})" = activating ] || break; sleep 0.1; done
[ "$(systemctl show -P InvocationID ${JOB})" != "$last" ] || { echo 'the timer did not start it'; exit 1; }
systemctl show -P Result ${JOB} && cat /run/homerun-backup/pi.json`,
    'pi',
  );
  expect(run).toMatch(/^success\n.*"result": "ok"/);
}

/** Two backups of each day gone by: the later one of each day stays. Of the first day restic may keep the oldest, too. */
async function keepsOneOfADay({ house }: Built): Promise<void> {
  const times = await must(
    house,
    `for days in 2 3 4; do for hour in 10 12; do
  ${JOB} tool backup --quiet --tag pi --host "$(uname -n)" --time "$(date -d "-$days days" +%F) $hour:00:00" /etc/hostname || exit
done; done
systemctl start ${JOB} && ${JOB} tool snapshots --json | grep -o '"time":"[^"T]*T[0-9]*' || exit
for days in 2 3; do date -d "-$days days" +%F; done`,
    'pi',
  );
  for (const day of times.split('\n').filter((line) => /^\d/.test(line)))
    expect(times.match(new RegExp(`"${day}T.*`, 'g'))).toEqual([`"${day}T12`]);
}

/** With the cable out, and with the NAS's disk not mounted: refused, told, and nothing written on either side. */
async function survivesWithout({ house }: Built): Promise<void> {
  const modem = await house.modem();
  const [wire] = house.hosts.find(({ name }) => name === 'nas')?.wires ?? [];
  const size = async (): Promise<number> =>
    Number(/^\d+/.exec(await must(house, 'du -skx --exclude=/var/log /', 'pi'))?.[0]);
  const before = await size();
  const refused = async (reason: string): Promise<void> => {
    const { code } = await house.exec('pi', `systemctl start ${JOB}`);
    expect(code).not.toBe(0);
    expect(await must(house, 'cat /run/homerun-backup/pi.json; systemctl reset-failed', 'pi')).toMatch(
      new RegExp(`"result": "refused".*${reason}`),
    );
    expect(Math.abs((await size()) - before)).toBeLessThan(1000);
  };
  await must(modem, `ip link set ${wire?.peer} down`);
  try {
    await refused('cannot be reached');
  } finally {
    await must(modem, `ip link set ${wire?.peer} up`);
  }
  // What is seen below a disk that is missing: the folders of the accounts, without what was kept there.
  await must(
    house,
    `for try in $(seq 100); do ! ip route | grep -q default || break; sleep 0.1; done
mount -t tmpfs -o mode=0711 tmpfs /srv/backup && mkdir -p /srv/backup/pi/restic &&
chown root:backup-pi /srv/backup/pi && chmod 750 /srv/backup/pi && chown backup-pi: /srv/backup/pi/restic`,
    'nas',
  );
  try {
    await refused('is its disk mounted');
    expect(await must(house, 'ls -A /srv/backup/pi/restic', 'nas')).toBe('');
  } finally {
    await must(house, 'umount /srv/backup', 'nas');
  }
}
