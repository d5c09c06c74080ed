import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { attachRehearsal } from '../../src/rehearsal/index.ts';
import { prefixOf } from '../../src/rehearsal/state.ts';
import { root } from './house.ts';
import { canRehearse } from './possible.ts';
import { temporaryFolder } from '../temporary.ts';

const state = `/run/homerun-test-interrupt-${process.pid}`;
const skipped = !(await canRehearse('interrupting a rehearsal'));

let folder: string;
beforeAll(() => {
  folder = temporaryFolder('interrupt');
  writeFileSync(
    join(folder, 'inventory.yaml'),
    `networks:
  modem: {range: 192.168.1.0/24, gateway: 192.168.1.1}
connection: {user: admin, become: true}
hosts:
  one:
    address: 192.168.1.61
    interfaces: {eth0: {network: modem, address: 192.168.1.61}}
`,
  );
  writeFileSync(join(folder, 'site.yaml'), '- hosts: all\n  tasks:\n    - command: sleep 600\n');
});

/** Rehearses until its output holds this text, then does the deed; gives what was printed and the exit code. */
async function rehearse(
  text: string,
  deed: (child: ReturnType<typeof spawn>) => Promise<void> | void,
  ...more: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const args = [
    join(root, 'dist/cli.js'),
    'rehearse',
    'site.yaml',
    '--directory',
    state,
    '-o',
    'lines',
    '-v',
    ...more,
  ];
  const env = { ...process.env, HOME: folder, XDG_STATE_HOME: join(folder, 'state') };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (stdout += more));
  child.stderr.setEncoding('utf8').on('data', (more: string) => (stderr += more));
  const ended = new Promise<number | null>((done) => {
    child.once('close', done);
    // Where it was killed, the run inside goes on and holds its streams open.
    child.once('exit', (code, signal) => (signal === 'SIGKILL' ? done(code) : undefined));
  });
  while (!stdout.includes(text) && child.exitCode === null && child.signalCode === null) await sleep(20);
  await deed(child);
  return { code: await ended, stdout, stderr };
}

/** Folder and namespaces of the rehearsal that are still there. */
function left(): string[] {
  const namespaces = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  const ours = namespaces.filter((name) => name.startsWith(`${prefixOf(state)}-`));
  return [...(existsSync(state) ? [state] : []), ...ours];
}

describe.skipIf(skipped)('an interrupted rehearsal leaves nothing behind', () => {
  test('while its hosts boot', async () => {
    const { code, stderr } = await rehearse('booting one', (child) => void child.kill('SIGINT'));
    expect([code, stderr]).toEqual([130, 'interrupted\n']);
    expect(left()).toEqual([]);
  });

  test('in the middle of a run, however often it is told', async () => {
    const { code, stdout } = await rehearse('PLAY all', async (child) => {
      await sleep(1000);
      child.kill('SIGINT');
      child.kill('SIGTERM');
    });
    expect(code).toBe(130);
    expect(stdout).toContain('Stopped before the end.');
    expect(stdout).toContain('the hosts are taken down; nothing of them is left');
    expect(left()).toEqual([]);
  });

  test('where its reader goes away', async () => {
    const { code, stderr } = await rehearse('First run', (child) => void child.stdout?.destroy());
    expect([code, stderr]).toEqual([130, '']);
    expect(left()).toEqual([]);
  });
});

describe.skipIf(skipped)('a rehearsal whose process is killed', () => {
  // Ends nothing of its own: another folder.
  const down = (directory = `${state}-other`): string =>
    execFileSync(
      process.execPath,
      [join(root, 'dist/cli.js'), 'rehearse', '--down', '--directory', directory],
      { encoding: 'utf8' },
    );

  test.each(['booting one', 'PLAY all'])('at `%s` is cleared away from anywhere', async (text) => {
    const { code } = await rehearse(text, (child) => void child.kill('SIGKILL'));
    expect(code).toBeNull();
    // Another rehearsal that boots meanwhile may be the one that clears it away, and then this says nothing of it.
    down();
    expect(left()).toEqual([]);
  });

  test('leaves the hosts alone where they were to be kept', async () => {
    await rehearse('PLAY all', (child) => void child.kill('SIGKILL'), '--keep');
    expect(down()).not.toContain(`${state},`);
    expect((await attachRehearsal(state))?.hosts.map(({ name }) => name)).toEqual(['one']);
    expect(down(state)).toContain('The hosts are taken down; nothing of them is left.\n');
    expect(left()).toEqual([]);
  });
});
