import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { thisRelease } from './apt-sources.ts';
import { RehearsalError } from './error.ts';
import { must, run } from './process.ts';

/** Something that a rehearsal needs and this machine lacks. */
export interface Missing {
  readonly what: string;
  /** The command, or the words, that put it right. */
  readonly install: string;
}

/** Programs, each with the Debian package that it comes in. */
const programs: readonly (readonly [string, string])[] = [
  ['systemd-nspawn', 'systemd-container'],
  ['mmdebstrap', 'mmdebstrap'],
  ['ip', 'iproute2'],
  ['ssh-keygen', 'openssh-client'],
  ['ssh-keyscan', 'openssh-client'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['flock', 'util-linux'],
  ['setpriv', 'util-linux'],
  ['mount', 'mount'],
  ['chroot', 'coreutils'],
  ['find', 'findutils'],
  ['apt-get', 'apt'],
];

/** Everything that keeps this machine from a rehearsal; empty where one can be booted. */
export async function missingForRehearsal(): Promise<readonly Missing[]> {
  if (process.platform !== 'linux') {
    return [{ what: 'Linux', install: 'run the rehearsal on a Linux machine, or in a virtual one' }];
  }
  const packages = await missingPackages();
  return [
    ...(process.getuid?.() === 0 ? [] : [{ what: 'root', install: 'run it with sudo' }]),
    ...packages.map(([what, name]) => ({ what, install: `apt-get install ${name}` })),
    ...(await missingFromKernel()),
  ];
}

/** Installs what is missing where it may, and throws a RehearsalError that names all that remains. */
export async function provideWhatIsMissing(install: boolean, log: (line: string) => void): Promise<void> {
  const packages = [...new Set((await missingPackages()).map(([, name]) => name))];
  if (install && packages.length > 0 && process.getuid?.() === 0 && (await isDebian())) {
    log(`installing ${packages.join(', ')}`);
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const patience = ['-o', 'DPkg::Lock::Timeout=300'];
    await run(['apt-get', '-q', ...patience, 'update'], { env });
    const apt = ['apt-get', '-q', '-y', ...patience, '--no-install-recommends', 'install', ...packages];
    await must(`installing ${packages.join(', ')}`, apt, { env });
  }
  const missing = await missingForRehearsal();
  if (missing.length > 0) throw new RehearsalError(explain(missing));
}

function explain(missing: readonly Missing[]): string {
  const lines = missing.map(({ what, install }) => `  ${what}: ${install}`);
  return [`this machine cannot rehearse; it lacks`, ...lines].join('\n');
}

async function missingPackages(): Promise<(readonly [string, string])[]> {
  // Where root's PATH lacks sbin, as after a plain `su`, the programs are there all the same.
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  const absent = await Promise.all(
    programs.map(async ([program]) => {
      const found = await Promise.all(
        folders.map(async (folder) => can(join(folder, program), constants.X_OK)),
      );
      return !found.includes(true);
    }),
  );
  return programs.filter((_, index) => absent[index]);
}

async function missingFromKernel(): Promise<readonly Missing[]> {
  const missing: Missing[] = [];
  const overlay = async (): Promise<boolean> =>
    /\toverlay$/m.test(await readFile('/proc/filesystems', 'utf8'));
  if (!(await overlay())) {
    await run(['modprobe', 'overlay']);
    if (!(await overlay()))
      missing.push({ what: 'overlayfs', install: 'use a kernel that has it (CONFIG_OVERLAY_FS)' });
  }
  if (!(await can('/dev/net/tun', constants.F_OK))) {
    await run(['modprobe', 'tun']);
    if (!(await can('/dev/net/tun', constants.F_OK)))
      missing.push({ what: '/dev/net/tun', install: 'modprobe tun' });
  }
  return missing;
}

async function isDebian(): Promise<boolean> {
  const { id, like } = await thisRelease();
  return [id, ...like].includes('debian');
}

async function can(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
