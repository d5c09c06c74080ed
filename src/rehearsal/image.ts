import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyAptSources, thisRelease } from './apt-sources.ts';
import { RehearsalError } from './error.ts';
import { customizeRecipe, imageRecipe } from './image-recipe.ts';
import { must } from './process.ts';

/** The read-only layers below every card. */
export interface Image {
  /** Root file system of a host. */
  readonly base: string;
  /** What clients and the modem have besides. */
  readonly tools: string;
}

/** Packages that hosts can install although they reach no mirror, unless the caller names others. */
export const defaultPackages: readonly string[] =
  `cron openvpn openssl easy-rsa iptables iptables-persistent netfilter-persistent dnsmasq isc-dhcp-client restic
  rsync screen curl wget nginx-light wireguard-tools wireguard-go busybox bash dash zip unzip git tcpdump conntrack
  netcat-openbsd jq unattended-upgrades acl attr ufw xz-utils zstd
  bzip2 locales gpg gpg-agent jupyter-notebook`.split(/\s+/);

const include: readonly string[] =
  `systemd systemd-sysv dbus libpam-systemd udev openssh-server sudo netplan.io iproute2 iputils-ping
  ca-certificates curl procps kmod less nano apt-utils`.split(/\s+/);

const tools: readonly string[] =
  `iptables dnsmasq-base radvd isc-dhcp-client openvpn wireguard-tools curl wget netcat-openbsd tcpdump conntrack busybox
  openssl wireguard-go`.split(/\s+/);

/** They conflict with others of the list, so they cannot be downloaded in one go with them. */
const apart = new Set(['ufw']);

/** Gives the image of a release, out of the cache or newly built. `packages` are kept inside it for the hosts. */
export async function provideImage(
  suite: string | undefined,
  packages: readonly string[],
  log: (line: string) => void,
): Promise<Image> {
  const chosen = suite ?? (await thisRelease()).codename;
  if (chosen === undefined)
    throw new RehearsalError('name the Debian release of the hosts: this machine tells none');
  const offline = [...new Set([...packages, ...tools])].sort();
  const environment = {
    SUITE: chosen,
    INCLUDE: include.join(','),
    PACKAGES: offline.filter((name) => !apart.has(name)).join(' '),
    APART: offline.filter((name) => apart.has(name)).join(' '),
    TOOLS: tools.join(' '),
  };
  const ingredients = JSON.stringify([environment, imageRecipe, customizeRecipe, process.arch]);
  const name = `image-${chosen}-${createHash('sha256').update(ingredients).digest('hex').slice(0, 12)}`;
  const cache = process.env['HOMERUN_CACHE'] ?? '/var/cache/homerun/rehearsal';
  const image = { base: join(cache, name, 'base'), tools: join(cache, name, 'tools') };
  if (await took(join(cache, name, 'complete'))) return image;
  log('building the base image (about 1 minute, kept in the cache)');
  await build({ ...environment, CACHE: cache, NAME: name });
  return image;
}

async function build(environment: Record<string, string> & { CACHE: string; SUITE: string }): Promise<void> {
  await mkdir(environment.CACHE, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'homerun-image-'));
  try {
    await copyAptSources(folder, environment.SUITE);
    await writeFile(join(folder, 'customize.sh'), customizeRecipe);
    const env = { ...environment, CHOSEN: folder };
    await must('building the base image', ['unshare', '--mount', 'sh', '-c', imageRecipe], { env });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Notes that an image is taken, which keeps it from being cleared away; false where there is none. */
async function took(complete: string): Promise<boolean> {
  const now = new Date();
  return utimes(complete, now, now).then(
    () => true,
    () => false,
  );
}
