import { spawn } from 'node:child_process';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quote } from '../model/script.ts';
import { bindCgroup, joinCgroup } from './cgroup.ts';
import { hostInit } from './host-init.ts';
import type { Image } from './image.ts';
import { withheld } from './inside.ts';
import { plainName } from './names.ts';
import { wireLines } from './network.ts';
import { markOf } from './process-mark.ts';
import type { HostPlan } from './topology.ts';

/**
 * Starts a host's supervisor, a small shell script which outlives this process: it mounts the card, wires and
 * boots the host, and boots it again when it was rebooted from inside. It ends when the host is switched off.
 */
export async function startSupervisor(
  host: HostPlan,
  folder: string,
  image: Image,
  prefix: string,
): Promise<void> {
  const script = join(folder, 'supervisor.sh');
  await writeFile(script, supervisorScript(host, folder, image, prefix));
  const log = await open(join(folder, 'console.log'), 'a');
  await rm(join(folder, 'leader'), { force: true });
  const argv = ['--mount', 'sh', script];
  const child = spawn('unshare', argv, { detached: true, stdio: ['ignore', log.fd, log.fd], cwd: '/' });
  // Whether it came up is found out by whoever waits for the host.
  child.on('error', () => {});
  child.unref();
  // Written here and not by the script, so that nobody can look before it is there.
  const mark = child.pid === undefined ? undefined : await markOf(child.pid);
  await writeFile(join(folder, 'supervisor.json'), JSON.stringify(mark ?? {}));
  await log.close();
}

function supervisorScript(host: HostPlan, folder: string, image: Image, prefix: string): string {
  const interfaces = host.wires.map(({ name }) => `--network-interface=${name}`).join(' ');
  const dropped = withheld.map((name) => `CAP_${name.toUpperCase()}`).join(',');
  return `cd '${folder}' || exit 1
# Nothing of nspawn's own bookkeeping stays on the machine.
mkdir -p /run/systemd/nspawn root
mount -t tmpfs tmpfs /run/systemd/nspawn || exit 1
mount -t overlay overlay -o 'lowerdir=${image.base},upperdir=${folder}/upper,workdir=${folder}/work' root || exit 1
${bindCgroup(`${folder}/cgroup`)}
( ${joinCgroup(`${prefix}-rehearsal/supervisors`)} )
cat > boot.sh <<'END'
${joinCgroup(`${prefix}-rehearsal/${host.namespace}`)}
# Read-only, or nspawn would wait for a udev that is not there.
mount -o remount,bind,ro /sys || exit 1
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes
exec systemd-nspawn --quiet --keep-unit --register=no ${interfaces} \\
  --capability=all --drop-capability=${dropped} --bind=/dev/net/tun \\
  --resolv-conf=off --console=pipe --hostname='${plainName(host.name)}' --machine='${host.namespace}' -D '${folder}/root' \\
  /bin/sh -c ${quote(hostInit)}
END
boots=0
while :; do
  # The pairs are made anew, so that no address or rule survives a reboot.
${host.wires.flatMap((wire) => wireLines(wire, host.namespace, prefix)).join('\n')}
  boots=$((boots + 1))
  ip netns exec '${host.namespace}' sh boot.sh &
  pid=$!
  echo "$boots $pid" > leader.new && mv leader.new leader
  wait "$pid"
  code=$?
  echo "homerun: the host ended with code $code"
  # 133: the host asked for a reboot.
  [ "$code" = 133 ] || break
done
rm -f leader
`;
}
