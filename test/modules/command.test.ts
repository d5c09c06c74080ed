import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Module } from '../../src/model/module.ts';
import { Secret } from '../../src/model/secret.ts';
import { command } from '../../src/modules/command.ts';
import { shell as shellModule } from '../../src/modules/shell.ts';
import { SHELLS } from '../rig.ts';
import { sandbox, summaries } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);

const both: readonly Module[] = [command, shellModule];

describe.each(SHELLS)('on %s', (shell) => {
  const always = { shell, repeats: true };

  test('runs words as they are', async () => {
    const argv = ['printf', '%s|', 'a b', `it's "so"`, '$HOME', '*', '', 'new\nline', '-x'];
    const { result } = await box.apply(command, { argv }, always);
    expect(result['stdout']).toBe(`a b|it's "so"|$HOME|*||new\nline|-x|`);
    const line = await box.apply(command, { cmd: `echo 'a  b' "c > d" ; $HOME | e` }, always);
    expect(line.result).toMatchObject({
      stdout: 'a  b c > d ; $HOME | e',
      rc: 0,
      stdout_lines: ['a  b c > d ; $HOME | e'],
    });
    expect(summaries(line)).toEqual([`run echo 'a  b' "c > d" ; $HOME | e`]);
    expect((await box.apply(command, { cmd: 'ls -d ~/ ~' }, always)).result['stdout_lines']).toEqual([
      box.folder,
      `${box.folder}/`,
    ]);
  });

  test('the exit code decides, and the last line says why', async () => {
    const done = await box.apply(shellModule, { cmd: 'echo out; echo "no such thing" >&2; exit 3' }, always);
    expect(done.failure).toBeUndefined();
    expect(done.result).toMatchObject({
      rc: 3,
      failed: true,
      msg: 'no such thing (exit code 3)',
      stdout: 'out',
      stderr: 'no such thing',
    });
    const missing = await box.apply(command, { cmd: 'no-such-program' }, always);
    expect(missing.result).toMatchObject({
      rc: 127,
      failed: true,
      msg: expect.stringContaining('not found'),
    });
  });

  test('never runs in another folder than the one asked for', async () => {
    for (const module of both) {
      const { failure, changes } = await box.apply(
        module,
        { cmd: 'touch here', chdir: '%/absent' },
        { shell },
      );
      expect(failure?.failed).toBe(`${box.folder}/absent is not a folder`);
      expect(changes).toEqual([]);
    }
    mkdirSync(at("it's here"));
    await box.apply(command, { cmd: 'touch file', chdir: "%/it's here" }, always);
    expect(readdirSync(at("it's here"))).toEqual(['file']);
    expect(readdirSync(box.folder)).toEqual(["it's here"]);
  });

  test('knows when there is nothing to do', async () => {
    writeFileSync(at('a b.db'), '');
    const guards = [
      { creates: '%/a b.db' },
      { creates: '%/a *.d[ab]' },
      { creates: '*.db', chdir: '%' },
      { removes: '%/absent' },
      { removes: '%/*.absent' },
      { unless: 'true' },
      { unless: 'exit 0' },
      { onlyif: 'test -e absent' },
      { onlyif: 'not a ( command' },
    ];
    for (const guard of guards) {
      const done = await box.apply(shellModule, { cmd: 'touch ran', ...guard }, { shell });
      expect([guard, done.changes]).toEqual([guard, []]);
      expect(done.result).toMatchObject({ rc: 0, msg: expect.stringMatching(/^not run: /) });
    }
    const others = [{ creates: '%/c*' }, { removes: '%/a b.db' }, { unless: 'false' }, { onlyif: 'true' }];
    for (const guard of others) {
      const done = await box.apply(shellModule, { cmd: 'true', ...guard }, always);
      expect(done.changes).toHaveLength(1);
    }
    expect(readdirSync(box.folder)).toEqual(['a b.db']);
  });

  test('reads what it is given, and nothing else', async () => {
    expect((await box.apply(command, { cmd: 'cat' }, always)).result['stdout']).toBe('');
    const given = await box.apply(command, { cmd: 'cat -', stdin: "it's $HOME\\n" }, always);
    expect(given.outputs[0]?.stdout).toBe("it's $HOME\\n\n");
    const bare = await box.apply(
      shellModule,
      { cmd: 'cat | cat', stdin: 'x', stdin_add_newline: false },
      always,
    );
    expect(bare.outputs[0]?.stdout).toBe('x');
    expect(
      (await box.apply(shellModule, { cmd: 'cat >/dev/null; exit 4', stdin: 'x' }, always)).result['rc'],
    ).toBe(4);
  });

  test('a shell keeps to itself what goes wrong in it', async () => {
    const set = await box.apply(shellModule, { cmd: 'set -e\nfalse\necho never' }, always);
    expect(set.result).toMatchObject({ rc: 1, stdout: '' });
    for (const cmd of ['echo "unterminated', 'if true', ')']) {
      const { result } = await box.apply(shellModule, { cmd }, always);
      expect(result).toMatchObject({ failed: true });
    }
  });
});

test('what is secret is shown as stars', async () => {
  const secret = new Secret('echo open sesame');
  for (const module of both) {
    const done = await box.apply(module, { cmd: secret }, { repeats: true });
    expect(done.result['stdout']).toBe('open sesame');
    expect(summaries(done)).toEqual(['run ********']);
    expect(JSON.stringify(done.result['cmd'])).toBe('"********"');
    const [action] = done.changes[0]?.actions ?? [];
    expect(action?.kind === 'run' && action.script.secrets.length > 0).toBe(true);
  }
});

test('another shell', async () => {
  const cmd = 'a=(1 2); echo ${#a[@]} > count';
  await box.apply(shellModule, { cmd, executable: '/bin/bash', creates: 'count' });
  expect(readFileSync(at('count'), 'utf8')).toBe('2\n');
});

test.each([
  [{}, 'give either a command line or `argv`'],
  [{ cmd: `it's` }, 'a quote in the command line is not closed'],
  [{ cmd: '  ' }, 'the command line is empty'],
])('will not take %j', (params, why) => {
  expect(command.params.safeParse(params).error?.issues[0]?.message).toBe(why);
});
