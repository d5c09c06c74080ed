import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const cli = resolve(import.meta.dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'homerun-init-test-'));
const home = join(folder, 'home');
const environment = {
  ...process.env,
  HOME: home,
  XDG_CONFIG_HOME: '',
  HOMERUN_IDENTITY_FILE: '',
  NO_COLOR: '1',
};

beforeAll(() => {
  mkdirSync(join(home, '.ssh'), { recursive: true });
  writeFileSync(join(home, '.ssh/id_ed25519.pub'), `${KEY}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDummyDummyDummyDummyDummyDummyDummyDummyDum me@desk';

function homerun(args: readonly string[], cwd = folder): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd,
    env: environment,
    encoding: 'utf8',
    input: '',
  });
  return { code: status, out: stdout, error: stderr };
}

/** Answers each question on a real terminal when it is there. */
async function typed(
  args: readonly string[],
  answers: readonly string[],
): Promise<{ code: number; screen: string }> {
  const command = [process.execPath, cli, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, env: environment });
  let asked = 0;
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    while (screen.split(']: ').length - 1 > asked) {
      child.stdin.write(`${answers[asked] ?? ''}\r`);
      asked++;
    }
  });
  const code = await new Promise<number>((done) => child.on('close', (status) => done(status ?? -1)));
  return { code, screen };
}

describe('homerun init --yes', () => {
  test('writes a house without mistakes, and says what comes next', () => {
    const { code, out, error } = homerun(['init', 'yes', '--yes']);
    expect(error).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/^yes: wrote .*inventory\.yaml, playbooks, tasks, templates\n/);
    expect(out).toContain('\n  cd yes && homerun rehearse playbooks/site.yaml\n');
    const checked = homerun(['check', 'playbooks/site.yaml'], join(folder, 'yes'));
    expect(checked.error).toBe('');
    expect(checked.out).toMatch(/^playbooks\/site\.yaml: no mistakes in \d+ plays with \d+ tasks\.\n$/);
  });

  test('keeps the comments, and puts the key of its user into the inventory', () => {
    const written = readFileSync(join(folder, 'yes/inventory.yaml'), 'utf8');
    expect(written).toContain('# Raspberry Pi between the modem');
    expect(written).toContain(`owner_keys: [${KEY}]`);
  });

  test('makes a password that only its user can read, and says so', () => {
    const secrets = join(folder, 'yes/secrets.yaml');
    expect(statSync(secrets).mode & 0o777).toBe(0o600);
    expect(readFileSync(secrets, 'utf8')).toContain('backup_password: !secret |');
    const seen = homerun(['secret', 'view', 'secrets.yaml'], join(folder, 'yes'));
    const password = /backup_password: !secret \|\n +(\S{32})\s*$/.exec(seen.out)?.[1];
    expect(password).toBeDefined();
    const shown = homerun(['inventory', '--json'], join(folder, 'yes'));
    expect(shown.code).toBe(0);
    expect(shown.out).not.toContain(password);
  });

  test('needs nothing of this repository', () => {
    const names = readdirSync(join(folder, 'yes'), { recursive: true, encoding: 'utf8' });
    const texts = names
      .map((name) => join(folder, 'yes', name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, 'utf8'));
    expect(texts.join('\n')).not.toContain(resolve(import.meta.dirname, '../..'));
    for (const guide of new Set(
      [...texts.join('\n').matchAll(/docs\/guide-[\w-]+\.md/g)].map(([name]) => name),
    ))
      expect(existsSync(join(folder, 'yes', guide)), guide).toBe(true);
  });

  test('overwrites nothing', () => {
    const before = readFileSync(join(folder, 'yes/inventory.yaml'), 'utf8');
    const { code, error } = homerun(['init', 'yes', '--yes']);
    expect(code).toBe(2);
    expect(error).toContain('inventory.yaml, secrets.yaml, playbooks, tasks, templates already');
    expect(readFileSync(join(folder, 'yes/inventory.yaml'), 'utf8')).toBe(before);
  });

  test('is what to say where there is no terminal', () => {
    const { code, error } = homerun(['init', 'none']);
    expect(code).toBe(2);
    expect(error).toBe(
      'error: there is no terminal to ask on\n  hint: homerun init --yes takes all that it would offer\n',
    );
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});

test('homerun init asks, once more where an answer cannot be, and writes what it was told', async () => {
  const { code, screen } = await typed(
    ['init', 'asked'],
    [
      ...['10.1.0.0/16', '10.1.0.1', '10.2.0.1', '10.1.0.5', '10.1.0.5', '10.1.0.9'],
      ...['10.1.7.0/24', '10.77.0.0/24', '198.51.100.20', '', '', '', 'Admin', 'boss', '', 'anna'],
      ...['no', 'Mars/Olympus', 'Europe/Berlin', '2121:21 8080', 'no', 'ipsec', 'wireguard', 'none', 'no'],
    ],
  );
  expect(screen).toContain('it is outside of 10.1.0.0/16');
  expect(screen).toContain('somebody has it already');
  expect(screen).toContain('it overlaps 10.1.0.0/16');
  expect(screen).toContain('write it like Europe/Berlin');
  expect(code, screen).toBe(0);
  const shown = JSON.parse(homerun(['inventory', '--json'], join(folder, 'asked')).out) as {
    hosts: { name: string; connection: unknown; interfaces: unknown; variables: Record<string, unknown> }[];
    networks: unknown;
  };
  const [pi, nas, vpn] = shown.hosts;
  expect(pi).toMatchObject({
    name: 'pi',
    connection: { address: '10.1.0.5', user: 'pi' },
    interfaces: [
      { name: 'eth0', network: 'modem', address: '10.1.0.5' },
      { name: 'eth1', network: 'pi', address: '10.77.0.1' },
    ],
    variables: {
      vpn: 'wireguard',
      owner_name: 'anna',
      owner_keys: [],
      time_zone: 'Europe/Berlin',
      kill_switch: false,
      forwards: [
        { port: 2121, to: 'nas:21' },
        { port: 8080, to: 'nas:8080' },
      ],
    },
  });
  expect(nas).toMatchObject({ connection: { address: '10.1.0.9', user: 'boss' } });
  expect(vpn).toMatchObject({ connection: { address: '198.51.100.20' } });
  expect(shown.networks).toMatchObject([
    { name: 'modem', range: '10.1.0.0/16', gateway: '10.1.0.1' },
    { name: 'pi', range: '10.77.0.0/24', settings: { dhcp: { first: '10.77.0.100', last: '10.77.0.200' } } },
    { name: 'vpn' },
    { name: 'internet', range: '198.51.100.0/24', gateway: '198.51.100.1' },
  ]);
  expect(existsSync(join(folder, 'asked/secrets.yaml'))).toBe(false);
  const checked = homerun(['check', 'playbooks/site.yaml'], join(folder, 'asked'));
  expect(checked.error).toBe('');
  expect(checked.code).toBe(0);
});

test('homerun init puts services on the NAS, where the bundled house has a place for them', async () => {
  const { code, screen } = await typed(['init', 'served'], [...Array<string>(17).fill(''), 'blog, jupyter']);
  expect(code, screen).toBe(0);
  const house = join(folder, 'served');
  const { hosts } = JSON.parse(homerun(['inventory', '--json'], house).out) as {
    hosts: { name: string; variables: Record<string, unknown> }[];
  };
  const bundled = homerun(['inventory', '--json'], resolve(import.meta.dirname, '../..'));
  const offered = bundled.out.includes('"service_hosts"');
  expect(hosts.find(({ name }) => name === 'nas')?.variables['services']).toEqual(
    offered
      ? {
          blog: { port: 8080, folder: 'blog' },
          jupyter: { port: 8888, password: '{{ jupyter_password }}' },
        }
      : undefined,
  );
  expect(existsSync(join(house, 'blog/index.html'))).toBe(offered);
  expect(readFileSync(join(house, 'secrets.yaml'), 'utf8').includes('jupyter_password: !secret')).toBe(
    offered,
  );
  const checked = homerun(['check', 'playbooks/site.yaml'], house);
  expect(checked.error).toBe('');
  expect(checked.code).toBe(0);
});

test('what npm packs has all that init writes', () => {
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: resolve(import.meta.dirname, '../..'),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as [{ files: { path: string }[] }];
  const paths = packed[0].files.map(({ path }) => path);
  expect(paths).toContain('inventory.yaml');
  for (const kind of ['playbooks', 'tasks', 'templates'])
    for (const name of readdirSync(resolve(import.meta.dirname, '../..', kind)))
      expect(paths).toContain(`${kind}/${name}`);
});
