import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clock } from '../../src/modules/clock.ts';
import { applyTask, localShell, planTask, SHELLS } from '../rig.ts';
import { summaries } from './on-shells.ts';
import { sandbox } from './sandbox.ts';

const NOON = 1_800_000_000;
const off = (skew: number, synchronized = false) => ({ host: NOON + skew, controller: NOON, synchronized });

test.each([
  [0, []],
  [60, []],
  [-60, []],
  [61, ['set the clock, which is 61 seconds ahead']],
  [-600, ['set the clock, which is 10 minutes behind']],
  [-90_000_000, ['set the clock, which is 1042 days behind']],
])('a clock that is off by %i seconds', (skew, wanted) => {
  expect(summaries(clock, off(skew), {})).toEqual(wanted);
  expect(summaries(clock, off(skew, true), {})).toEqual([]);
});

test.each(SHELLS)('the clock of this machine, asked through %s, is its own', async (shell) => {
  expect(await planTask({ module: clock, params: {}, execute: localShell(shell, '/') })).toEqual([]);
});

const box = sandbox();

// The clock of the machine that runs the tests is not ours to set: `date` is one of the test's own that notes what it is told.
test.each(SHELLS)('is set by the time of the controller, and kept, through %s', async (shell) => {
  const bin = join(box.folder, 'bin');
  mkdirSync(bin);
  const program = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program(
    'date',
    `case $* in +%s) cat ${box.folder}/now 2>/dev/null || echo 1000 ;; *) echo "$*" >${box.folder}/told; echo "\${3#@}" >${box.folder}/now ;; esac`,
  );
  program('fake-hwclock', `echo "$*" >${box.folder}/kept`);
  const before = Math.floor(Date.now() / 1000);
  const PATH = `${bin}:${process.env['PATH'] ?? ''}`;
  const applied = await applyTask({
    module: clock,
    params: {},
    execute: localShell(shell, box.folder, { PATH }),
  });
  const told = /^-u -s @(\d+)\n$/.exec(readFileSync(join(box.folder, 'told'), 'utf8'));
  expect(Number(told?.[1])).toBeGreaterThanOrEqual(before);
  expect(Number(told?.[1])).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000));
  expect(applied.changes[0]?.before).toBe('1970-01-01T00:16:40Z');
  expect(existsSync(join(box.folder, 'kept'))).toBe(true);
});
