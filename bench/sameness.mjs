// What a run left on the hosts, as lines that can be compared: files with their sums, packages, units, rules, settings.

/** Not asked for: identities, locks, caches, what holds a time; and the packages that Ansible brings for its own use. */
const apart =
  String.raw`-path '/etc/ssh/ssh_host_*' -o -path /etc/machine-id -o -path '/etc/*-' -o -name .pwd.lock -o -path /etc/ld.so.cache
-o -path '/srv/house/notes/.git' -o -path '*/.ansible' -o -path '*/.cache' -o -path /etc/resolv.conf -o -path /etc/sysctl.d/60-house.conf -o -path /var/spool/cron/crontabs
-o -name '*.pyc' -o -name __pycache__`.replaceAll('\n', ' ');

const script = `export LC_ALL=C
find /etc /opt /srv /home /root /usr/local /var/spool/cron \\( ${apart} \\) -prune -o -type d -printf 'folder %p %m %u:%g\\n' \\
  -o -type l -printf 'link %p -> %l\\n' -o -type f -printf 'file %p %m %u:%g ' -exec sh -c 'sha256sum <"$1"' - {} \\;
grep -hv -e '^# (/tmp/' -e '^# DO NOT' -e '^# (Cron' /var/spool/cron/crontabs/* 2>/dev/null | sed 's/^#[hA][a-z]*: /#/; s/^/crontab /'
sed 's/ *= */=/; s/^/settings /' /etc/sysctl.d/60-house.conf
dpkg-query -W -f 'package \${Package} \${Version} \${Status}\\n' | grep -v -e python3-apt -e python-apt-common -e distro-info-data
systemctl list-unit-files --no-legend --state=enabled | sed 's/^/enabled /; s/  */ /g'
for unit in cron ssh dnsmasq nginx systemd-networkd house-report.timer prune-backups.timer; do echo "unit $unit $(systemctl is-active $unit)"; done
iptables-save 2>/dev/null | sed '/^#/d; s/\\[.*//; s/^/rule /'
for name in net.ipv4.ip_forward net.ipv4.conf.all.accept_redirects net.ipv4.conf.all.send_redirects net.ipv4.icmp_echo_ignore_broadcasts; do echo "sysctl $name $(cat /proc/sys/$(echo $name | tr . /))"; done
grep -e /var/scratch /proc/mounts | sed 's/^/mount /'
locale -a | sed 's/^/locale /'
echo "git $(git -C /srv/house/notes rev-parse HEAD)"
debconf-show iptables-persistent 2>/dev/null | sed 's/^/debconf /'
echo "name $(hostname) $(readlink -f /etc/localtime)"
ip -brief -4 address | sed 's/@[^ ]*//; s/^/address /; s/  */ /g'
true`;

export async function manifest(rehearsal) {
  const lists = await Promise.all(
    rehearsal.hosts.map(async ({ name }) => {
      const { stdout, stderr, code } = await rehearsal.exec(name, script);
      if (code !== 0) throw new Error(`${name}: ${stderr}`);
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => `${name}: ${line}`);
    }),
  );
  return lists.flat();
}

/** Lines of one that the other lacks: `-` only the first has it, `+` only the second. */
export function differences(first, second) {
  const [here, there] = [new Set(first), new Set(second)];
  return [
    ...first.filter((line) => !there.has(line)).map((line) => `- ${line}`),
    ...second.filter((line) => !here.has(line)).map((line) => `+ ${line}`),
  ];
}
