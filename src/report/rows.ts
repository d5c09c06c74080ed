import type { RunEvent } from '../model/event.ts';
import { OUTCOMES } from './telling.ts';
import { taskTitle } from './task-title.ts';

/** What one host is at, for its row. */
export interface Row {
  readonly host: string;
  state: 'waiting' | 'connecting' | 'working' | 'done' | 'failed' | 'unreachable' | 'interrupted';
  /** The task it is at, or the one at which it failed. */
  task: string;
  /** Milliseconds; when `task` or the connection was begun. */
  since: number;
  ok: number;
  changed: number;
  failed: number;
}

/** The hosts of the play at hand, kept up to date by events. */
export class Rows {
  readonly #now: () => number;
  readonly #all = new Map<string, Row>();
  #shown: readonly string[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  get list(): readonly Row[] {
    return this.#shown.map((host) => this.#row(host));
  }

  event(event: RunEvent): void {
    if (event.kind === 'run-started') this.#shown = event.hosts;
    if (event.kind === 'play-started') {
      this.#shown = event.hosts;
      for (const host of event.hosts) this.#set(host, 'waiting');
    }
    if (event.kind === 'host-connecting') this.#set(event.host, 'connecting', this.#row(event.host).task);
    if (event.kind === 'host-connected') this.#connected(this.#row(event.host));
    if (event.kind === 'task-started') this.#set(event.host, 'working', taskTitle(event.task, event.item));
    if (event.kind === 'host-unreachable')
      this.#set(event.host, event.interrupted ? 'interrupted' : 'unreachable');
    if (event.kind === 'task-finished') this.#finished(event);
  }

  /** The connection is opened when the first task wants it, so that task then goes on. */
  #connected({ host, task }: Row): void {
    this.#set(host, task === '' ? 'waiting' : 'working', task);
  }

  #finished(event: Extract<RunEvent, { kind: 'task-finished' }>): void {
    const row = this.#row(event.host);
    if (event.outcome === 'ok') row.ok++;
    if (event.outcome === 'changed') row.changed++;
    if (event.outcome !== 'failed') return this.#set(event.host, 'done');
    row.failed++;
    this.#set(event.host, 'failed', taskTitle(event.task, event.item));
  }

  #set(host: string, state: Row['state'], task = ''): void {
    const row = this.#row(host);
    // Who is lost stays lost: a later play only lists it.
    if (state === 'waiting' && (row.state === 'failed' || row.state === 'unreachable')) return;
    Object.assign(row, { state, task, since: this.#now() });
  }

  #row(host: string): Row {
    const known = this.#all.get(host);
    if (known) return known;
    const row: Row = { host, state: 'waiting', task: '', since: this.#now(), ok: 0, changed: 0, failed: 0 };
    this.#all.set(host, row);
    return row;
  }
}

/** The sign of each state at the left of a row. */
export const SIGNS = {
  waiting: { sign: ' ', look: 'dim' },
  connecting: { sign: '›', look: 'cyan' },
  working: { sign: '›', look: 'cyan' },
  done: OUTCOMES.ok,
  failed: OUTCOMES.failed,
  unreachable: OUTCOMES.failed,
  interrupted: OUTCOMES.ignored,
} as const;
