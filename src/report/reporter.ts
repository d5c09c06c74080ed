import type { RunEvent } from '../model/event.ts';

/** Shows a run while it happens. Fed with every event, in order. */
export interface Reporter {
  event(event: RunEvent): void;
  /**
   * Takes the live rows off the screen, so that someone else can ask a question there; what it returns brings
   * them back. Absent where nothing on the screen is alive.
   */
  pause?(): () => void;
  /** Leaves the terminal as it was found; also for a run that was broken off. Safe to call twice. */
  finish(): Promise<void>;
}

export interface ReporterOptions {
  readonly format: 'screen' | 'lines' | 'json' | 'auto';
  /** Standard output. */
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly columns: () => number;
  readonly rows: () => number;
  readonly color: boolean;
  /** 0: changes and failures; 1: what they said; 2: what every task said; 3: the scripts too. */
  readonly verbosity: 0 | 1 | 2 | 3;
  readonly diff: boolean;
  /** Milliseconds. */
  readonly now: () => number;
  /** Of homerun. */
  readonly version: string;
}
