import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Inputs, Module } from '../../src/model/module.ts';
import { type Applied, type ShellName, applyTask, localShell, makeFolder } from '../rig.ts';

/** A fresh folder for each test of a file, and tasks that are done in it. */
export interface Sandbox {
  readonly folder: string;
  /** Does a task; `%` at the start of a parameter stands for the folder. */
  apply<Params, State>(
    module: Module<Params, State>,
    params: Readonly<Record<string, unknown>>,
    options?: {
      readonly shell?: ShellName;
      readonly inputs?: Inputs | (() => Inputs);
      readonly repeats?: boolean;
    },
  ): Promise<Applied<State>>;
}

export function sandbox(): Sandbox {
  let folder = '';
  beforeEach(() => {
    folder = makeFolder();
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return {
    get folder() {
      return folder;
    },
    apply(module, params, { shell = 'dash', inputs = {}, repeats = false } = {}) {
      const place = (value: unknown): unknown =>
        typeof value === 'string' && value.startsWith('%') ? folder + value.slice(1) : value;
      const placed = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, place(value)]));
      const execute = localShell(shell, folder, { HOME: folder });
      return applyTask({ module, params: placed, inputs, execute, watch: folder, repeats });
    },
  };
}

/** The short lines of what was changed. */
export function summaries(applied: Applied<unknown>): readonly string[] {
  return applied.changes.map((change) => change.summary);
}

/** Makes a folder `bin` with these programs alone, as a `PATH` of what a very small system has. */
export function onlyPrograms(folder: string, ...names: readonly string[]): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const name of names) symlinkSync(execFileSync('which', [name]).toString().trim(), join(bin, name));
  return bin;
}
