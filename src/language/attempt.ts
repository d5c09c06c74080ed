import type { Span } from '../model/source.ts';
import { NotYet, TextMistake, type Use } from './text-mistake.ts';

/**
 * One piece of preparing a task. At run time the first mistake ends it; at load time mistakes are collected, values
 * that are not known yet are passed over, and the rest is looked at all the same.
 */
export interface Attempt {
  readonly loading: boolean;
  /** Gives undefined where the value has a mistake or is not known yet. */
  <T>(work: () => T, span: Span | undefined): T | undefined;
  /** Told of a text whose value is not known yet, so that its names can be checked all the same. */
  readonly unknown?: (uses: readonly Use[], found: (mistake: TextMistake) => unknown) => void;
}

/** At run time: whatever is thrown goes on. */
export const atOnce: Attempt = Object.assign(<T>(work: () => T) => work(), { loading: false });

/** At load time; mistakes are reported for a host. */
export function collecting(
  report: (mistake: TextMistake, span: Span | undefined) => void,
  mistakesIn: (uses: readonly Use[]) => readonly TextMistake[],
): Attempt {
  const attempt = <T>(work: () => T, span: Span | undefined): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (error instanceof TextMistake) report(error, span);
      else if (!(error instanceof NotYet)) throw error;
      return undefined;
    }
  };
  const unknown: Attempt['unknown'] = (uses, found) => {
    for (const mistake of mistakesIn(uses)) {
      const known = found(mistake);
      if (known instanceof TextMistake) report(known, undefined);
    }
  };
  return Object.assign(attempt, { loading: true, unknown });
}
