import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../temporary.ts';

const cli = resolve(import.meta.dirname, '../../dist/cli.js');
const folder = temporaryFolder('sudo');
const [house, root, ann] = ['house', 'root', 'ann'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const environment = { ...process.env, XDG_CONFIG_HOME: '', HOMERUN_IDENTITY_FILE: '' };

beforeAll(() => {
  for (const path of [house, root, ann]) mkdirSync(path);
  writeFileSync(join(house, 'secrets.yaml'), 'pin: 4711\n');
  for (const words of [['init'], ['encrypt', 'secrets.yaml']])
    execFileSync(process.execPath, [cli, 'secret', ...words], {
      cwd: house,
      env: { ...environment, HOME: ann },
    });
  writeFileSync(join(folder, 'passwd'), `root:x:0:0::${root}:/bin/sh\nann:x:1000:1000::${ann}:/bin/sh\n`);
});

/** Root's, with a home of its own, on a machine where Ann has an account: a passwd for this process alone. */
function bySudo(user: string): { out: string; error: string } {
  const script = 'mount --bind "$1" /etc/passwd && shift && exec "$@"';
  const command = [process.execPath, cli, 'secret', 'view', 'secrets.yaml'];
  const { stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', 'sh', '-c', script, 'sh', join(folder, 'passwd'), ...command],
    { cwd: house, env: { ...environment, HOME: root, SUDO_USER: user }, encoding: 'utf8' },
  );
  return { out: stdout, error: stderr };
}

test('who says sudo has their own identity still', () => {
  expect(bySudo('ann')).toEqual({ out: 'pin: 4711\n', error: '' });
  expect(bySudo('bob').error).toContain(`you have no age identity: there is no ${root}/.config`);
});
