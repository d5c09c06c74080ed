// A house like the bundled one, converged: homerun, Ansible and the floor (`ssh HOST sudo true`) in turn, on the same hosts.
// Needs root on a Debian machine; installs Debian's `ansible` and `time`. Times alone are noise: read the ratios.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadInventory } from '../dist/index.js';
import { bootRehearsal } from '../dist/rehearsal/index.js';

const rounds = Number(process.argv[2] ?? 7);
const root = resolve(import.meta.dirname, '..');
const site = join(root, 'bench/homerun/site.yaml');
const folder = mkdtempSync(join(tmpdir(), 'homerun-bench-'));

install();
const inventory = loadInventory(join(root, 'bench/homerun/inventory.yaml'));
const rehearsal = await bootRehearsal(inventory, { install: true, log: (line) => console.log(line) });
try {
  const contestants = { 'ssh HOST sudo true': floor(), homerun: homerun(), ansible: ansible() };
  console.log('\nfirst run, each on freshly written cards');
  for (const name of ['homerun', 'ansible']) {
    if (name !== 'homerun') await writeCardsAnew();
    const { seconds } = measure(contestants[name]);
    console.log(`  ${name.padEnd(20)} ${seconds.toFixed(2)} s`);
  }
  // What the other one changed (a restarted daemon, a rewritten file) settles in two more runs of each.
  for (const name of ['homerun', 'ansible', 'homerun', 'ansible']) measure(contestants[name]);
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, contestant] of Object.entries(contestants)) times[name].push(measure(contestant));
  }
  report(times);
} finally {
  await rehearsal.down();
  rmSync(folder, { recursive: true });
}

async function writeCardsAnew() {
  for (const { name } of rehearsal.hosts) await rehearsal.reset(name);
  for (const { name } of rehearsal.hosts) await rehearsal.trust(name);
}

function report(times) {
  const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const seconds = Object.fromEntries(
    Object.entries(times).map(([name, list]) => [name, median(list.map((one) => one.seconds))]),
  );
  console.log(
    `\nconverged, median of ${rounds} rounds on ${rehearsal.hosts.length} hosts, start of the program included`,
  );
  console.log(
    `  ${''.padEnd(20)} ${'time'.padStart(8)} ${'× homerun'.padStart(10)} ${'peak memory'.padStart(12)}`,
  );
  for (const [name, list] of Object.entries(times)) {
    const memory = Math.max(...list.map((one) => one.megabytes));
    const ratio = seconds[name] / seconds.homerun;
    console.log(
      `  ${name.padEnd(20)} ${`${seconds[name].toFixed(2)} s`.padStart(8)} ${ratio.toFixed(2).padStart(10)} ${`${memory.toFixed(0)} MB`.padStart(12)}`,
    );
  }
  console.log(
    `\nhomerun is ${(seconds.ansible / seconds.homerun).toFixed(1)} times faster than Ansible and takes ${(seconds.homerun / seconds['ssh HOST sudo true']).toFixed(1)} times as long as a bare ssh`,
  );
}

/** Runs it, and refuses a run that failed or that changed something. */
function measure({ argv, env, cwd, isFine }) {
  const memoryFile = join(folder, 'memory');
  const started = performance.now();
  const ran = spawnSync('/usr/bin/time', ['-o', memoryFile, '-f', '%M', ...argv], {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const seconds = (performance.now() - started) / 1000;
  if (ran.status !== 0 || !isFine(ran.stdout))
    throw new Error(`${argv.join(' ')}\n${ran.stdout}\n${ran.stderr}`);
  return { seconds, megabytes: Number(readFileSync(memoryFile, 'utf8').trim().split('\n').at(-1)) / 1024 };
}

function floor() {
  const one = (host) => `ssh ${sshOptions().join(' ')} ${host.user}@${host.address} sudo true`;
  const script = `${rehearsal.hosts.map((host) => `${one(host)} & p="$p $!"`).join('\n')}\nfor i in $p; do wait $i || exit 1; done`;
  return { argv: rehearsal.controller(['sh', '-c', script]), env: {}, cwd: root, isFine: () => true };
}

function homerun() {
  const options = [
    '--private-key',
    rehearsal.privateKey,
    '--known-hosts',
    rehearsal.knownHosts,
    '--no-ssh-config',
    '-o',
    'lines',
  ];
  const argv = rehearsal.controller([
    process.execPath,
    join(root, 'dist/cli.js'),
    'run',
    site,
    '-i',
    join(root, 'bench/homerun/inventory.yaml'),
    ...options,
  ]);
  return { argv, env: { XDG_STATE_HOME: folder }, cwd: root, isFine: () => true };
}

function ansible() {
  const lines = inventory.hosts.map((host) => {
    const links = host.interfaces.map((link) => {
      const network = inventory.networks.find((candidate) => candidate.name === link.network);
      const gateway =
        network?.gateway === undefined || network.gateway === link.address
          ? {}
          : { gateway: network.gateway };
      return { name: link.name, cidr: `${link.address}/${network?.range.split('/')[1]}`, ...gateway };
    });
    return `${host.name} ansible_host=${host.connection.address} ansible_user=${host.connection.user} links='${JSON.stringify(links)}'`;
  });
  const hosts = join(folder, 'hosts.ini');
  writeFileSync(hosts, `${lines.join('\n')}\n`);
  const ssh = [
    '--private-key',
    rehearsal.privateKey,
    '--ssh-common-args',
    `-o UserKnownHostsFile=${rehearsal.knownHosts} -o ControlPath=${folder}/%C -o ControlPersist=no`,
  ];
  const argv = rehearsal.controller(['ansible-playbook', '-i', hosts, ...ssh, 'site.yml']);
  return {
    argv,
    env: { ANSIBLE_CONFIG: join(root, 'bench/ansible/ansible.cfg'), ANSIBLE_HOME: folder },
    cwd: join(root, 'bench/ansible'),
    isFine: (text) => /failed=0/.test(text),
  };
}

function sshOptions() {
  return [
    '-i',
    rehearsal.privateKey,
    '-o',
    `UserKnownHostsFile=${rehearsal.knownHosts}`,
    '-o',
    'StrictHostKeyChecking=yes',
    '-o',
    'BatchMode=yes',
  ];
}

function install() {
  if (
    existsSync('/usr/bin/ansible-playbook') &&
    existsSync('/usr/share/doc/ansible') &&
    existsSync('/usr/bin/time')
  )
    return;
  console.log('installing ansible and time');
  execFileSync('apt-get', ['install', '-y', '-qq', 'ansible', 'time'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
