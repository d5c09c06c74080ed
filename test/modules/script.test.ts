import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { script } from '../../src/modules/script.ts';
import { SHELLS } from '../rig.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();

function given(text: string | Uint8Array) {
  const files = [{ path: 'x', bytes: Buffer.from(text), mode: '0644' }];
  return { cmd: { kind: 'files', source: 'x', isFolder: false, files } } as const;
}

test.each(SHELLS)('runs with its arguments and leaves nothing behind, on %s', async (shell) => {
  const inputs = given('#!/bin/sh\nprintf \'%s|\' "$@" "$(cat)" >out; echo "it\'s $0"; exit 3');
  const cmd = `'my script.sh' "a 'b'" -x $HOME`;
  const params = { cmd, chdir: '%', stdin: 'fed', stdin_add_newline: false };
  const { result } = await box.apply(script, params, { shell, inputs, repeats: true });
  expect(readFileSync(join(box.folder, 'out'), 'utf8')).toBe("a 'b'|-x|$HOME|fed|");
  expect(result).toMatchObject({
    rc: 3,
    failed: true,
    stdout: expect.stringMatching(/^it's .*\/my script\.sh$/),
  });
  const folder = /it's (.*)\//.exec(result['stdout'] as string)?.[1] ?? '';
  expect(() => readdirSync(folder)).toThrow('ENOENT');
});

test.each(SHELLS)('needs no first line, and may be run by another program, on %s', async (shell) => {
  const plain = await box.apply(script, { cmd: 'x' }, { shell, inputs: given('echo here'), repeats: true });
  expect(plain.result).toMatchObject({ rc: 0, stdout: 'here' });
  const params = { cmd: 'x', executable: 'sed -n -f', stdin: 'a' };
  const by = await box.apply(script, params, { shell, inputs: given('s/a/b/p'), repeats: true });
  expect(by.result).toMatchObject({ rc: 0, stdout: 'b' });
});

test('will not take what is no text', async () => {
  const { failure } = await box.apply(script, { cmd: 'x' }, { inputs: given(Buffer.from([0x7f, 0, 1])) });
  expect(failure?.failed).toContain('no text');
});
