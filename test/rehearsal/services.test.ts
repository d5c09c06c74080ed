import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadInventory } from '../../src/language/index.ts';
import { type Rehearsal, bootRehearsal } from '../../src/rehearsal/index.ts';
import { type Ran, homerun, named, root } from './house.ts';
import { writeRelease } from './house-inventory.ts';
import { canRehearse } from './possible.ts';
import { temporaryFolder } from '../temporary.ts';

const fixtures = join(root, 'test/rehearsal/fixtures/services');
const playbook = 'playbooks/services.yaml';
const nas = '192.168.1.21';
const passwords = { jupyter: 'open-the-notebook-7', vscode: 'open-the-code-8' };

const serve = (port: number, word: string): string =>
  `mkdir -p ~/${word} && printf '%s\\n' '${word} "it"' "$HOME" >~/${word}/index.html && exec python3 -m http.server ${port} --bind ${nas} --directory ~/${word}`;

describe.skipIf(!(await canRehearse('services')))('services for the VPN alone, on real hosts', () => {
  let house: Rehearsal;
  const folder = temporaryFolder();
  const inventory = join(folder, 'inventory.yaml');
  const asked = {
    BLOG: join(folder, 'blog'),
    ARCHIVE: '',
    CHECKSUM: '',
    HELLO: serve(8001, 'hello'),
    HALLO: serve(8002, 'hallo'),
    JUPYTER_PASSWORD: passwords.jupyter,
    VSCODE_PASSWORD: passwords.vscode,
  };

  /** Writes the inventory with these changes to what was asked before. */
  const ask = (changes: Partial<typeof asked>): void => {
    Object.assign(asked, changes);
    const written = Object.entries(asked).reduce(
      (text, [word, value]) => text.replace(`: ${word}`, () => `: ${JSON.stringify(value)}`),
      readFileSync(join(fixtures, 'inventory.yaml'), 'utf8'),
    );
    writeFileSync(inventory, written);
  };
  const release = (version: string): { ARCHIVE: string; CHECKSUM: string } => {
    const { archive, checksum } = writeRelease(folder, version);
    return { ARCHIVE: archive, CHECKSUM: checksum };
  };
  const good = async (): Promise<readonly string[]> => {
    const ran = await homerun(house, ['run', playbook], { inventory });
    expect(named(ran, 'failed'), ran.stdout + ran.stderr).toEqual([]);
    expect(ran.code, ran.stderr).toBe(0);
    return named(ran, 'changed');
  };
  /** What a service answers to the Pi, which is where those on the VPN come from. It may be just starting. */
  const fromPi = async (path: string): Promise<string> => {
    const { stdout, stderr } = await house.exec(
      'pi',
      `curl -sSL --retry 30 --retry-delay 1 --retry-all-errors --max-time 20 http://${nas}${path}`,
    );
    return stdout + stderr;
  };
  const onNas = async (script: string): Promise<string> => {
    const { code, stdout, stderr } = await house.exec('nas', script);
    if (code !== 0) throw new Error(`${script}\nended with ${code}: ${stdout}${stderr}`);
    return stdout.trim();
  };
  const allAnswer = async (): Promise<void> => {
    expect(await fromPi(':8080/')).toContain('Pages of the house.');
    expect(await fromPi(':8080/images/note.txt')).toBe('a picture\n');
    expect(await fromPi(':8888/')).toMatch(/<title>Jupyter Notebook<\/title>[^]*name="password"/);
    expect(await fromPi(':8443/')).toMatch(/^code 1\.0 as [1-9]\d*, 15 letters\n$/);
    expect(await fromPi(':8001/')).toBe('hello "it"\n/var/lib/hello\n');
    expect(await fromPi(':8002/')).toBe('hallo "it"\n/home/admin\n');
  };
  const firstOf = async (ran: Promise<Ran>): Promise<string> => {
    const { finished, code } = await ran;
    expect(code).toBe(1);
    return JSON.stringify(finished.find(({ outcome }) => outcome === 'failed'));
  };

  beforeAll(async () => {
    cpSync(join(fixtures, 'blog'), asked.BLOG, { recursive: true });
    ask(release('1.0'));
    house = await bootRehearsal(loadInventory(inventory), {
      log: () => undefined,
      directory: mkdtempSync('/run/homerun-test-services-'),
    });
  });
  afterAll(async () => {
    await house?.down();
    rmSync(folder, { recursive: true, force: true });
  });

  test('VS Code is not installed without a checksum, nor from an archive that has another', async () => {
    const { CHECKSUM } = asked;
    ask({ CHECKSUM: '' });
    const refused = await homerun(house, ['run', playbook], { inventory });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('is no checksum');
    ask({ CHECKSUM: `sha256:${'0'.repeat(64)}` });
    expect(await firstOf(homerun(house, ['run', playbook], { inventory }))).toContain('its sha256 is');
    expect(await onNas('find /opt/vscode -name code-server')).toBe('');
    ask({ CHECKSUM });
    // Jupyter is 80 packages.
  }, 600_000);

  test('each answers on its port, and a second run changes nothing', async () => {
    const plan = await homerun(house, ['plan', playbook], { inventory });
    expect(named(plan, 'failed')).toEqual([]);
    const announced = [...named(plan, 'changed'), ...named(plan, 'unknown')];
    const changed = await good();
    expect(changed.filter((turn) => !announced.includes(turn))).toEqual([]);
    await allAnswer();
    expect(await good()).toEqual([]);
  });

  test('the passwords open them, and stand where nobody else can read them', async () => {
    const login = (password: string): string =>
      `curl -s -o /dev/null -w '%{http_code}' -H 'Authorization: token ${password}' http://${nas}:8888/api/contents`;
    expect((await house.exec('pi', login(passwords.jupyter))).stdout).toBe('200');
    expect((await house.exec('pi', login('another'))).stdout).toBe('403');
    for (const password of Object.values(passwords)) {
      // Looked for out of a file: what stood in an argument of ours would find itself.
      const seen = `find /etc /opt /var /run /home /tmp /usr/local -xdev -type f -perm /007 -exec grep -lFf /root/password {} + | wc -l
cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -cFf /root/password || true`;
      await house.exec('nas', `umask 077; cat >/root/password <<'END'\n${password}\nEND`);
      await house.exec('nas', `cat >/root/seen <<'END'\n${seen}\nEND`);
      expect(await onNas("sh /root/seen | tr '\\n' ' '")).toBe('0 0');
    }
    expect(await onNas('stat -c "%a %U:%G" /etc/jupyter-server.json /etc/code-server.yaml')).toBe(
      '640 root:jupyter\n640 root:vscode',
    );
  });

  test('a hash opens Jupyter in place of the password that it was made from', async () => {
    const made = await onNas(
      `python3 -c 'from notebook.auth import passwd; print(passwd("kept-as-hash-9"))'`,
    );
    expect(made).toMatch(/^argon2:/);
    ask({ JUPYTER_PASSWORD: made });
    expect(await good()).toEqual(['nas: Restart Jupyter', 'nas: Settings of Jupyter, with the password']);
    const at = `http://${nas}:8888`;
    const login = async (password: string): Promise<string> => {
      const script = `curl -sSL --retry 30 --retry-delay 1 --retry-all-errors -c jar -o /dev/null ${at}/login
curl -sS -o /dev/null -b jar -c jar -d "_xsrf=$(awk '$6 == "_xsrf" { print $7 }' jar)" -d 'password=${password}' ${at}/login
curl -sS -o /dev/null -w '%{http_code}' -b jar ${at}/api/contents`;
      return (await house.exec('pi', `cd "$(mktemp -d)"; ${script}`)).stdout;
    };
    expect(await login('kept-as-hash-9')).toBe('200');
    expect(await login(passwords.jupyter)).toBe('403');
    expect(await good()).toEqual([]);
  });

  test('a stranger on the network of the modem gets none of them, but what is not closed', async () => {
    const stranger = await house.client('stranger', 'modem', { address: '192.168.1.50' });
    const open = async (port: number): Promise<boolean> =>
      (await stranger.exec(`nc -z -w 3 ${nas} ${port}`)).code === 0;
    for (const port of [8080, 8888, 8443, 8001, 8002])
      expect([port, await open(port)]).toEqual([port, false]);
    expect(await open(22)).toBe(true);
    // The welcome of the package would be open to all.
    expect(await onNas('ss -Hltn "sport = :80" | wc -l')).toBe('0');
  });

  test('all are there again after a reboot, without a run, and none is open', async () => {
    await house.reboot('nas');
    await allAnswer();
    const stranger = await house.client('second', 'modem', { address: '192.168.1.51' });
    expect((await stranger.exec(`nc -z -w 3 ${nas} 8080`)).code).not.toBe(0);
    expect(await good()).toEqual([]);
  });

  test('a new command, archive or page takes the place of the old one', async () => {
    const session = async (): Promise<string> => onNas('su admin -c "screen -ls" | grep -o "[0-9]*[.]hallo"');
    const before = await session();
    ask({ HELLO: serve(8001, 'other'), HALLO: serve(8002, 'anders'), ...release('2.0') });
    writeFileSync(join(asked.BLOG, 'index.html'), 'New pages.');
    const plan = await homerun(house, ['plan', playbook], { inventory });
    const announced = [...named(plan, 'changed'), ...named(plan, 'unknown')];
    const changed = await good();
    expect(changed.filter((turn) => !announced.includes(turn))).toEqual([]);
    expect(await fromPi(':8001/')).toContain('other');
    expect(await fromPi(':8002/')).toContain('anders');
    expect(await fromPi(':8443/')).toContain('code 2.0');
    expect(await fromPi(':8080/')).toBe('New pages.');
    const after = await session();
    expect(after).toMatch(/^\d+\.hallo$/);
    expect(after).not.toBe(before);
    expect(await onNas('ls /opt/vscode | wc -l')).toBe('1');
    expect(await good()).toEqual([]);
  });

  test('a session that has ended is started again by a run; a command that dies, by systemd', async () => {
    await onNas('su admin -c "screen -S hallo -X quit"; systemctl kill --signal=KILL hello');
    expect(await fromPi(':8001/')).toContain('other');
    expect(await good()).toEqual(['nas: The session hallo']);
    expect(await fromPi(':8002/')).toContain('anders');
  });

  test('what is taken out of the inventory does not run any more', async () => {
    const less = readFileSync(inventory, 'utf8').replace(/services:\n[^]*?\nhosts:/, 'services: {}\nhosts:');
    writeFileSync(
      inventory,
      less.replace(
        'services: {}',
        `services:
        commands: [{name: hello, state: absent}]
        screens: [{name: hallo, state: absent}]`,
      ),
    );
    await good();
    // nginx lets go of its port a moment after it was told.
    const listening = "ss -Hltn | grep -oE ':(8080|8888|8443|8001|8002) '";
    expect(
      await onNas(`for try in $(seq 30); do ${listening} >/dev/null || exit 0; sleep 1; done; ${listening}`),
    ).toBe('');
    expect(await good()).toEqual([]);
  });
});
