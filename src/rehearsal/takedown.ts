import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { alone } from './lock.ts';
import { must } from './process.ts';
import { isAlive } from './process-mark.ts';
import { registered, unregister } from './registry.ts';
import { defaultDirectory, marker, paths, prefixOf, readState } from './state.ts';

/**
 * Ends a rehearsal, whoever booted it, and takes all of it away but the cached image. It goes by names alone, so
 * it also clears up after one that was killed half-way. Says whether there was anything.
 */
export async function takeDownRehearsal(directory: string = defaultDirectory): Promise<boolean> {
  return alone(async () => takeDown(directory));
}

/** Takes down every rehearsal whose process was killed before it could, and gives their folders. */
export async function sweepRehearsals(): Promise<readonly string[]> {
  return alone(sweep);
}

/** As `sweepRehearsals`, for whoever holds the lock. */
export async function sweep(): Promise<readonly string[]> {
  const swept: string[] = [];
  for (const directory of await registered()) {
    const state = await readState(directory);
    // Kept ones are somebody's although no process is left that owns them.
    if (state && (state.kept === true || (await isAlive(state.owner)))) continue;
    await takeDown(directory);
    swept.push(directory);
  }
  return swept;
}

/** As `takeDownRehearsal`, for whoever holds the lock. */
export async function takeDown(directory: string): Promise<boolean> {
  const prefix = prefixOf(directory);
  const doing = 'taking the rehearsal down';
  const whole = { undisturbed: true };
  const kill = killScript(directory, `${prefix}-rehearsal`);
  const processes = await must(doing, ['unshare', '--mount', 'sh', '-c', kill], whole);
  const namespaces = await must(doing, ['sh', '-c', namespacesScript(prefix)], whole);
  const isOurs = await access(join(directory, marker)).then(
    () => true,
    () => false,
  );
  if (isOurs) await must(doing, ['sh', '-c', folderScript(directory)], whole);
  await unregister(directory);
  return isOurs || processes !== '' || namespaces !== '';
}

/** Kills all that is in the cgroup, supervisors and hosts alike, and removes it. */
function killScript(directory: string, cgroup: string): string {
  return `# Those that were started a moment ago, and have not joined it yet.
grep -lsa '${paths.machines(directory)}/[^/]*/[a-z]*[.]sh' /proc/[0-9]*/cmdline | cut -d/ -f3 | xargs -r kill -9 2>/dev/null
top=
while read -r _ place type _; do [ "$type" != cgroup2 ] || { top=$place; break; }; done < /proc/mounts
[ -n "$top" ] || { mount -t cgroup2 cgroup2 /sys/fs/cgroup && top=/sys/fs/cgroup; } || exit 1
top=$top/${cgroup}
[ -d "$top" ] || exit 0
echo processes
tries=0
while [ -d "$top" ]; do
  [ ! -e "$top/cgroup.kill" ] || echo 1 > "$top/cgroup.kill"
  find "$top" -name cgroup.procs -exec cat {} + 2>/dev/null | xargs -r kill -9 2>/dev/null
  find "$top" -depth -type d -exec rmdir {} + 2>/dev/null
  tries=$((tries + 1))
  [ "$tries" -lt 500 ] || { echo 'some processes do not end:' >&2; find "$top" -name cgroup.procs -exec cat {} + >&2; exit 1; }
  [ ! -d "$top" ] || sleep 0.02
done`;
}

/** Removes the namespaces, with what still runs in them, such as a command of the controller. */
function namespacesScript(prefix: string): string {
  return `for path in /run/netns/${prefix}-*; do
  [ -e "$path" ] || continue
  echo "$path"
  name=\${path##*/}
  ip netns pids "$name" | grep -vx '${process.pid}' | xargs -r kill -9 2>/dev/null
  ip netns del "$name" || exit 1
done
rm -rf /etc/netns/${prefix}-*
# Folders that were made for us; they stay where others use them. To remove this one would unmount it in their hosts.
rmdir /etc/netns 2>/dev/null
set -- /run/netns/hr*-modem
[ -e "$1" ] || rmdir -p /run/systemd/nspawn 2>/dev/null
if [ -d /run/netns ] && [ -z "$(ls /run/netns)" ]; then umount /run/netns; rmdir /run/netns; fi 2>/dev/null
true`;
}

function folderScript(directory: string): string {
  return `while read -r _ place _; do case $place in '${directory}'|'${directory}'/*) umount -l "$place";; esac; done < /proc/mounts
rm -rf --one-file-system '${directory}'`;
}
