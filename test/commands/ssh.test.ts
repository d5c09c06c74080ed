import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSshd, type Sshd } from '../transport/sshd.ts';
import { folder, homerun, type Ended } from './program.ts';

let sshd: Sshd;
let root: string;
beforeAll(async () => {
  sshd = await startSshd();
  root = folder({
    'inventory.yaml': `hosts:
  pi:
    address: 127.0.0.1
    port: ${sshd.port}
    user: root
    private_key: ${sshd.clientKey}
`,
    'site.yaml':
      '- hosts: pi\n  tasks:\n    - name: Look\n      command: echo looked\n      changed_when: false\n',
  });
});
afterAll(async () => sshd.stop());

const ours = (): string[] => ['--no-ssh-config', '--known-hosts', join(root, 'known_hosts')];

/** What differs from start to start of the server. */
function tidy({ stdout, stderr, code }: Ended): Pick<Ended, 'stdout' | 'stderr' | 'code'> {
  const plain = (text: string): string =>
    text.replaceAll(String(sshd.port), 'PORT').replace(/SHA256:[\w+/]+/g, 'SHA256:…');
  return { stdout: plain(stdout), stderr: plain(stderr), code };
}

test('a host is trusted once, and only then run on', async () => {
  const refused = await homerun(root, ['run', 'site.yaml', ...ours()]);
  expect(tidy(refused)).toMatchInlineSnapshot(`
    {
      "code": 3,
      "stderr": "",
      "stdout": "RUN site.yaml

    PLAY pi (site.yaml:1): pi
    pi | connect | unreachable | the host key of pi is not known: ssh-ed25519 SHA256:…
    pi |   hint   │ compare it with the host's own, then: homerun trust --known-hosts FOLDER/known_hosts --no-ssh-config pi

    host    ok  changed  failed  skipped  unreachable   time
    pi       0        0       0        0            1 N s

    No change was finished.
    1 host could not be reached:
      pi: the host key of pi is not known: ssh-ed25519 SHA256:…
    Put that right and run it again: what is done stays done.
    ",
    }
  `);
  expect(tidy(await homerun(root, ['trust', 'pi', ...ours()]))).toMatchInlineSnapshot(`
    {
      "code": 2,
      "stderr": "error: there is no terminal to ask whether to trust it
      hint: compare the fingerprints with what the host itself says, then: homerun trust --yes pi
    ",
      "stdout": "pi (127.0.0.1) offers
      ssh-ed25519  SHA256:…  not known yet
    ",
    }
  `);
  expect(tidy(await homerun(root, ['trust', 'pi', '--yes', ...ours()]))).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "pi (127.0.0.1) offers
      ssh-ed25519  SHA256:…  not known yet
    written to FOLDER/known_hosts
    ",
    }
  `);
  expect(tidy(await homerun(root, ['trust', 'pi', ...ours()]))).toMatchObject({ code: 0, stderr: '' });
  const run = await homerun(root, ['run', 'site.yaml', ...ours()]);
  expect([run.code, run.stderr]).toEqual([0, '']);
  expect(run.stdout).toContain('pi | Look | ok');
});

test('a changed key is refused, shown, and replaced only on request', async () => {
  const known = join(root, 'known_hosts');
  const old = readFileSync(known, 'utf8');
  await sshd.stop();
  const port = sshd.port;
  sshd = await startSshd();
  const moved = folder({
    'inventory.yaml': `hosts:\n  pi: {address: 127.0.0.1, port: ${sshd.port}, user: root, private_key: ${sshd.clientKey}}\n`,
    'site.yaml': '- hosts: pi\n  tasks:\n    - command: echo looked\n      changed_when: false\n',
    known_hosts: old.replaceAll(`:${port} `, `:${sshd.port} `),
  });
  const here = ['--no-ssh-config', '--known-hosts', join(moved, 'known_hosts')];
  expect(tidy(await homerun(moved, ['run', 'site.yaml', ...here]))).toMatchInlineSnapshot(`
    {
      "code": 3,
      "stderr": "",
      "stdout": "RUN site.yaml

    PLAY pi (site.yaml:1): pi
    pi | connect | unreachable | the host key of pi has changed: known is ssh-ed25519 SHA256:… (FOLDER/known_hosts:1), offered is ssh-ed25519 SHA256:…
    pi |   hint   │ if pi was set up anew, trust its new key: homerun trust --known-hosts FOLDER/known_hosts --no-ssh-config --replace pi
    pi |          │ if it was not, somebody else may be answering in its place

    host    ok  changed  failed  skipped  unreachable   time
    pi       0        0       0        0            1 N s

    No change was finished.
    1 host could not be reached:
      pi: the host key of pi has changed: known is ssh-ed25519 SHA256:… (FOLDER/known_hosts:1), offered is ssh-ed25519 SHA256:…
    Put that right and run it again: what is done stays done.
    ",
    }
  `);
  expect(tidy(await homerun(moved, ['trust', 'pi', '--yes', ...here]))).toMatchInlineSnapshot(`
    {
      "code": 2,
      "stderr": "error: the key of pi has changed: either its card was reset, or somebody stands between you and it
      hint: if you know why it changed: homerun trust --replace pi
    ",
      "stdout": "pi (127.0.0.1) offers
      ssh-ed25519  SHA256:…  CHANGED
    known so far
      ssh-ed25519  SHA256:…  FOLDER/known_hosts:1
    ",
    }
  `);
  expect((await homerun(moved, ['trust', 'pi', '--yes', '--replace', ...here])).code).toBe(0);
  expect((await homerun(moved, ['run', 'site.yaml', ...here])).code).toBe(0);
});

test('trusting this machine needs no key, and a name that nobody knows is no host', async () => {
  const local = folder();
  expect(await homerun(local, ['trust', 'here'])).toMatchObject({
    code: 0,
    stdout: 'here is this machine: there is no key to trust\n',
  });
  const unknown = await homerun(local, ['trust', 'nowhere.invalid', '--no-ssh-config']);
  expect([unknown.code, unknown.stderr]).toEqual([
    3,
    'error: cannot reach nowhere.invalid: its name cannot be resolved\n  hint: set its `address` in the inventory\n',
  ]);
});
