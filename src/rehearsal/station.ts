import { spawn } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bindCgroup, joinCgroup } from './cgroup.ts';
import { RehearsalError } from './error.ts';
import type { Image } from './image.ts';
import { entered, initOf, restrained, shell } from './inside.ts';
import { plainName } from './names.ts';
import { resolver } from './network.ts';
import { run, tail, type Result, type RunOptions } from './process.ts';
import { fileWriter } from './tree.ts';

/** A place in the network without an operating system that runs: a namespace with a Debian root to run programs in. */
export interface Station {
  readonly namespace: string;
  /** argv that runs `command` inside. */
  command(command: readonly string[]): Promise<readonly string[]>;
  exec(script: string, options?: RunOptions): Promise<Result>;
  /** Ends all that runs inside. */
  stop(): Promise<void>;
}

export interface StationOptions {
  /** Host name, and the name of its files. */
  readonly name: string;
  readonly namespace: string;
  readonly folder: string;
  readonly image: Image;
  readonly prefix: string;
  readonly hosts: readonly string[];
  readonly nameserver?: string;
}

/** Starts a station in a namespace that is there already. It lives as long as its namespace of processes. */
export async function startStation(options: StationOptions): Promise<Station> {
  const { folder } = options;
  await mkdir(join(folder, 'work'), { recursive: true });
  const write = fileWriter(join(folder, 'upper'));
  const hosts = ['127.0.0.1 localhost', `127.0.1.1 ${options.name}`, ...options.hosts, ''];
  await write('etc/hosts', hosts.join('\n'));
  await write('etc/resolv.conf', resolver(options.nameserver));
  await writeFile(join(folder, 'outer.sh'), outerScript(options));
  await writeFile(join(folder, 'inner.sh'), innerScript(options));
  const log = await open(join(folder, 'log'), 'a');
  const argv = ['--mount', 'sh', join(folder, 'outer.sh')];
  const child = spawn('unshare', argv, { detached: true, stdio: ['ignore', log.fd, log.fd], cwd: '/' });
  child.on('error', () => {});
  child.unref();
  await log.close();
  for (let tries = 0; tries < 500; tries++) {
    const station = await findStation(options.namespace, folder);
    if (station) return station;
    await sleep(20);
  }
  const printed = await readFile(join(folder, 'log'), 'utf8');
  throw new RehearsalError(`the station ${options.name} did not come up\n${tail(printed)}`);
}

/** A station that was started, by this process or an earlier one, or undefined where it is gone. */
export async function findStation(namespace: string, folder: string): Promise<Station | undefined> {
  const init = async (): Promise<number | undefined> => {
    const parent = Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => ''));
    return parent > 0 ? initOf(parent, 'sleep') : undefined;
  };
  if ((await init()) === undefined) return undefined;
  const command = async (argv: readonly string[]): Promise<readonly string[]> => {
    const pid = await init();
    if (pid === undefined) throw new RehearsalError(`the station ${namespace} is gone`);
    return entered(pid, ['--mount', '--uts', '--net', '--pid'], argv);
  };
  return {
    namespace,
    command,
    exec: async (script, options) => run(await command(shell(script, options?.timeout)), options),
    stop: async () => {
      const pid = await init();
      // The first process of a namespace takes all others along.
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    },
  };
}

function outerScript({ namespace, folder, prefix }: StationOptions): string {
  return `cd '${folder}' || exit 1
${bindCgroup(`${folder}/cgroup`)}
${joinCgroup(`${prefix}-rehearsal/${namespace}`)}
echo $$ > pid
exec ${restrained(['ip', 'netns', 'exec', namespace]).join(' ')} unshare --mount --uts --pid --fork --kill-child sh inner.sh
`;
}

function innerScript({ name, folder, image }: StationOptions): string {
  return `set -e
hostname '${plainName(name)}'
mkdir -p root
mount -t overlay overlay -o 'lowerdir=${image.tools}:${image.base},upperdir=${folder}/upper,workdir=${folder}/work' root
mount -t proc proc root/proc
# Settings of the network are the station's own; the others are this machine's.
for part in kernel vm fs; do
  mount --bind root/proc/sys/$part root/proc/sys/$part
  mount -o remount,bind,ro root/proc/sys/$part
done
[ ! -e root/proc/sysrq-trigger ] || mount --bind /dev/null root/proc/sysrq-trigger
mount -t sysfs -o ro sysfs root/sys
mount -t tmpfs tmpfs root/run
mkdir -p root/dev/net
: > root/dev/net/tun
mount --bind /dev/net/tun root/dev/net/tun
exec chroot root sleep infinity
`;
}
