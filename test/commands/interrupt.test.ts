import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { cli, folder, start, type Ended } from './program.ts';
import { temporaryFolder } from '../temporary.ts';

const LONG = `- name: Long
  hosts: here
  tasks:
    - name: Begin
      command: touch {{root}}/begun
    - name: Take long
      shell: 'echo $$ > {{root}}/pid; sleep 600'
    - name: Later
      command: touch {{root}}/later
`;

/** Dead, or dead and not yet reaped: neither has a command line. */
function isGone(pid: string): boolean {
  const path = `/proc/${pid}/cmdline`;
  return !existsSync(path) || readFileSync(path, 'utf8') === '';
}

/** Fails where the command has ended before. */
async function until(holds: () => boolean, ended?: Promise<Ended>): Promise<void> {
  let over: Ended | undefined;
  void ended?.then((how) => (over = how));
  while (!holds()) {
    if (over) throw new Error(`it ended with ${over.code}: ${over.stdout}${over.stderr}`);
    await sleep(20);
  }
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s in the middle of a task', (signal) => {
  test('ends the run, leaves nothing behind, and says where it stood', async () => {
    const root = folder({ 'site.yaml': LONG });
    const { child, ended } = start(root, ['run', 'site.yaml', '-e', `root=${root}`]);
    const started = (): boolean =>
      existsSync(join(root, 'pid')) && readFileSync(join(root, 'pid'), 'utf8') !== '';
    await until(started, ended);
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    expect([code, stderr]).toEqual([130, '']);
    expect(stdout.split('\n').slice(3)).toMatchInlineSnapshot(`
      [
        "here | Begin | changed | run touch FOLDER/begun",
        "here | Take long | interrupted | interrupted while a script ran on here",
        "here |   at     │ site.yaml:6 · module shell",
        "",
        "host    ok  changed  failed  skipped  unreachable   time",
        "here     0        1       0        0            0 N s",
        "",
        "Stopped before the end.",
        "  here was at “Take long”",
        "1 change on 1 host in N s.",
        "Run it again: what is done stays done.",
        "",
      ]
    `);
    await until(() => isGone(readFileSync(join(root, 'pid'), 'utf8').trim()));
    expect(existsSync(join(root, 'later'))).toBe(false);
  });
});

test('a reader that goes away ends the run as well, without a stack trace', async () => {
  const root = folder({ 'site.yaml': LONG });
  const { child, ended } = start(root, ['run', 'site.yaml', '-o', 'json', '-e', `root=${root}`]);
  await until(() => existsSync(join(root, 'begun')), ended);
  child.stdout.destroy();
  await until(() => existsSync(join(root, 'pid')), ended);
  child.kill('SIGTERM');
  const { code, stderr } = await ended;
  expect([code, stderr]).toEqual([130, '']);
});

test('a host that takes the connection and says nothing holds nobody up', async () => {
  const { createServer } = await import('node:net');
  const server = createServer(() => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const root = folder({
    'inventory.yaml': `hosts:\n  silent: {address: 127.0.0.1, port: ${port}, user: nobody}\n`,
    'site.yaml': "- hosts: silent\n  tasks:\n    - command: 'true'\n",
  });
  const connected = new Promise((done) => server.once('connection', done));
  const args = ['run', 'site.yaml', '--no-ssh-config', '--timeout', '100000', '-o', 'json'];
  const { child, ended } = start(root, args);
  await connected;
  child.kill('SIGINT');
  const { code, events } = await ended;
  server.close();
  expect(code).toBe(130);
  expect(events.at(-1)).toMatchObject({ kind: 'run-finished', interrupted: true });
});

describe.skipIf(!hasTmux())('at a terminal', () => {
  test('Ctrl-C at a hidden question gives the terminal back as it was', async () => {
    const root = folder({ 'site.yaml': LONG });
    const terminal = new Terminal(root);
    try {
      terminal.type(`${process.execPath} ${cli} run site.yaml -K; echo "ended with $?"`);
      await terminal.see('Password for sudo:');
      terminal.type('half a password', false);
      terminal.key('C-c');
      const screen = await terminal.see('ended with 130');
      expect(screen).toContain('interrupted');
      expect(screen).not.toContain('half');
      terminal.type('stty -a | grep -o " echo " && echo "it $((40 + 2)) echoes"');
      expect(await terminal.see('it 42 echoes')).toContain('echo');
    } finally {
      terminal.close();
    }
  });

  test('Ctrl-C three times at once ends at once, with the cursor shown', async () => {
    const root = folder({ 'site.yaml': LONG });
    const terminal = new Terminal(root);
    try {
      terminal.type(`${process.execPath} ${cli} run site.yaml -e root=${root}; echo "ended with $?"`);
      await terminal.see('Take long · 2 s');
      for (const key of ['C-c', 'C-c', 'C-c']) terminal.key(key);
      await terminal.see('ended with 130');
      expect(terminal.cursorIsVisible()).toBe(true);
    } finally {
      terminal.close();
    }
  });

  test('Ctrl-C on the screen says where the run stood, and shows the cursor again', async () => {
    const root = folder({ 'site.yaml': LONG });
    const terminal = new Terminal(root);
    try {
      terminal.type(`${process.execPath} ${cli} run site.yaml -e root=${root}; echo "ended with $?"`);
      await terminal.see('Take long · 2 s');
      terminal.key('C-c');
      const screen = await terminal.see('ended with 130');
      expect(screen).toContain('here was at “Take long”');
      expect(terminal.cursorIsVisible()).toBe(true);
    } finally {
      terminal.close();
    }
  });
});

function hasTmux(): boolean {
  try {
    execFileSync('tmux', ['-V']);
    return true;
  } catch {
    return false;
  }
}

/** A shell in a real terminal. */
class Terminal {
  readonly #folder = temporaryFolder('terminal');

  constructor(root: string) {
    const environment = ['-e', `HOME=${root}`, '-e', `XDG_STATE_HOME=${root}/state`, '-e', 'PS1=$ '];
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      '100',
      '-y',
      '30',
      '-c',
      root,
      ...environment,
      'sh',
    );
  }

  type(text: string, enter = true): void {
    this.#tmux('send-keys', '-l', text);
    if (enter) this.key('Enter');
  }

  key(name: string): void {
    this.#tmux('send-keys', name);
  }

  async see(text: string): Promise<string> {
    for (;;) {
      const screen = this.#tmux('capture-pane', '-p').trimEnd();
      if (screen.includes(text)) return screen;
      await sleep(50);
    }
  }

  cursorIsVisible(): boolean {
    return this.#tmux('display-message', '-p', '#{cursor_flag}').trim() === '1';
  }

  close(): void {
    this.#tmux('kill-server');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...command: readonly string[]): string {
    return execFileSync('tmux', ['-S', join(this.#folder, 'socket'), ...command], { encoding: 'utf8' });
  }
}
