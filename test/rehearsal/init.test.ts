import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadInventory } from '../../src/language/index.ts';
import { bootRehearsal, type Rehearsal } from '../../src/rehearsal/index.ts';
import { homerun, named, root, type Ran } from './house.ts';
import { onHost } from './on-host.ts';
import { canRehearse } from './possible.ts';
import { temporaryFolder } from '../temporary.ts';

const possible = await canRehearse('houses by homerun init');

// As a new owner has it: the package from npm in an empty folder, a home, and nothing of this repository.
const folder = temporaryFolder('init-hosts');
const cli = join(folder, 'node_modules/homerun/dist/cli.js');
const env = { HOME: join(folder, 'home'), XDG_CONFIG_HOME: '', HOMERUN_IDENTITY_FILE: '' };

beforeAll(() => {
  if (!possible) return;
  mkdirSync(env.HOME);
  const npm = (cwd: string, ...args: string[]): string =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  npm(root, 'pack', '--ignore-scripts', '--pack-destination', folder);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  writeFileSync(join(folder, 'package.json'), '{}');
  npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', `./${archive}`);
});

/** A house with these answers, booted. */
class NewHouse {
  readonly folder: string;
  readonly inventory: string;
  private readonly name: string;
  private hosts: Rehearsal | undefined;

  constructor(name: string) {
    this.name = name;
    this.folder = join(folder, name);
    this.inventory = join(this.folder, 'inventory.yaml');
  }

  async init(...answers: string[]): Promise<string> {
    const said = this.command(
      folder,
      ...['init', this.name, '--yes'],
      ...['modem=192.168.1.0/24', 'gateway=192.168.1.1', ...answers].flatMap((one) => ['--answer', one]),
    );
    // Alone, without secrets.yaml beside it: which hosts there are is no secret.
    const alone = join(mkdtempSync(join(folder, 'hosts-')), 'inventory.yaml');
    cpSync(this.inventory, alone);
    this.hosts = await bootRehearsal(loadInventory(alone), {
      log: () => undefined,
      directory: mkdtempSync('/run/homerun-test-init-'),
    });
    return said;
  }

  get rehearsal(): Rehearsal {
    if (!this.hosts) throw new Error('the rehearsal is not up');
    return this.hosts;
  }

  async down(): Promise<void> {
    await this.hosts?.down();
  }

  /** With nothing but the house's own files: no `-e`. */
  async homerun(...words: string[]): Promise<Ran> {
    const options = { inventory: this.inventory, env, cli, folder: this.folder };
    return homerun(this.rehearsal, words, options);
  }

  /** A run in which nothing fails. Gives what changed. */
  async good(...words: string[]): Promise<readonly string[]> {
    const ran = await this.homerun('run', ...words);
    const failures = ran.finished
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ host, task, failure }) => `${host}: ${task.name}: ${failure?.failed ?? ''}`);
    if (ran.code !== 0) throw new Error(`${failures.join('\n')}\n${ran.stderr}`);
    return named(ran, 'changed');
  }

  must(host: string, script: string): Promise<string> {
    return onHost(() => this.rehearsal, host).must(script);
  }

  /** Where the controller stands, once there is one. */
  command(cwd: string, ...words: string[]): string {
    const argv = [process.execPath, cli, ...words];
    const [program = '', ...rest] = this.hosts?.controller(argv) ?? argv;
    const done = spawnSync(program, rest, { cwd, env: { ...process.env, ...env }, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${words.join(' ')}\nended with ${done.status}: ${done.stderr}`);
    return done.stdout;
  }

  /** Its secrets, in the clear. */
  secrets(): string {
    return this.command(this.folder, 'secret', 'view', 'secrets.yaml');
  }
}

const passwordIn = (secrets: string, name: string): string =>
  new RegExp(`^ *${name}: (\\S{29})$`, 'm').exec(secrets)?.[1] ?? `no ${name}`;

describe.skipIf(!possible)('a house by homerun init, of what it offers', () => {
  const house = new NewHouse('home');
  let said: string;

  beforeAll(async () => {
    said = await house.init();
  });
  afterAll(async () => house.down());

  test('stands up from its own files, and a second run changes nothing', async () => {
    const planned = await house.homerun('plan', 'playbooks/site.yaml');
    expect(named(planned, 'failed'), planned.stderr).toEqual([]);
    const announced = [...named(planned, 'changed'), ...named(planned, 'unknown')];
    const changed = await house.good('playbooks/site.yaml');
    expect(changed.length).toBeGreaterThan(50);
    expect(changed.filter((turn) => !announced.includes(turn))).toEqual([]);
    expect(await house.good('playbooks/site.yaml')).toEqual([]);
  });

  test('its passphrases lock the keys on the server and the Pi, and stand on no screen', async () => {
    const secrets = house.secrets();
    const [pi, phone] = ['pi', 'phone'].map((name) => passwordIn(secrets, name));
    expect(await house.must('pi', 'cat /etc/openvpn/client/home.pass')).toBe(`${pi}\n`);
    const keys = await house.must(
      'vpn',
      'cd /etc/openvpn/ca && grep -l ENCRYPTED *.key; ls *.pass 2>/dev/null || true',
    );
    expect(keys.trim().split('\n')).toEqual(['ca.key', 'phone.key', 'pi.key']);
    await house.must('pi', 'ip -4 addr show tun0 | grep "inet 10.8.0.2"');
    const values = [...secrets.matchAll(/: (\S{29})$/gm)].map(([, value = '']) => value);
    expect(values).toHaveLength(4);
    expect(values.filter((value) => said.includes(value))).toEqual([]);
    // What a phone gets is locked, too, and its passphrase opens it.
    const profile = house.command(
      house.folder,
      ...['vpn', 'profile', 'phone', '--write', '-', '--no-ssh-config'],
      ...['--private-key', house.rehearsal.privateKey, '--known-hosts', house.rehearsal.knownHosts],
    );
    const key = /<key>\n([^]*?)<\/key>/.exec(profile)?.[1] ?? '';
    expect(key).toContain('ENCRYPTED');
    const opened = spawnSync('openssl', ['pkey', '-passin', 'env:P', '-noout'], {
      input: key,
      env: { ...process.env, P: phone },
    });
    expect(opened.status).toBe(0);
  });

  test('after a reset of its card the Pi is back by one command, with passphrase, tunnel and backups', async () => {
    await house.must('pi', 'echo remember >/root/note && systemctl start homerun-backup-pi');
    await house.rehearsal.reset('pi');
    await house.rehearsal.trust('pi');
    await house.good('playbooks/site.yaml', '--limit', 'pi');
    await house.must('pi', 'ip -4 addr show tun0 | grep "inet 10.8.0.2"');
    const back = ['-e', 'host=pi', '-e', 'path=/root/note', '-e', 'to=/var/restore'];
    await house.good('playbooks/restore.yaml', ...back);
    expect(await house.must('pi', 'cat /var/restore/root/note')).toBe('remember\n');
    expect(await house.good('playbooks/site.yaml')).toEqual([]);
  });
});

describe.skipIf(!possible)('a house by homerun init, with WireGuard and all that can be switched on', () => {
  const house = new NewHouse('all');
  afterAll(async () => house.down());

  beforeAll(async () => {
    const release = join(folder, 'code-server-1.0');
    cpSync(join(root, 'test/rehearsal/fixtures/services/code-server'), release, { recursive: true });
    writeFileSync(join(release, 'version'), '1.0');
    execFileSync('tar', ['-czf', `${release}.tar.gz`, '-C', folder, 'code-server-1.0']);
    await house.init(
      ...['vpn=wireguard', 'backup=rsync', 'kill_switch=no', 'devices=phone laptop', 'inside=10.44.0.0/24'],
      ...['services=blog jupyter vscode', `vscode_archive=${release}.tar.gz`],
      'screen=radio: exec python3 -m http.server 8100',
    );
  });

  test('stands up from its own files, and a second run changes nothing', async () => {
    await house.good('playbooks/site.yaml');
    expect(await house.good('playbooks/site.yaml')).toEqual([]);
    await house.must('pi', 'ping -c 1 -W 5 10.8.0.1');
  });

  test('its services answer to those who come through the Pi, by the passwords of secrets.yaml', async () => {
    const fromPi = async (url: string, ...options: string[]): Promise<string> =>
      house.must(
        'pi',
        `curl -sS --retry 30 --retry-delay 1 --retry-all-errors --max-time 20 ${options.join(' ')} http://192.168.1.21${url}`,
      );
    expect(await fromPi(':8080/')).toContain('Only those on the VPN');
    expect(await fromPi(':8443/')).toMatch(/^code 1\.0 as [1-9]\d*, 29 letters\n$/);
    const token = passwordIn(house.secrets(), 'jupyter_password');
    const login = ["-o /dev/null -w '%{http_code}'", `-H 'Authorization: token ${token}'`];
    expect(await fromPi(':8888/api/contents', ...login)).toBe('200');
    await vi.waitFor(async () => house.must('nas', 'su - owner -c "screen -ls" | grep radio'));
  });

  test('a backup by rsync comes back', async () => {
    await house.must('pi', 'echo remember >/root/note && systemctl start homerun-backup-pi');
    const back = ['-e', 'host=pi', '-e', 'path=/root/note', '-e', 'to=/var/restore'];
    await house.good('playbooks/restore.yaml', ...back);
    expect(await house.must('pi', 'cat /var/restore/root/note')).toBe('remember\n');
  });
});
