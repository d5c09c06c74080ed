import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../temporary.ts';

const cli = resolve(import.meta.dirname, '../../dist/cli.js');
const folder = temporaryFolder('init-test');
const home = join(folder, 'home');
const environment = {
  ...process.env,
  HOME: home,
  XDG_CONFIG_HOME: '',
  HOMERUN_IDENTITY_FILE: '',
  NO_COLOR: '1',
  npm_command: '',
};

beforeAll(() => {
  mkdirSync(join(home, '.ssh'), { recursive: true });
  writeFileSync(join(home, '.ssh/id_ed25519.pub'), `${KEY}\n`);
});

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
  let first: ReturnType<typeof homerun>;

  test('writes a house without mistakes, and says what comes next', () => {
    first = homerun(['init', 'yes', '--yes']);
    const { code, out, error } = first;
    expect(error).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^\nyes: wrote \.gitignore, docs, inventory\.yaml, playbooks, README\.md,\s+secrets\.yaml, tasks, templates\n/,
    );
    expect(out).toMatch(/\n {2}cd yes\n {2}homerun rehearse playbooks\/site\.yaml +#/);
    const checked = homerun(['check', 'playbooks/site.yaml'], join(folder, 'yes'));
    expect(checked.error).toBe('');
    expect(checked.out).toMatch(/^playbooks\/site\.yaml: no mistakes in \d+ plays with \d+ tasks\.\n$/);
  });

  test('keeps the comments, and puts the key of its user into the inventory', () => {
    const written = readFileSync(join(folder, 'yes/inventory.yaml'), 'utf8');
    expect(written).toContain('# Raspberry Pi between the modem');
    expect(written).toContain(`owner_keys: [${KEY}]`);
  });

  test('makes a key and secrets that only its user can read, and says what and where, but not their values', () => {
    const house = join(folder, 'yes');
    const identity = join(home, '.config/homerun/age.txt');
    expect([identity, join(house, 'secrets.yaml')].map((path) => statSync(path).mode & 0o777)).toEqual([
      0o600, 0o600,
    ]);
    const opened = execFileSync('age', ['--decrypt', '--identity', identity, join(house, 'secrets.yaml')], {
      encoding: 'utf8',
    });
    expect(homerun(['secret', 'view', 'secrets.yaml'], house).out).toBe(opened);
    const values = [...opened.matchAll(/^ *(\w+): (\S+)$/gm)].map(([, name, value]) => [name, value]);
    expect(values.map(([name]) => name)).toEqual(['backup_password', 'ca_passphrase', 'pi', 'phone']);
    expect(new Set(values.map(([, value]) => value)).size).toBe(4);
    const shown = homerun(['inventory', '--json'], house);
    expect(shown.code).toBe(0);
    for (const [, value = ''] of values) {
      expect(value).toMatch(/^([a-z2-9]{5}-){4}[a-z2-9]{5}$/);
      expect([first.out, shown.out].filter((text) => text.includes(value))).toEqual([]);
    }
    expect(first.out).toMatch(/~\/\.config\/homerun\/age\.txt +your age key: opens the secrets/);
    expect(first.out).toMatch(
      /yes\/secrets\.yaml +encrypted[^]*client_passphrases\.phone +opens that of phone/,
    );
    expect(first.out).toContain('Keep a copy of ~/.config/homerun/age.txt in another place');
  });

  test('keeps what has keys in it out of version control, and of itself nothing', () => {
    const house = join(folder, 'yes');
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: house, encoding: 'utf8' });
    git('init', '-q');
    for (const name of ['phone.ovpn', 'age.txt']) writeFileSync(join(house, name), 'key');
    git('add', '--all');
    const kept = git('ls-files').trim().split('\n');
    expect(kept).toEqual(expect.arrayContaining(['.homerun-recipients', 'inventory.yaml', 'secrets.yaml']));
    expect(kept.filter((name) => /ovpn|age\.txt/.test(name))).toEqual([]);
    for (const name of ['phone.ovpn', 'age.txt']) rmSync(join(house, name));
  });

  test('needs nothing of this repository', () => {
    const names = readdirSync(join(folder, 'yes'), { recursive: true, encoding: 'utf8' });
    const texts = names
      .map((name) => join(folder, 'yes', name))
      .filter((path) => statSync(path).isFile() && !path.includes('/.git/'))
      .map((path) => readFileSync(path, 'utf8'));
    expect(texts.join('\n')).not.toContain(resolve(import.meta.dirname, '../..'));
    for (const guide of new Set(
      [...texts.join('\n').matchAll(/docs\/guide-[\w-]+\.md/g)].map(([name]) => name),
    ))
      expect(existsSync(join(folder, 'yes', guide)), guide).toBe(true);
    const links = texts.flatMap((text) =>
      [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to = '']) => to),
    );
    expect(links.filter((link) => !existsSync(join(folder, 'yes/docs', link)))).toEqual([]);
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
      'error: there is no terminal to ask on\n  hint: homerun init --yes takes all that it would offer; --answer NAME=VALUE gives an answer beforehand\n',
    );
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});

test('homerun init asks, once more where an answer cannot be, and writes what it was told', async () => {
  const { code, screen } = await typed(
    ['init', 'asked', '--answer', 'server_user=root'],
    [
      ...['fd00::/64', '10.8.0.0/16', '10.8.0.1', '10.2.0.1', '10.8.0.5', '10.8.0.5', '10.8.0.9'],
      ...['10.8.7.0/24', '10.77.0.0/24', '198.51.100.20', '', '', '', 'Admin', 'boss', 'anna'],
      ...['no', 'Mars/Olympus', 'Europe/Berlin', 'ipsec', 'wireguard', 'phone pi', 'phone laptop', 'no'],
      ...['2121:21 8080', 'none', 'radio', 'radio: exec /opt/radio', 'rsync'],
    ],
  );
  expect(screen).toContain('the house speaks IPv4: write it like 192.168.1.0/24');
  expect(screen).toContain('it is outside of 10.8.0.0/16');
  expect(screen).toContain('somebody has it already');
  expect(screen).toContain('it overlaps 10.8.0.0/16');
  expect(screen).toContain('write it like Europe/Berlin');
  expect(code, screen).toBe(0);
  const shown = JSON.parse(homerun(['inventory', '--json'], join(folder, 'asked')).out) as {
    hosts: { name: string; connection: unknown; interfaces: unknown; variables: Record<string, unknown> }[];
    networks: unknown;
  };
  const [pi, nas, vpn] = shown.hosts;
  expect(pi).toMatchObject({
    name: 'pi',
    connection: { address: '10.8.0.5', user: 'pi' },
    interfaces: [
      { name: 'eth0', network: 'modem', address: '10.8.0.5' },
      { name: 'eth1', network: 'pi', address: '10.77.0.1' },
    ],
    variables: {
      vpn: 'wireguard',
      owner_name: 'anna',
      owner_keys: [],
      time_zone: 'Europe/Berlin',
      kill_switch: false,
      backup_method: 'rsync',
      forwards: [
        { port: 2121, to: 'nas:21' },
        { port: 8080, to: 'nas:8080' },
      ],
    },
  });
  expect(nas).toMatchObject({ connection: { address: '10.8.0.9', user: 'boss' } });
  expect(nas?.variables['services']).toEqual({ screens: [{ name: 'radio', command: 'exec /opt/radio' }] });
  expect(vpn).toMatchObject({ connection: { address: '198.51.100.20', user: 'root' } });
  expect(shown.networks).toMatchObject([
    { name: 'modem', range: '10.8.0.0/16', gateway: '10.8.0.1' },
    { name: 'pi', range: '10.77.0.0/24', settings: { dhcp: { first: '10.77.0.100', last: '10.77.0.200' } } },
    {
      name: 'vpn',
      range: '10.9.0.0/24',
      gateway: '10.9.0.1',
      settings: {
        clients: ['pi', 'phone', 'laptop'],
        addresses: { pi: '10.9.0.2', phone: '10.9.0.3', laptop: '10.9.0.4' },
      },
    },
    { name: 'internet', range: '198.51.100.0/24', gateway: '198.51.100.1' },
  ]);
  // WireGuard has no passphrases, and rsync no password.
  expect(existsSync(join(folder, 'asked/secrets.yaml'))).toBe(false);
  const checked = homerun(['check', 'playbooks/site.yaml'], join(folder, 'asked'));
  expect(checked.error).toBe('');
  expect(checked.code).toBe(0);
});

describe('answers beforehand', () => {
  const init = (name: string, ...answers: string[]) =>
    homerun(['init', name, '--yes', ...answers.flatMap((answer) => ['--answer', answer])]);

  test('come from a file, and from the command line over it', () => {
    const archive = join(folder, 'code-server.tar.gz');
    writeFileSync(archive, 'an archive');
    writeFileSync(
      join(folder, 'answers.yaml'),
      'services: [blog, jupyter, vscode]\nvscode_archive: code-server.tar.gz\nkill_switch: false\nports: none\ndevices: phone\n'.concat(
        `owner_keys: [${KEY} at home, ${KEY.replace('Dummy', 'Other')}]\n`,
      ),
    );
    const { code, out, error } = init('served', '@answers.yaml', 'devices=none');
    expect(error).toBe('');
    expect(code).toBe(0);
    const house = join(folder, 'served');
    const { hosts } = JSON.parse(homerun(['inventory', '--json'], house).out) as {
      hosts: { name: string; variables: Record<string, unknown> }[];
    };
    expect(hosts.find(({ name }) => name === 'nas')?.variables['services']).toEqual({
      blog: { port: 8080, folder: 'blog' },
      jupyter: { port: 8888, password: '{{ jupyter_password }}' },
      vscode: {
        port: 8443,
        archive,
        checksum: `sha256:${createHash('sha256').update('an archive').digest('hex')}`,
        password: '{{ vscode_password }}',
      },
    });
    expect(hosts.find(({ name }) => name === 'pi')?.variables['forwards']).toEqual(
      [8080, 8888, 8443].map((port) => ({ port, to: `nas:${port}` })),
    );
    expect(hosts[0]?.variables['owner_keys']).toEqual([`${KEY} at home`, KEY.replace('Dummy', 'Other')]);
    expect(existsSync(join(house, 'blog/index.html'))).toBe(true);
    expect(out).not.toContain('phone');
    expect(out).toContain('your age key of before');
    const checked = homerun(['check', 'playbooks/site.yaml'], house);
    expect(checked.error).toBe('');
    expect(checked.code).toBe(0);
  });

  test.each([
    [['modem=192.168.1.0'], 'modem: 192.168.1.0: write it like 192.168.1.0/24'],
    [['modem=10.0.0.0/24', 'gateway=10.0.1.1'], 'gateway: 10.0.1.1: it is outside of 10.0.0.0/24'],
    [['owner_keys=ssh-ed25519'], 'owner_keys: ssh-ed25519: answer yes or no'],
    [['vpm=wireguard'], 'homerun init asks for no vpm\n  hint: did you mean vpn?'],
    [['wireguard'], '`--answer wireguard` says no value\n  hint: write NAME=VALUE, or @FILE.yaml'],
    [
      ['services=vscode'],
      'there is no answer for vscode_archive\n  hint: give it: --answer vscode_archive=…',
    ],
    [['{vpn: {a: b}}'], 'vpn takes a text, a number, a list or true and false'],
  ])('%s are refused, and nothing is written', (answers, message) => {
    const { code, error } = init('refused', ...answers);
    expect(error).toContain(`error: ${message}`);
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });
});

describe('a folder that is not empty', () => {
  test('keeps what is in it', () => {
    const house = join(folder, 'mine');
    mkdirSync(join(house, 'docs'), { recursive: true });
    for (const name of ['README.md', '.gitignore', 'docs/mine.md']) writeFileSync(join(house, name), 'mine');
    const { code, out } = homerun(['init', '--yes'], house);
    expect(code).toBe(0);
    expect(out).toMatch(/^\nhere: wrote \.homerun-recipients|^\nhere: wrote docs, inventory\.yaml/);
    for (const name of ['README.md', '.gitignore', 'docs/mine.md'])
      expect(readFileSync(join(house, name), 'utf8')).toBe('mine');
  });

  test('is refused where a file of the house would take the place of one', () => {
    const house = join(folder, 'taken');
    mkdirSync(join(house, 'docs'), { recursive: true });
    writeFileSync(join(house, 'docs/guide-vpn.md'), 'mine');
    const { code, error } = homerun(['init', '--yes'], house);
    expect(code).toBe(2);
    expect(error).toContain('has docs/guide-vpn.md already');
    expect(readdirSync(house, { recursive: true })).toEqual(['docs', 'docs/guide-vpn.md']);
  });
});

test('without a key that can be made there is no house either', () => {
  const { status, stderr } = spawnSync(process.execPath, [cli, 'init', 'keyless', '--yes'], {
    cwd: folder,
    env: { ...environment, HOMERUN_IDENTITY_FILE: join(home, '.ssh/id_ed25519.pub') },
    encoding: 'utf8',
    input: '',
  });
  expect(stderr).toContain('there is no age identity in');
  expect(status).toBe(2);
  expect(existsSync(join(folder, 'keyless/inventory.yaml'))).toBe(false);
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
