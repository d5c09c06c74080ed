/**
 * How the image is made, as shell: run with CACHE, NAME, SUITE, INCLUDE, PACKAGES, APART, TOOLS and CHOSEN
 * (a folder with `sources/` and `apt.conf`) in the environment, in a mount namespace of its own, so that nothing
 * stays mounted however it ends. It is part of the key in the cache: to change it is to make a new image.
 */
export const imageRecipe = String.raw`set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
umask 022
image=$CACHE/$NAME
# Another builder may be at it: wait for it, then use what it made.
exec 9>"$CACHE/lock"
flock 9
[ ! -e "$image/complete" ] || exit 0
# Under the lock, whoever left these is gone.
rm -rf "$CACHE"/building.*
new=$CACHE/building.$$
trap 'rm -rf "$new"' EXIT
mkdir "$new"

set --
for file in "$CHOSEN"/sources/*; do [ ! -e "$file" ] || set -- "$@" "$file"; done
mmdebstrap --mode=root --variant=minbase --include="$INCLUDE" --dpkgopt=force-unsafe-io \
  --aptopt="$CHOSEN/apt.conf" --customize-hook="sh \"$CHOSEN/customize.sh\" \"\$1\"" \
  "$SUITE" "$new/base" "$@"

# What the modem and the clients run: a second layer, so that the hosts stay as bare as a fresh card.
mkdir "$new/mnt" "$new/ram"
mount -t tmpfs -o mode=0755 tmpfs "$new/ram"
mkdir "$new/ram/upper" "$new/ram/work"
mount -t overlay overlay -o "lowerdir=$new/base,upperdir=$new/ram/upper,workdir=$new/ram/work" "$new/mnt"
mount -t proc proc "$new/mnt/proc"
chroot "$new/mnt" apt-get -q update
chroot "$new/mnt" apt-get -q -y --no-install-recommends install $TOOLS
chroot "$new/mnt" apt-get clean
rm -rf "$new/mnt/var/lib/apt/lists"
umount "$new/mnt/proc" "$new/mnt"
cp -a "$new/ram/upper" "$new/tools"
umount "$new/ram"
rmdir "$new/mnt" "$new/ram"

touch "$new/complete"
rm -rf "$image"
mv "$new" "$image"
# Images of earlier recipes. One that was taken today stays: another release, or another checkout, wants it again.
find "$CACHE" -mindepth 2 -maxdepth 2 -path '*/image-*/complete' -mtime +0 | while read -r complete; do
  other=$(dirname "$complete")
  grep -q "lowerdir=[^ ]*$other/" /proc/[0-9]*/mounts 2>/dev/null || rm -rf "$other"
done
`;

/** Run by mmdebstrap on the finished system: the repository that hosts install from, and a card's first state. */
export const customizeRecipe = String.raw`set -eu
root=$1
repo=/var/lib/homerun-rehearsal/repo
download() {
  APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -q -y -d --no-install-recommends install "$@"
}
# All at once is ten times faster; packages that exclude each other are got one by one.
download $PACKAGES || for package in $PACKAGES; do download "$package"; done
for package in $APART; do download "$package"; done
mkdir -p "$root$repo"
mv "$root"/var/cache/apt/archives/*.deb "$root$repo/"
chroot "$root" sh -c "cd $repo && apt-ftparchive packages . > Packages && apt-ftparchive release . > Release.new && mv Release.new Release"
rm -f "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/* "$root"/etc/apt/apt.conf.d/99mmdebstrap
echo "deb [trusted=yes] file:$repo ./" > "$root/etc/apt/sources.list.d/rehearsal.list"
# The cards are thrown away: waiting for a disk would be waste.
echo force-unsafe-io > "$root/etc/dpkg/dpkg.cfg.d/rehearsal"
chroot "$root" systemctl enable systemd-networkd.service
# The other devices are the machine's, not the host's.
mkdir -p "$root/etc/systemd/system/systemd-udev-trigger.service.d"
cat > "$root/etc/systemd/system/systemd-udev-trigger.service.d/rehearsal.conf" <<'END'
[Service]
ExecStart=
ExecStart=-udevadm trigger --subsystem-match=net --action=add
END
# Every card gets an identity of its own.
rm -f "$root"/etc/ssh/ssh_host_*
: > "$root/etc/machine-id"
`;
