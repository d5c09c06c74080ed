import type { RunEvent } from '../../src/model/event.ts';
import { createReporter, type ReporterOptions } from '../../src/report/index.ts';

/** All that a reporter writes about these events. */
export async function render(
  events: readonly RunEvent[],
  options: Partial<ReporterOptions> & Pick<ReporterOptions, 'format'>,
): Promise<string> {
  let text = '';
  const reporter = await createReporter({ ...quiet, write: (piece) => (text += piece), ...options });
  for (const event of events) reporter.event(event);
  await reporter.finish();
  return text;
}

export const quiet = {
  isTerminal: false,
  columns: () => 80,
  rows: () => 24,
  color: false,
  verbosity: 0,
  diff: false,
  now: () => 0,
  version: '0.1.0',
} as const;
