#!/bin/sh
# Installs what the tests need of this machine and do not find on it. Where that is impossible it says what is missing,
# and ends with 1. Each word is a program, or PROGRAM:PACKAGE where Debian's package has another name.
set -eu
PATH=$PATH:/usr/sbin:/sbin
missing=
for word in \
  age apt-ftparchive:apt-utils bash busybox bzip2 curl dash git ip:iproute2 iptables mmdebstrap nc:netcat-openbsd \
  nft:nftables openssl pgrep:procps ssh:openssh-client sshd:openssh-server sudo systemd-nspawn:systemd-container tmux \
  unshare:util-linux unzip wget xz:xz-utils zip zstd; do
  command -v "${word%%:*}" >/dev/null || missing="$missing ${word##*:}"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "the tests need programs that are missing here; as root on Debian: apt-get install$missing" >&2
  exit 1
fi
echo "installing$missing, for the tests"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=300 update
# shellcheck disable=SC2086 # Words, on purpose.
apt-get -qq -y -o DPkg::Lock::Timeout=300 --no-install-recommends install $missing >/dev/null
