import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '../../src/model/event.ts';
import { temporaryFolder } from '../temporary.ts';

const root = resolve(import.meta.dirname, '../..');
/** Inside node_modules, so that the built code finds its packages. */
const built = join(root, 'node_modules/.cache/report-test');

export interface Stage {
  /** Milliseconds on the reporter's clock. */
  readonly now: number;
  readonly events: readonly RunEvent[];
}

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** Node 20 runs no TypeScript. */
export function buildReport(): void {
  mkdirSync(built, { recursive: true });
  const config = join(built, 'tsconfig.json');
  const compilerOptions = {
    noEmit: false,
    rootDir: join(root, 'src'),
    outDir: built,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions,
      include: [join(root, 'src/report')],
    }),
  );
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', config]);
}

/** A real terminal of its own, in which the reporter is fed stage by stage. */
export class Tmux {
  readonly #folder = temporaryFolder('screen');
  #stage = 0;

  constructor(columns: number, rows: number, stages: readonly Stage[]) {
    writeFileSync(join(this.#folder, 'stages.json'), JSON.stringify(stages));
    const size = ['-x', String(columns), '-y', String(rows)];
    this.#tmux('-f', '/dev/null', 'new-session', '-d', ...size, 'env', 'PS1=$ ', 'sh');
    const program = fileURLToPath(new URL('./screen-program.mjs', import.meta.url));
    this.type(`clear; node ${program} ${built} ${this.#folder}; echo "ended with $?"`);
    this.#tmux('send-keys', 'Enter');
  }

  /** Lets the next stage happen, and waits until a text of it is to be seen. */
  async next(text: string): Promise<string> {
    writeFileSync(join(this.#folder, `go-${this.#stage++}`), '');
    return await this.see(text);
  }

  async see(text: string): Promise<string> {
    for (;;) {
      const screen = this.screen();
      if (screen.includes(text)) return screen;
      await sleep(50);
    }
  }

  /** What a person sees now. */
  screen(): string {
    return this.#tmux('capture-pane', '-p').trimEnd();
  }

  /** The same, with what has scrolled away above it. */
  history(): string {
    return this.#tmux('capture-pane', '-p', '-S', '-').trimEnd();
  }

  cursorIsVisible(): boolean {
    return this.#tmux('display-message', '-p', '#{cursor_flag}').trim() === '1';
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  interrupt(): void {
    this.#tmux('send-keys', 'C-c');
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  close(): void {
    if (existsSync(this.#folder)) this.#tmux('kill-server');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...command: readonly string[]): string {
    return execFileSync('tmux', ['-S', join(this.#folder, 'socket'), ...command], { encoding: 'utf8' });
  }
}
