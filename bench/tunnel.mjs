// Both ends of the tunnel, and what goes through.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const unit = { pi: 'openvpn-client', vpn: 'openvpn-server' };
const folderOf = { pi: '/etc/openvpn/client', vpn: '/etc/openvpn/server' };

/** The hosts reach no mirror that has it: the packages of this machine's release travel to them. */
export async function installIperf(rehearsal, folder) {
  const debs = join(folder, 'debs');
  mkdirSync(debs);
  execFileSync('apt-get', ['download', '-qq', 'iperf3', 'libiperf0', 'libsctp1'], {
    cwd: debs,
    stdio: 'ignore',
  });
  execFileSync('tar', ['-cf', '../debs.tar', ...readdirSync(debs)], { cwd: debs });
  const input = readFileSync(join(folder, 'debs.tar')).toString('base64');
  for (const host of ['pi', 'vpn'])
    await must(
      rehearsal,
      host,
      'mkdir -p /tmp/debs && cd /tmp/debs && base64 -d | tar -x && dpkg -i *.deb',
      input,
    );
  await must(rehearsal, 'vpn', 'iperf3 -s -D');
}

/** The tasks of the bundled playbooks build it. */
export async function buildTunnel(rehearsal, root, folder, vpn) {
  const [program, ...rest] = rehearsal.controller([
    ...[process.execPath, join(root, 'dist/cli.js'), 'run', join(root, 'bench/tunnel.yaml')],
    ...['-i', join(root, 'inventory.yaml'), '--limit', 'pi:vpn', '-e', `vpn=${vpn}`],
    ...['--private-key', rehearsal.privateKey, '--known-hosts', rehearsal.knownHosts, '--no-ssh-config'],
  ]);
  const env = { ...process.env, XDG_STATE_HOME: folder };
  const ran = spawnSync(program, rest, { encoding: 'utf8', env });
  if (ran.status !== 0) throw new Error(`${vpn}: ${ran.stdout}${ran.stderr}`);
  if (vpn !== 'openvpn') return;
  for (const host of ['pi', 'vpn']) await must(rehearsal, host, `systemctl stop ${unit[host]}@home`);
}

/** Both ends with the house's own configuration and more options; gives the cipher that they agree on. */
export async function startOpenvpn(rehearsal, { options = [], own = {}, environment = {} }) {
  for (const host of ['vpn', 'pi']) {
    const more =
      host === 'pi' ? Object.entries(environment).map(([name, value]) => `-E ${name}='${value}'`) : [];
    const command = `/usr/sbin/openvpn --cd ${folderOf[host]} --config home.conf ${[...options, ...(own[host] ?? [])].join(' ')}`;
    await must(
      rehearsal,
      host,
      `systemctl reset-failed bench-tunnel 2>/dev/null; systemd-run -q --unit=bench-tunnel ${more.join(' ')} ${command}`,
    );
  }
  for (let tries = 0; tries < 60; tries++) {
    const log = await rehearsal.exec(
      'pi',
      'journalctl -o cat _SYSTEMD_INVOCATION_ID=$(systemctl show -p InvocationID --value bench-tunnel)',
    );
    if (log.stdout.includes('Initialization Sequence Completed'))
      return (
        /Data Channel: .*?cipher '([^']+)'/.exec(log.stdout)?.[1] ??
        /cipher '?([A-Z0-9-]+)/.exec(log.stdout)?.[1] ??
        '?'
      );
    await sleep(500);
  }
  throw new Error((await rehearsal.exec('pi', 'journalctl -u bench-tunnel -o cat | tail -20')).stdout);
}

export async function endTunnel(rehearsal) {
  for (const host of ['pi', 'vpn']) await must(rehearsal, host, 'systemctl stop bench-tunnel');
}

/** Megabits in a second each way, and the processor time of the tunnel's program for a gigabyte at each end. */
export async function transfer(rehearsal, { to = '10.8.0.1', process: program = 'openvpn' }, seconds) {
  const spent = async (host) => {
    const script = `for pid in $(pidof ${program}); do cut -d' ' -f14,15 /proc/$pid/stat; done`;
    const { stdout } = await rehearsal.exec(host, script);
    return stdout
      .split(/\s+/)
      .filter(Boolean)
      .reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
  };
  await must(
    rehearsal,
    'pi',
    `for i in $(seq 40); do ping -c 1 -W 1 ${to} >/dev/null && exit 0; sleep 0.3; done; exit 1`,
  );
  const before = [await spent('pi'), await spent('vpn')];
  const flow = async (...options) => {
    const text = await must(rehearsal, 'pi', `iperf3 -J -c ${to} -t ${seconds} ${options.join(' ')}`);
    return JSON.parse(text).end.sum_received;
  };
  const [up, down] = [await flow(), await flow('-R')];
  const gigabytes = (up.bytes + down.bytes) / 1e9;
  const cost = async (host, earlier) => {
    const ticks = (await spent(host)) - earlier;
    return ticks === 0 ? Number.NaN : ticks / gigabytes;
  };
  return {
    up: up.bits_per_second / 1e6,
    down: down.bits_per_second / 1e6,
    piCost: await cost('pi', before[0]),
    serverCost: await cost('vpn', before[1]),
  };
}

async function must(rehearsal, host, script, input = '') {
  const { code, stdout, stderr } = await rehearsal.exec(host, script, { input });
  if (code !== 0) throw new Error(`${host}: ${script}\nended with ${code}: ${stderr}${stdout}`);
  return stdout;
}
