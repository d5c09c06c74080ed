import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadInventory } from '../../src/language/index.ts';
import { quote } from '../../src/model/script.ts';
import { bootRehearsal, type Rehearsal } from '../../src/rehearsal/index.ts';
import { root } from './house.ts';
import { canRehearse } from './possible.ts';
import { ArgumentWatch, awkward, leaks } from './sinks.ts';
import { temporaryFolder } from '../temporary.ts';

const CORES = {
  database: 'databaseZq7wX9kLm2',
  tls: 'tlsKeyPq8vB3nR5tYu',
  token: 'apiTokenHj4sD6fGa1',
  vault: 'fromVaultEw2rT8yUi0',
  outside: 'fromOutsideMn5bV7cXz',
  program: 'fromProgramQa3wS9eDr',
  sudo: 'sudoPasswordTg6yH1uJ',
  yesterday: 'yesterdayOl2pK8mIj',
};
const ALL = Object.values(CORES);

// Made by ansible-vault 2.14 with the password `correct horse`, of awkward(CORES.vault).
const VAULT = `$ANSIBLE_VAULT;1.1;AES256
38663135616334366439303966656630376337353766396362373637666462646631313330306435
3863363961616333383363653637393962646261383833360a346362343830663130393038626130
64363838656631373539376263326439343530373435346636383638353035393338396633346563
3330633339393561330a303865656239623936363834643765323661343336323335383462643466
62633738393835626239613538613433356161613430386131393933363761303337363630346233
3434353737613231643663333865306638313231626632656364`;

const PLAYBOOK = `- hosts: pi
  become: true
  vars:
    token: !secret |
@TOKEN@
    from_vault: !vault |
@VAULT@
    outside: !env HOUSE_SECRET
    from_program: !command cat program-secret
    derived: "user={{database}};{{from_vault}}"
  environment: {HOUSE_TOKEN: "{{token}}"}
  tasks:
    - name: A template
      template: {src: app.conf.hbs, dest: /etc/app.conf}
    - name: A file
      copy: {dest: /root/key.pem, content: "{{tls}}", mode: '0600'}
    - name: In base64 of more
      copy: {dest: /root/basic, content: "{{base64 (concat 'user:' database)}}", mode: '0600'}
    - name: In JSON
      copy: {dest: /root/all.json, content: "{{json (list database token outside)}}", mode: '0600'}
    - name: A line
      lineinfile: {path: /root/lines, line: "password {{quote from_program}}", create: true, mode: '0600'}
    - name: What a host repeats
      shell: |
        printf '%s\\n' "$HOUSE_TOKEN"
        printf '%s' "some words before $HOUSE_TOKEN and after" | base64
        printf '%s\\n' {{quote derived}} >&2
      register: repeated
      changed_when: false
    - name: Say it
      debug: {msg: "{{repeated.stdout}} {{database}}"}
    - name: Say all of it
      debug: {var: repeated}
    - name: Make a fact of it
      set_fact: {made: "<{{repeated.stderr}}|{{from_program}}>"}
    - name: Say the fact
      debug: {var: made}
    - name: In a loop
      shell: echo {{quote item}}
      loop: ["{{database}}", "{{outside}}", "{{repeated.stdout}}"]
      changed_when: false
    - name: Compared
      assert: {that: "database.contains('databaseZq7') and database != token"}
      when: outside != database
    - name: On standard input, for a while
      command: {cmd: sleep 1.7131, stdin: "{{token}}"}
      changed_when: false
    - name: It fails
      shell: |
        echo {{quote database}} | tr a-z a-z >&2
        exit 3
      ignore_errors: true
`;

describe.skipIf(!(await canRehearse('secrets in every sink')))('secrets on a real host', () => {
  let house: Rehearsal;
  const folder = temporaryFolder('secrets');
  const env = {
    ...process.env,
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_STATE_HOME: join(folder, 'state'),
    SSH_AUTH_SOCK: '',
    HOUSE_SECRET: awkward(CORES.outside),
    HOMERUN_VAULT_PASSWORD_FILE: join(folder, 'vault-password'),
  };
  const cli = [process.execPath, join(root, 'dist/cli.js')] as const;

  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const here = (args: readonly string[], input = ''): string =>
    execFileSync(cli[0], [cli[1], ...args], { cwd: folder, env, input, encoding: 'utf8' });
  const argvOf = (args: readonly string[]): string[] => [
    ...house.controller([...cli, ...args, '--no-ssh-config']),
    ...['--private-key', house.privateKey, '--known-hosts', house.knownHosts],
  ];

  beforeAll(async () => {
    cpSync(join(root, 'test/rehearsal/fixtures/two-hosts.yaml'), join(folder, 'bare.yaml'));
    house = await bootRehearsal(loadInventory(join(folder, 'bare.yaml')), {
      log: () => undefined,
      directory: mkdtempSync('/run/homerun-test-secrets-'),
    });
    await house.exec(
      'pi',
      `echo ${quote(`pi:${CORES.sudo}`)} | chpasswd; rm -f /etc/sudoers.d/*; echo 'pi ALL=(ALL:ALL) ALL' >/etc/sudoers.d/pi`,
    );
    here(['secret', 'init']);
    const key = ['BEGIN', CORES.tls, `${CORES.tls}2`, 'END'].join('\n');
    const values = { database: awkward(CORES.database), tls: `${key}\n`, sudo: CORES.sudo };
    file('secrets.yaml', JSON.stringify(values));
    here(['secret', 'encrypt', 'secrets.yaml']);
    file('vault-password', 'correct horse\n');
    const token = here(['secret', 'encrypt'], awkward(CORES.token)).split('\n').slice(1);
    file(
      'inventory.yaml',
      `${readFileSync(join(folder, 'bare.yaml'), 'utf8')}connection: {become: {password: "{{sudo}}"}}\n`,
    );
    file('program-secret', `${awkward(CORES.program)}\n`);
    mkdirSync(join(folder, 'templates'));
    file('templates/app.conf.hbs', '[app]\nname = app\npassword = {{database}}\n# {{from_vault}}\n');
    const indented = (lines: readonly string[]) =>
      lines
        .map((line) => `      ${line.trim()}`)
        .join('\n')
        .trimEnd();
    file(
      'site.yaml',
      PLAYBOOK.replace('@TOKEN@', () => indented(token)).replace('@VAULT@', () =>
        indented(VAULT.split('\n')),
      ),
    );
  });
  afterAll(async () => {
    await house?.down();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(args: readonly string[], terminal = false): Promise<{ code: number; shown: string }> {
    const argv = argvOf(args);
    const [program = '', ...rest] = terminal
      ? ['script', '--quiet', '--return', '--flush', '--command', argv.map(quote).join(' '), '/dev/null']
      : argv;
    const child = spawn(program, rest, {
      cwd: folder,
      env: { ...env, TERM: 'xterm' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let shown = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (shown += text));
    const code = await new Promise<number>((done) => child.on('close', (status) => done(status ?? -1)));
    return { code, shown };
  }

  /** Broken by quotes, or it would be this line that puts it into arguments. */
  const drift = (): Promise<unknown> =>
    house.exec(
      'pi',
      `echo 'password = ${CORES.yesterday.replace('day', "day''")}' | tee /etc/app.conf >/root/key.pem; : >/root/lines`,
    );

  test('no sink shows any of them, in any format, as much as it may say', async () => {
    await house.exec('pi', 'touch /run/before');
    const watch = new ArgumentWatch();
    const plan = await run(['plan', 'site.yaml', '-vvv', '--output', 'lines']);
    const first = await run(['run', 'site.yaml', '-vvv', '--diff', '--output', 'json']);
    await drift();
    const second = await run(['run', 'site.yaml', '-vvv', '--diff', '--output', 'lines']);
    await drift();
    const third = await run(['run', 'site.yaml', '-vvv', '--diff', '--output', 'screen'], true);
    const fourth = await run(['run', 'site.yaml', '--diff', '--output', 'lines']);
    const seen = await watch.stop();

    const shown = { plan, first, second, third, fourth };
    expect(Object.entries(shown).map(([name, { code }]) => `${name} ${code}`)).toEqual([
      'plan 0',
      'first 0',
      'second 0',
      'third 0',
      'fourth 0',
    ]);
    expect(Object.entries(shown).flatMap(([name, each]) => leaks(name, each.shown, ALL))).toEqual([]);
    for (const { shown: text } of [plan, first, second, third])
      expect(text).toContain('contains secrets; not shown');
    expect(second.shown).toContain('********');

    expect(seen).toContain('sleep 1.7131');
    expect(leaks('arguments', seen, ALL)).toEqual([]);

    const journals = readdirSync(join(folder, 'state/homerun')).map((name) =>
      readFileSync(join(folder, 'state/homerun', name), 'utf8'),
    );
    expect(journals.join('\n')).toContain('A template');
    expect(leaks('journal', journals.join('\n'), ALL)).toEqual([]);
  });

  test('the host has them where they belong, and nobody else can read them there', async () => {
    const conf = await house.exec('pi', 'cat /etc/app.conf; stat -c "%a %n" /etc/app.conf /root/*');
    expect(conf.stdout).toContain(`password = ${awkward(CORES.database)}\n# ${awkward(CORES.vault)}\n`);
    expect(conf.stdout).toContain('600 /etc/app.conf');
    const basic = await house.exec(
      'pi',
      'base64 -d /root/basic; cat /root/all.json /root/key.pem /root/lines',
    );
    expect(basic.stdout).toContain(`user:${awkward(CORES.database)}`);
    for (const core of [CORES.token, CORES.outside, CORES.tls, CORES.program])
      expect(basic.stdout).toContain(core);

    const readable = await house.exec(
      'pi',
      "find / -xdev -type f -perm -004 -newer /run/before -size -4000k -print -exec cat {} + | tr -d '\\000'",
    );
    expect(leaks('readable files', readable.stdout, ALL)).toEqual([]);
    const logged = await house.exec('pi', 'journalctl --no-pager --output=export | cat');
    expect(logged.stdout).toContain('sudo');
    expect(leaks('journald', logged.stdout, ALL)).toEqual([]);
  });

  test('a second run changes nothing', async () => {
    const again = await run(['run', 'site.yaml', '--detailed-exitcode', '--output', 'lines']);
    expect(again.code, again.shown).toBe(0);
  });

  test('mistakes quote none of them', async () => {
    file(
      'wrong.yaml',
      readFileSync(join(folder, 'site.yaml'), 'utf8').replace(
        '  tasks:\n',
        `  tasks:
    - apt: {name: "{{database}}", lock_timeout: "{{outside}}"}
    - copy: {dest: "{{from_program}}", content: x, mode: "{{token}}"}
    - debug: {msg: "{{database.x}} {{lookup (list 1) from_vault}} {{json (netmask derived)}}"}
      when: database == 5 or outside
    - include_tasks: "{{outside}}"
`,
      ),
    );
    const { code, shown } = await run(['run', 'wrong.yaml']);
    expect(code, shown).toBe(2);
    expect(shown.match(/error: /g)?.length).toBeGreaterThan(4);
    expect(leaks('mistakes', shown, ALL)).toEqual([]);
  });

  test('without an identity: one clear mistake for each, and nothing is run', async () => {
    const identity = join(folder, 'config/homerun/age.txt');
    expect(existsSync(identity)).toBe(true);
    const child = spawn(cli[0], [cli[1], 'run', 'site.yaml'], {
      cwd: folder,
      env: { ...env, HOMERUN_IDENTITY_FILE: '/nowhere' },
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const code = await new Promise<number | null>((done) => child.on('close', done));
    expect(code).toBe(2);
    expect(said).toContain('secrets.yaml:1:1: error: you have no age identity: there is no /nowhere');
  });
});
