import type { RunEvent } from '../model/event.ts';

const FIRST_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 300;

/** Says of a long task that it is alive: after 30 s, then ever more rarely, at least every 5 minutes. */
export class StillRunning {
  readonly #now: () => number;
  readonly #tell: (host: string, task: string, seconds: number) => void;
  readonly #running = new Map<string, { task: string; since: number; nextSeconds: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => number, tell: (host: string, task: string, seconds: number) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  event(event: RunEvent): void {
    if (event.kind === 'task-started') {
      this.#running.set(event.host, {
        task: event.task.name,
        since: this.#now(),
        nextSeconds: FIRST_SECONDS,
      });
      this.#timer ??= setInterval(() => this.#look(), 1000).unref();
    }
    if (event.kind === 'task-finished' || event.kind === 'host-unreachable') this.#running.delete(event.host);
    if (event.kind === 'run-finished') this.stop();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#running.clear();
  }

  #look(): void {
    for (const [host, entry] of this.#running) {
      const seconds = (this.#now() - entry.since) / 1000;
      if (seconds < entry.nextSeconds) continue;
      this.#tell(host, entry.task, seconds);
      entry.nextSeconds = seconds + Math.min(seconds, LONGEST_PAUSE_SECONDS);
    }
  }
}
