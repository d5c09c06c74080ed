import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileSaver } from '../src/engine/file-saver.ts';
import { actionRequests } from '../src/engine/requests.ts';
import { Saves } from '../src/engine/save.ts';
import type { WorkItem } from '../src/model/playbook.ts';
import {
  type Change,
  type Failure,
  type Inputs,
  type Module,
  type Output,
  type Plan,
  isFailure,
} from '../src/model/module.ts';
import { type Script, quote } from '../src/model/script.ts';
import { snapshot } from './snapshot.ts';
import { temporaryFolder } from './temporary.ts';

/** Runs one script on some `sh`: a local one of these shells, or that of a rehearsal host. */
export type Execute = (script: Script) => Promise<Output>;

export interface Task<Params, State> {
  readonly module: Module<Params, State>;
  /** As in YAML; defaults and conversions of the module's parameters are applied. */
  readonly params: unknown;
  /** A function where they may change while it runs, as the destination of what is fetched does. */
  readonly inputs?: Inputs | (() => Inputs);
  readonly execute: Execute;
  /** A local folder that the probe must leave as it is. */
  readonly watch?: string;
  /** It does its work every time, like `command`: a second plan is not asked to be empty. */
  readonly repeats?: boolean;
}

export interface Applied<State> {
  readonly state: State;
  readonly plan: Plan;
  /** Empty where the plan is a failure. */
  readonly changes: readonly Change[];
  readonly outputs: readonly Output[];
  /** Why it did not go well: the plan's own failure, or the action that failed. */
  readonly failure?: Failure;
  /** What `register` would get from the module. */
  readonly result: ReturnType<NonNullable<Module['result']>>;
}

/**
 * Does one task as the engine does: probe, plan, actions in a chain. Afterwards, where nothing failed, the same
 * task must find nothing left to do. Throws where the probe changed something or the second plan is not empty.
 */
export async function applyTask<Params, State>(task: Task<Params, State>): Promise<Applied<State>> {
  const { module } = task;
  const params = module.params.parse(task.params);
  const inputs = inputsOf(task);
  const before = task.watch === undefined ? '' : snapshot(task.watch);
  const state = await look(task, params);
  if (task.watch !== undefined && snapshot(task.watch) !== before) {
    throw new Error(`the probe of ${module.name} changed something`);
  }
  const plan = module.plan(state, params, inputs);
  if (isFailure(plan)) return { state, plan, changes: [], outputs: [], failure: plan, result: {} };
  const { outputs, failure } = await act(task, plan);
  const result = module.result?.(state, params, outputs, inputs) ?? {};
  const applied = { state, plan, changes: plan, outputs, result };
  if (failure) return { ...applied, failure };
  if (task.repeats !== true) await expectSettled(task, params);
  return applied;
}

/** The changes that a task would make, without making them. */
export async function planTask<Params, State>(task: Task<Params, State>): Promise<Plan> {
  const params = task.module.params.parse(task.params);
  return task.module.plan(await look(task, params), params, inputsOf(task));
}

function inputsOf({ inputs = {} }: Pick<Task<unknown, unknown>, 'inputs'>): Inputs {
  return typeof inputs === 'function' ? inputs() : inputs;
}

async function look<Params, State>(task: Task<Params, State>, params: Params): Promise<State> {
  const probe = task.module.probe(params, inputsOf(task));
  return probe.kind === 'known' ? probe.state : probe.parse(await task.execute(probe.script));
}

/** With the engine's own way of turning actions into scripts. */
async function act<Params, State>(
  task: Task<Params, State>,
  changes: readonly Change[],
): Promise<{ outputs: readonly Output[]; failure?: Failure }> {
  const item = { module: task.module, environment: {} } as unknown as WorkItem;
  const saves = new Saves(fileSaver(), changes);
  const outputs: Output[] = [];
  for (const action of changes.flatMap((change) => change.actions)) {
    const { requests } = actionRequests(item, [{ summary: '', actions: [action] }], saves);
    let last: Output | undefined;
    for (const { script, chained, receive } of requests) {
      last = await task.execute(script);
      if (last.code === 0) receive?.(last.bytes);
      const fine = chained?.okCodes ?? [0];
      if (fine === 'any' || fine.includes(last.code)) continue;
      const failed = last.stderr.trim() || last.stdout.trim() || `exit code ${last.code}`;
      return { outputs: [...outputs, last], failure: { failed } };
    }
    if (last) outputs.push(last);
  }
  const failure = saves.finish();
  saves.discard();
  return failure ? { outputs, failure } : { outputs };
}

async function expectSettled<Params, State>(task: Task<Params, State>, params: Params): Promise<void> {
  const again = task.module.plan(await look(task, params), params, inputsOf(task));
  if (isFailure(again)) throw new Error(`${task.module.name} fails when it is run again: ${again.failed}`);
  const left = again.filter((change) => change.harmless !== true).map((change) => change.summary);
  if (left.length > 0)
    throw new Error(`${task.module.name} would change something again: ${left.join('; ')}`);
}

export const SHELLS = ['dash', 'bash', 'busybox'] as const;

export type ShellName = (typeof SHELLS)[number];

/**
 * A real local shell. `busybox` has no other programs than its own, as on a router. The script is read from a
 * file, so that its standard input is empty as on a host. `through`: a program that starts it, such as `nsenter`.
 */
export function localShell(
  shell: ShellName,
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
): Execute {
  return async (script) => {
    const folder = temporaryFolder('rig');
    // Others may read it, for `through` may change the user.
    chmodSync(folder, 0o755);
    const file = join(folder, 'script');
    // As on the wire: one word for `eval` in a subshell with an empty standard input.
    writeFileSync(file, `(eval ${quote(` ${script.text}`)}) </dev/null\n`, { mode: 0o644 });
    const env = { ...process.env, ...(shell === 'busybox' ? { PATH: appletFolder() } : {}), ...environment };
    const words = { dash: ['dash'], bash: ['bash', '--posix'], busybox: ['sh'] }[shell];
    const [command, ...rest] = [...through, ...words, file];
    try {
      return await outputOf(spawn(command, rest, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}

let applets: string | undefined;

function appletFolder(): string {
  if (applets !== undefined) return applets;
  applets = temporaryFolder('busybox');
  const folder = applets;
  execFileSync('busybox', ['--install', '-s', folder]);
  chmodSync(folder, 0o755);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function outputOf(child: ChildProcess): Promise<Output> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const bytes = new Uint8Array(Buffer.concat(stdout));
      const text = Buffer.from(bytes).toString();
      resolve({
        code: code ?? 255,
        stdout: text,
        stderr: Buffer.concat(stderr).toString(),
        bytes,
        at: Date.now(),
      });
    });
  });
}

/** An empty folder for one test. The caller removes it. */
export function makeFolder(): string {
  return temporaryFolder();
}

/** The folders of a host that examples may name; each gets a stand-in in the test's own folder. */
const STANDS_IN = ['etc', 'home', 'mnt', 'opt', 'root', 'srv', 'var'];

/**
 * Makes an example runnable in a folder: `/etc/motd` becomes `FOLDER/etc/motd`, and so do paths under the other
 * folders above, which are made. So examples read as people write them. The few files that examples change are
 * made too: `/etc/hosts` and `/etc/ssh/sshd_config`.
 */
export function settleExample(yaml: string, folder: string): string {
  for (const name of STANDS_IN) mkdirSync(join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'etc/ssh'), { recursive: true });
  writeFileSync(join(folder, 'etc/hosts'), '127.0.0.1 localhost\n');
  writeFileSync(join(folder, 'etc/ssh/sshd_config'), '#Port 22\nPermitRootLogin yes\nUsePAM yes\n');
  const path = new RegExp(String.raw`(?<![\w./~-])/(?=(?:${STANDS_IN.join('|')})(?:/|\b))`, 'g');
  return yaml.replaceAll(path, () => `${folder}/`);
}
