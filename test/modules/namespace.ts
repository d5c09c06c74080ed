import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Action, Change, Module, Output } from '../../src/model/module.ts';
import { isFailure } from '../../src/model/module.ts';
import { temporaryFolder } from '../temporary.ts';

/** A network of its own for tests that need root's networking tools; what is written to /etc stays in a temporary folder. */
export class Namespace {
  readonly name: string;
  readonly #folder = temporaryFolder();

  constructor() {
    this.name = `hr-test-${this.#folder.slice(-6)}`;
    for (const name of ['upper', 'work', 'bin']) mkdirSync(join(this.#folder, name));
    execFileSync('ip', ['netns', 'add', this.name]);
  }

  /** Comes first in the PATH of every script. */
  get bin(): string {
    return join(this.#folder, 'bin');
  }

  sh(script: string): Output {
    const { stdout, stderr, status } = spawnSync(
      'ip',
      [
        'netns',
        'exec',
        this.name,
        'unshare',
        '--mount',
        'sh',
        '-c',
        `${this.#mount}\nexec sh -c "$1"`,
        'sh',
        script,
      ],
      { env: { ...process.env, PATH: `${this.bin}:${process.env['PATH'] ?? ''}` }, maxBuffer: 1 << 26 },
    );
    return { code: status ?? -1, stdout: String(stdout), stderr: String(stderr), bytes: stdout };
  }

  /** Like `sh`, but it must succeed; gives stdout. */
  must(script: string): string {
    const { code, stdout, stderr } = this.sh(script);
    if (code !== 0) throw new Error(`${script}\nended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Probes and plans. A failure is thrown. */
  plan<Params, State>(module: Module<Params, State>, asked: unknown): readonly Change[] {
    const params = module.params.parse(asked);
    const probe = module.probe(params, {});
    const state = probe.kind === 'known' ? probe.state : probe.parse(this.sh(probe.script.text));
    const plan = module.plan(state, params, {});
    if (isFailure(plan)) throw new Error(`${plan.failed} (${plan.hint ?? 'no hint'})`);
    return plan;
  }

  /** Plans, does it, and gives the summaries of what was done. */
  apply<Params, State>(module: Module<Params, State>, asked: unknown): readonly string[] {
    const plan = this.plan(module, asked);
    for (const action of plan.flatMap(({ actions }) => actions)) this.#act(action);
    return plan.map(({ summary }) => summary);
  }

  remove(): void {
    execFileSync('ip', ['netns', 'del', this.name]);
    rmSync(this.#folder, { recursive: true });
  }

  #act(action: Action): void {
    if (action.kind !== 'run') throw new Error('no file of these tests is large enough for an upload');
    this.must(action.script.text);
  }

  get #mount(): string {
    return `mount -t overlay overlay -o lowerdir=/etc,upperdir=${this.#folder}/upper,workdir=${this.#folder}/work /etc || exit 99`;
  }
}
