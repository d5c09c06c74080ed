import type { Module } from '../model/module.ts';
import { apt } from './apt.ts';
import { aptRepository } from './apt_repository.ts';
import { assemble } from './assemble.ts';
import { assert } from './assert.ts';
import { authorizedKey } from './authorized_key.ts';
import { backupHealth } from './backup_health.ts';
import { backupJob } from './backup_job.ts';
import { blockinfile } from './blockinfile.ts';
import { certificate } from './certificate.ts';
import { certificateAuthority } from './certificate_authority.ts';
import { clock } from './clock.ts';
import { command } from './command.ts';
import { copy } from './copy.ts';
import { cron } from './cron.ts';
import { deb822Repository } from './deb822_repository.ts';
import { debconf } from './debconf.ts';
import { debug } from './debug.ts';
import { dnsmasq } from './dnsmasq.ts';
import { dpkgSelections } from './dpkg_selections.ts';
import { fail } from './fail.ts';
import { fetch } from './fetch.ts';
import { file } from './file.ts';
import { find } from './find.ts';
import { getUrl } from './get_url.ts';
import { getent } from './getent.ts';
import { git } from './git.ts';
import { group } from './group.ts';
import { hostname } from './hostname.ts';
import { iniFile } from './ini_file.ts';
import { iptablesChains } from './iptables_chains.ts';
import { knownHosts } from './known_hosts.ts';
import { lineinfile } from './lineinfile.ts';
import { localeGen } from './locale_gen.ts';
import { mount } from './mount.ts';
import { netplan } from './netplan.ts';
import { opensshKeypair } from './openssh_keypair.ts';
import { openvpnBundle } from './openvpn_bundle.ts';
import { openvpnClient } from './openvpn_client.ts';
import { openvpnServer } from './openvpn_server.ts';
import { packageModule } from './package.ts';
import { packageFacts } from './package_facts.ts';
import { pause } from './pause.ts';
import { ping } from './ping.ts';
import { reboot } from './reboot.ts';
import { replace } from './replace.ts';
import { screen } from './screen.ts';
import { script } from './script.ts';
import { service, systemd, systemdService } from './service.ts';
import { serviceFacts } from './service_facts.ts';
import { setFact } from './set_fact.ts';
import { setup } from './setup.ts';
import { rawModule, shell } from './shell.ts';
import { slurp } from './slurp.ts';
import { sshdConfig } from './sshd_config.ts';
import { stat } from './stat.ts';
import { sudoers } from './sudoers.ts';
import { sysctl } from './sysctl.ts';
import { systemdUnit } from './systemd_unit.ts';
import { tempfile } from './tempfile.ts';
import { template } from './template.ts';
import { timezone } from './timezone.ts';
import { unarchive } from './unarchive.ts';
import { uri } from './uri.ts';
import { user } from './user.ts';
import { waitFor } from './wait_for.ts';
import { waitForConnection } from './wait_for_connection.ts';
import { wireguard } from './wireguard.ts';
import { wireguardBundle } from './wireguard_bundle.ts';
import { wireguardKey } from './wireguard_key.ts';

/** Every module that a playbook can name, in the order of the docs. */
export const modules: readonly Module[] = [
  apt,
  aptRepository,
  assemble,
  assert,
  authorizedKey,
  backupHealth,
  backupJob,
  blockinfile,
  certificate,
  certificateAuthority,
  clock,
  command,
  copy,
  cron,
  deb822Repository,
  debconf,
  debug,
  dnsmasq,
  dpkgSelections,
  fail,
  fetch,
  file,
  find,
  getUrl,
  getent,
  git,
  group,
  hostname,
  iniFile,
  iptablesChains,
  knownHosts,
  lineinfile,
  localeGen,
  mount,
  netplan,
  opensshKeypair,
  openvpnBundle,
  openvpnClient,
  openvpnServer,
  packageModule,
  packageFacts,
  pause,
  ping,
  rawModule,
  reboot,
  replace,
  screen,
  script,
  service,
  serviceFacts,
  setFact,
  setup,
  shell,
  slurp,
  sshdConfig,
  stat,
  sudoers,
  sysctl,
  systemd,
  systemdService,
  systemdUnit,
  tempfile,
  template,
  timezone,
  unarchive,
  uri,
  user,
  waitFor,
  waitForConnection,
  wireguard,
  wireguardBundle,
  wireguardKey,
];
