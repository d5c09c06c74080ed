import type { HostRecap, RunEvent } from '../model/event.ts';
import type { Failure } from '../model/module.ts';
import { count, formatSeconds } from './duration.ts';

type RunFinished = Extract<RunEvent, { kind: 'run-finished' }>;

const LISTED = 10;

const AGAIN = 'Run it again: what is done stays done.';

/** Remembers what the sentences at the end need. */
export class Closing {
  #check = false;
  /** The first task that failed on each host. */
  readonly #failedAt = new Map<string, string>();
  readonly #unreachable = new Map<string, Failure>();
  readonly #current = new Map<string, string>();
  #started = false;
  #finished = false;
  /** Why a play ended the whole run. */
  #ended: string | undefined;

  get check(): boolean {
    return this.#check;
  }

  /** To be fed with every event. */
  event(event: RunEvent): void {
    if (event.kind === 'run-started') {
      this.#check = event.check;
      this.#started = true;
    }
    if (event.kind === 'run-finished') this.#finished = true;
    if (event.kind === 'play-finished' && event.stopped !== undefined) this.#ended = event.stopped;
    if (event.kind === 'task-started') this.#current.set(event.host, event.task.name);
    if (event.kind === 'host-unreachable') this.#unreachable.set(event.host, event.failure);
    if (event.kind !== 'task-finished') return;
    this.#current.delete(event.host);
    if (event.outcome === 'failed' && !this.#failedAt.has(event.host))
      this.#failedAt.set(event.host, `“${event.task.name}” (${event.task.where})`);
  }

  /** What the run came to, and what to do next, in whole sentences. */
  sentences({ recap, seconds, interrupted: stopped }: RunFinished): string[] {
    if (recap.length === 0) return ['No host was matched: nothing was done.'];
    const failed = recap.filter((host) => host.failed > 0);
    const lost = recap.filter((host) => host.unreachable);
    const trouble = failed.length + lost.length > 0;
    const lines = [
      ...(stopped ? this.#stoppedAt() : []),
      this.#whatChanged(recap, seconds, trouble || stopped),
    ];
    if (failed.length > 0) {
      lines.push(`${count(failed.length, 'host')} failed:`);
      lines.push(...listed(failed.map(({ host }) => `${host} at ${this.#failedAt.get(host) ?? 'a task'}`)));
    }
    if (lost.length > 0) {
      lines.push(`${count(lost.length, 'host')} could not be reached:`);
      const reason = (host: string) => this.#unreachable.get(host)?.failed ?? 'no reason given';
      lines.push(...listed(lost.map(({ host }) => `${host}: ${reason(host)}`)));
    }
    if (this.#ended !== undefined) lines.push(`The run ended early: ${this.#ended}.`);
    if (trouble) lines.push('Put that right and run it again: what is done stays done.');
    else if (stopped) lines.push(AGAIN);
    return lines;
  }

  /** Where the run stood when it was broken off; empty where it came to its end. */
  interrupted(): string[] {
    if (!this.#started || this.#finished) return [];
    return [...this.#stoppedAt(), AGAIN];
  }

  #stoppedAt(): string[] {
    const at = [...this.#current].map(([host, task]) => `${host} was at “${task}”`);
    return ['Stopped before the end.', ...listed(at)];
  }

  #whatChanged(recap: readonly HostRecap[], seconds: number, trouble: boolean): string {
    const changed = recap.reduce((sum, host) => sum + host.changed, 0);
    const unknown = recap.reduce((sum, host) => sum + host.unknown, 0);
    const open = unknown > 0 ? ` ${count(unknown, 'task')} cannot be known before the run.` : '';
    if (changed === 0) {
      if (trouble && !this.#check) return `No change was finished.${open}`;
      const nothing = this.#check ? 'Nothing would change' : 'Nothing changed';
      return `${nothing}${trouble || unknown > 0 ? '.' : ': the house is as the playbook says.'}${open}`;
    }
    const hosts = count(recap.filter((host) => host.changed > 0).length, 'host');
    if (this.#check)
      return `${count(changed, 'change')} would be made on ${hosts}. Nothing was touched.${open}`;
    return `${count(changed, 'change')} on ${hosts} in ${formatSeconds(seconds)}.${open}`;
  }
}

function listed(texts: readonly string[]): string[] {
  const shown = texts.slice(0, LISTED).map((text) => `  ${text}`);
  return texts.length > LISTED ? [...shown, `  … and ${texts.length - LISTED} more`] : shown;
}
