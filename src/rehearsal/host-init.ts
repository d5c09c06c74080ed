/**
 * The first process of a host, as shell: it takes this machine's own settings out of the host's reach and becomes
 * systemd. A host may write to /proc/sys and /sys, as udev and `netplan apply` want, but only what lies in its
 * network namespace is its own: `sysctl kernel.panic=10` or `echo b > /proc/sysrq-trigger` would be this machine's.
 * So `kernel`, `vm` and `fs` become copies, in which a playbook reads back what it wrote; the rest is read-only.
 */
export const hostInit = String.raw`
for part in kernel vm fs; do
  real=/run/real-$part
  mkdir "$real"
  mount --rbind "/proc/sys/$part" "$real"
  # Or taking the real one away would take its parts out of the copy again.
  mount --make-rprivate "$real"
  mount -t tmpfs -o mode=0555 tmpfs "/proc/sys/$part"
  # Some settings cannot be read.
  cp -r "$real/." "/proc/sys/$part/" 2> /dev/null
  # What differs at each reading, or belongs to the host's own namespaces, stays what it is.
  for own in random hostname domainname; do
    [ ! -e "$real/$own" ] || mount --rbind "$real/$own" "/proc/sys/$part/$own"
  done
  umount -R "$real"
  rmdir "$real"
done
for path in /proc/acpi /proc/bus /proc/fs /proc/irq /sys/block /sys/bus /sys/dev /sys/devices /sys/kernel; do
  [ ! -e "$path" ] || { mount --bind "$path" "$path"; mount -o remount,bind,ro "$path"; }
done
# udev's way to the host's own interfaces.
mount --bind /sys/devices/virtual/net /sys/devices/virtual/net
mount -o remount,bind,rw /sys/devices/virtual/net
[ ! -e /proc/sysrq-trigger ] || mount --bind /dev/null /proc/sysrq-trigger
exec /sbin/init`;
