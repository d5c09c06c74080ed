import { jsonReporter } from './json.ts';
import { linesReporter } from './lines.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';

export { moduleIndex, modulePage } from './module-page.ts';
export { moduleListForTerminal, modulePageForTerminal } from './module-terminal.ts';
export type { Reporter, ReporterOptions } from './reporter.ts';

/** `auto` is the screen on a terminal, and lines elsewhere. */
export async function createReporter(options: ReporterOptions): Promise<Reporter> {
  switch (options.format) {
    case 'json':
      return jsonReporter(options);
    case 'lines':
      return linesReporter(options);
    case 'screen':
      return await loadScreen(options);
    case 'auto':
      return options.isTerminal ? await loadScreen(options) : linesReporter(options);
  }
}

/** Only who sees a screen pays for listr2's start. */
async function loadScreen(options: ReporterOptions): Promise<Reporter> {
  const { screenReporter } = await import('./screen.ts');
  return screenReporter(options);
}
