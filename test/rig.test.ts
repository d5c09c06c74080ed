import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Change, type Module, ask, defineModule, run } from '../src/model/module.ts';
import { raw } from '../src/model/script.ts';
import { SHELLS, applyTask, localShell, makeFolder, settleExample } from './rig.ts';

let folder: string;

beforeEach(() => {
  folder = makeFolder();
});

afterEach(() => rmSync(folder, { recursive: true }));

function module(look: string, act: string): Module<unknown, string> {
  const change: Change = { summary: 'act', actions: [run(raw(act)), run(raw('touch second'))] };
  return defineModule({
    name: 'trial',
    summary: '',
    params: z.unknown(),
    examples: [],
    probe: () => ask(raw(look), (answer) => answer.stdout),
    plan: (state) => (state === '' ? [change] : []),
  });
}

const apply = (look: string, act: string) =>
  applyTask({ module: module(look, act), params: {}, execute: localShell('dash', folder), watch: folder });

test('takes a probe that changes something for a mistake', async () => {
  await expect(apply('touch file', ':')).rejects.toThrow('the probe of trial changed something');
  writeFileSync(join(folder, 'file'), '');
  await expect(apply('touch file', ':')).rejects.toThrow('the probe of trial changed something');
});

test('takes a module that would act again for a mistake', async () => {
  await expect(apply(':', ':')).rejects.toThrow('trial would change something again: act');
});

test('stops at the first action that fails', async () => {
  const done = await apply('ls second 2>/dev/null', 'echo no >&2; exit 2');
  expect(done.failure).toEqual({ failed: 'no' });
  expect(done.outputs).toHaveLength(1);
});

test('runs the shell that it says', async () => {
  const name = raw('echo "${BASH_VERSION:+bash}"; readlink /proc/$$/exe; command -v stat');
  const outputs = await Promise.all(SHELLS.map((shell) => localShell(shell, folder)(name)));
  const lines = outputs.map((output) => output.stdout.split('\n'));
  expect(lines.map(([version]) => version)).toEqual(['', 'bash', '']);
  expect(lines.map(([, path]) => path?.split('/').at(-1))).toEqual(['dash', 'bash', 'busybox']);
  expect(lines.at(-1)?.[2]).toContain('homerun-busybox');
});

test('an example keeps out of the real /etc', () => {
  expect(
    settleExample('dest: /etc/motd\nsrc: ~/etc/x\nurl: http://a/etc/b\ncmd: cat "/var/x" /usr/etc', folder),
  ).toBe(`dest: ${folder}/etc/motd\nsrc: ~/etc/x\nurl: http://a/etc/b\ncmd: cat "${folder}/var/x" /usr/etc`);
});
