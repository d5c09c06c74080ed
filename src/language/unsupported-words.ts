import type { Module } from '../model/module.ts';

const CHATTR = 'run `chattr` with `command`';
const SELINUX = 'run `chcon` or `semanage` with `command`';

/** Of all of Ansible's modules that write files. */
const OF_FILES: Readonly<Record<string, string>> = {
  attributes: CHATTR,
  attr: CHATTR,
  selevel: SELINUX,
  serole: SELINUX,
  setype: SELINUX,
  seuser: SELINUX,
  unsafe_writes: 'leave it out: a file is always replaced whole, or not at all',
  decrypt: 'leave it out: files from ansible-vault are decrypted where homerun has their password',
};

/** Ansible's modules that people write for such hosts and that homerun does not have. */
const MODULES: Readonly<Record<string, string>> = {
  add_host: 'write the host into the inventory',
  group_by: 'write the group into the inventory, or use `when`',
  set_stats: 'use `register`; other plays read it as `hostvars.HOST.NAME`',
  include_vars: 'write `vars_files:` in the play',
  include_role: 'write `include_tasks: FILE`',
  import_role: 'write `include_tasks: FILE`',
  async_status: 'start a service, or `nohup` in `shell`, and wait for it with `wait_for`',
  gather_facts: 'leave it out: facts are asked for when something uses them',
  expect: 'give the answers with `stdin` of `command`',
  apt_key: 'use `signed_by` of `deb822_repository`',
  apt_rpm: 'use `package`',
  dnf: 'use `package`',
  dnf5: 'use `package`',
  yum: 'use `package`',
  apk: 'use `package`',
  opkg: 'use `package`',
  pacman: 'use `package`',
  zypper: 'use `package`',
  yum_repository: 'use `copy`',
  rpm_key: 'run `rpm --import` with `command`',
  sysvinit: 'use `service`',
  openrc: 'use `service`',
  ufw: 'use `iptables_chains`, which is what ufw writes in the end',
  firewalld: 'use `iptables_chains`',
  nftables: 'use `iptables_chains`, or a template with `validate: nft -c -f %s`',
  iptables_state: 'use `iptables_chains`, which keeps its rules over a restart',
  nmcli: 'use `netplan`',
  interfaces_file: 'use `netplan`, or `blockinfile` for /etc/network/interfaces',
  synchronize: 'use `copy` with a folder, or `unarchive`; between hosts run `rsync` with `command`',
  acl: 'run `setfacl` with `command`, and `unless:`',
  xml: 'use `template` or `replace`',
  patch: 'use `replace`, or run `patch` with `command`',
  subversion: 'run `svn` with `command`',
  snap: 'run `snap` with `command`, and `creates:`',
  npm: 'run `npm` with `command`, and `creates:`',
  docker_container: 'use `systemd_unit` around `docker run`',
  openssl_privatekey: 'use `certificate` or `certificate_authority`, which make key and certificate together',
  openssl_csr: 'use `certificate`, which makes key and certificate together',
  openssl_certificate: 'use `certificate`',
  x509_certificate: 'use `certificate`',
  acme_certificate: 'run `certbot` or `acme.sh` with `command`, and `creates:`',
  mail: 'run `mail` or `sendmail` with `command`, and `stdin`',
  seboolean: 'run `setsebool` with `command`',
  selinux: 'use `lineinfile` for /etc/selinux/config',
  parted: 'run `sfdisk` with `command`, `stdin`, and `creates:` for the partition’s device',
  lvol: 'run `lvcreate` with `command`, and `creates:`',
  lvg: 'run `vgcreate` with `command`, and `unless: vgs NAME`',
};

/** What to write instead of a parameter that a module of Ansible's has and this one, which `takes` these, does not. */
export function parameterHint(module: Module, name: string, takes: readonly string[]): string | undefined {
  if (takes.includes(name)) return undefined;
  const own = module.unsupported ?? {};
  const words = { ...(takes.includes('mode') || Object.hasOwn(own, 'mode') ? OF_FILES : {}), ...own };
  return Object.hasOwn(words, name) ? words[name] : undefined;
}

/** What to write instead of a module of Ansible's that is not there. */
export function moduleHint(name: string): string | undefined {
  return Object.hasOwn(MODULES, name) ? MODULES[name] : undefined;
}
