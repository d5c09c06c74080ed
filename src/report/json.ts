import type { Reporter, ReporterOptions } from './reporter.ts';
import { safeJson } from './safe-text.ts';

/** One event per line, exactly as it happened; the first line also says which version speaks. */
export function jsonReporter({ write, version }: ReporterOptions): Reporter {
  let first = true;
  return {
    event(event) {
      write(`${safeJson(first ? { ...event, version } : event)}\n`);
      first = false;
    },
    async finish() {
      // Every line has been written when its event came.
    },
  };
}
