/**
 * Shell lines that put the shell into the cgroup `name` of the unified hierarchy, and give it that hierarchy at
 * /sys/fs/cgroup. For a mount namespace of its own.
 *
 * A hierarchy that is mounted somewhere is bound rather than mounted again: a new mount would change the options
 * (`nsdelegate`) of the machine's. `ip netns exec` takes /sys away, so what was found before it is handed over in
 * $CGROUP, a bind mount made by `cgroupLines`.
 */
export function joinCgroup(name: string): string {
  return `umount -R /sys/fs/cgroup 2>/dev/null
if [ -n "\${CGROUP:-}" ]; then mount --bind "$CGROUP" /sys/fs/cgroup
else mount -t cgroup2 cgroup2 /sys/fs/cgroup; fi || exit 1
mkdir -p "/sys/fs/cgroup/${name}" || exit 1
echo $$ > "/sys/fs/cgroup/${name}/cgroup.procs" || exit 1`;
}

/** Shell lines that make `folder` a view of the machine's unified hierarchy and say so in $CGROUP. */
export function bindCgroup(folder: string): string {
  return `mkdir -p '${folder}'
found=$(while read -r _ place type _; do [ "$type" != cgroup2 ] || { echo "$place"; break; }; done < /proc/mounts)
if [ -n "$found" ]; then mount --bind "$found" '${folder}'
else mount -t cgroup2 cgroup2 '${folder}'; fi || exit 1
export CGROUP='${folder}'`;
}
