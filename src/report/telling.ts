import type { Outcome, RunEvent, TaskFinished } from '../model/event.ts';
import { changeDetails, type DetailOptions } from './details.ts';
import { formatSeconds } from './duration.ts';
import { linesOf, oneLine } from './safe-text.ts';
import type { Look } from './style.ts';

/** How each outcome is written: its word, its sign on the screen and its colour. */
export const OUTCOMES: Readonly<
  Record<Outcome, { readonly word: string; readonly sign: string; readonly look: Look }>
> = {
  ok: { word: 'ok', sign: '✓', look: 'green' },
  changed: { word: 'changed', sign: '~', look: 'yellow' },
  failed: { word: 'failed', sign: '✗', look: 'red' },
  ignored: { word: 'ignored', sign: '!', look: 'yellow' },
  skipped: { word: 'skipped', sign: '-', look: 'dim' },
  unknown: { word: 'unknown', sign: '?', look: 'cyan' },
};

/** One thing said of a finished task, and what stands below it. */
export interface Said {
  readonly text: string;
  readonly below: readonly string[];
}

/** One for each change of it, or one for its failure or message; empty where its outcome says it all. */
export function tell(event: TaskFinished, options: DetailOptions): readonly Said[] {
  switch (event.outcome) {
    case 'changed':
      return event.changes.map((change) => ({
        text: oneLine(change.summary),
        below: changeDetails(change, event.diff ? { ...options, diff: true } : options),
      }));
    case 'failed':
    case 'ignored':
      return [{ text: oneLine(linesOf(event.failure?.failed ?? '')[0] ?? ''), below: [] }];
    case 'unknown':
      return messageLines(event.message?.replace(/^unknown /, ''));
    case 'ok':
    case 'skipped':
      return messageLines(event.message);
  }
}

/** ` (2.1 s)`, where it took long enough to be of interest. */
export function tookTime(event: TaskFinished): string {
  return event.seconds < 0.95 ? '' : ` (${formatSeconds(event.seconds)})`;
}

export function wordFor(outcome: Outcome, check: boolean): string {
  return check && outcome === 'changed' ? 'would change' : OUTCOMES[outcome].word;
}

function messageLines(message: string | undefined): readonly Said[] {
  return linesOf(message ?? '').map((text) => ({ text, below: [] }));
}

/** Whoever presses Ctrl-C loses the host too, but not because it could not be reached. */
export function lossWord(event: Extract<RunEvent, { kind: 'host-unreachable' }>): string {
  return event.interrupted ? 'interrupted' : 'unreachable';
}
