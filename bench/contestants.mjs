// How each contestant is started, and how its report is read.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Debian's own, where they are missing. */
export function installPeers() {
  const wanted = {
    ansible: '/usr/share/doc/ansible',
    'ansible-mitogen': '/usr/share/doc/ansible-mitogen',
    time: '/usr/bin/time',
  };
  const missing = Object.keys(wanted).filter((name) => !existsSync(wanted[name]));
  if (missing.length === 0) return;
  console.log(`installing ${missing.join(', ')}`);
  execFileSync('apt-get', ['install', '-y', '-qq', ...missing], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

/** A login on every host at once, and nothing else: no tool over SSH can be faster. */
export function floor({ root, rehearsal }) {
  const options = [
    `-i ${rehearsal.privateKey} -o UserKnownHostsFile=${rehearsal.knownHosts}`,
    '-o StrictHostKeyChecking=yes -o BatchMode=yes',
  ].join(' ');
  const one = ({ user, address }) => `ssh ${options} ${user}@${address} sudo true & p="$p $!"`;
  const script = `${rehearsal.hosts.map(one).join('\n')}\nfor i in $p; do wait $i || exit 1; done`;
  return {
    argv: () => rehearsal.controller(['sh', '-c', script]),
    env: () => ({}),
    cwd: root,
    read: () => ({ tasks: 0, changed: 0, changes: [], told: '' }),
  };
}

export function homerun({ root, folder, archive, rehearsal }) {
  const argv = [process.execPath, join(root, 'dist/cli.js'), 'run', join(root, 'bench/homerun/site.yaml')];
  const options = [
    ['-i', join(root, 'bench/homerun/inventory.yaml')],
    ['--private-key', rehearsal.privateKey],
    ['--known-hosts', rehearsal.knownHosts],
    ['-e', `archive=${archive}`],
    ['--no-ssh-config', '-o', 'json'],
  ].flat();
  return {
    argv: () => rehearsal.controller([...argv, ...options]),
    env: () => ({ XDG_STATE_HOME: folder }),
    cwd: root,
    read: readHomerun,
  };
}

export function ansible(setting) {
  const { root, folder, archive, rehearsal } = setting;
  const options = [
    ['-i', 'inventory.yml'],
    ['-e', `archive=${archive}`],
    ['--private-key', rehearsal.privateKey],
  ].flat();
  // Connections outlive a run, as they would on a busy day, but not the card that they lead to.
  const ssh = () =>
    `-o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=${rehearsal.knownHosts} -o ControlPath=${folder}/${setting.cards}-%C`;
  return {
    argv: () =>
      rehearsal.controller(['ansible-playbook', ...options, '--ssh-common-args', ssh(), 'site.yml']),
    env: () => ({
      ANSIBLE_CONFIG: join(root, 'bench/ansible/ansible.cfg'),
      ANSIBLE_HOME: folder,
      ANSIBLE_SSH_ARGS: '-C',
    }),
    cwd: join(root, 'bench/ansible'),
    read: readAnsible,
  };
}

/** Ansible with the strategy that keeps one Python running on each host. */
export function mitogen(setting) {
  const plain = ansible(setting);
  return {
    ...plain,
    env: () => ({
      ...plain.env(),
      ANSIBLE_STRATEGY: 'mitogen_linear',
      ANSIBLE_STRATEGY_PLUGINS: '/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy',
    }),
  };
}

function readHomerun(text) {
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const recap = events.flatMap((event) => event.recap ?? []);
  const sum = (key) => recap.reduce((total, one) => total + one[key], 0);
  const changes = events
    .filter((event) => event.outcome === 'changed')
    .map((event) => `${event.host}: ${event.task.name}`);
  const exchanges = recap.map(({ host, exchanges }) => `${host} ${exchanges}`).join(', ');
  return {
    tasks: sum('ok') + sum('changed'),
    changed: sum('changed'),
    changes,
    told: `${sum('ok') + sum('changed')} tasks done, ${sum('changed')} changed, exchanges: ${exchanges}`,
    exchanges: sum('exchanges'),
  };
}

function readAnsible(text) {
  const recap = [...text.matchAll(/ok=(\d+) +changed=(\d+) +unreachable=(\d+) +failed=(\d+)/g)];
  const sum = (column) => recap.reduce((total, one) => total + Number(one[column]), 0);
  if (recap.length === 0 || sum(3) + sum(4) > 0) throw new Error(text);
  let task = '';
  const changes = [];
  for (const line of text.split('\n')) {
    task = /^(?:TASK|RUNNING HANDLER) \[(.*)\] \*/.exec(line)?.[1] ?? task;
    const host = /^changed: \[(\w+)\]/.exec(line)?.[1];
    if (host !== undefined) changes.push(`${host}: ${task}`);
  }
  return { tasks: sum(1), changed: sum(2), changes, told: `${sum(1)} tasks done, ${sum(2)} changed` };
}
