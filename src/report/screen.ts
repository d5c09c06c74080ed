import { Listr, type ListrRendererFactory } from 'listr2';
import type { RunEvent } from '../model/event.ts';
import { Frame } from './frame.ts';
import { Painter } from './painter.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { Rows } from './rows.ts';
import { makeSafe } from './safe-text.ts';
import { ScreenLog } from './screen-log.ts';
import { styleFor } from './style.ts';

/** Ten pictures a second are a film; more would only steal time from the connections. */
const FRAME_MILLISECONDS = 100;

/** For people: a row for each host, and above it, for good, what changed and what failed. */
export function screenReporter(options: ReporterOptions): Reporter {
  const style = styleFor(options.color);
  const log = new ScreenLog(options, style);
  const rows = new Rows(options.now);
  const painter = new Painter(options.write, options.columns);
  let frame = new Frame(style, false);
  let paused = false;
  let listr: { readonly end: () => void; readonly ended: Promise<unknown> } | undefined;

  const paint = () => {
    if (paused) return;
    const size = { columns: options.columns(), rows: options.rows() };
    const lines = frame.lines(rows.list, options.now(), size);
    painter.paint(log.take(), lines.length === 0 ? [] : ['', ...lines]);
  };

  return {
    event(unsafe: RunEvent) {
      const event = makeSafe(unsafe);
      rows.event(event);
      log.event(event);
      if (event.kind === 'run-started') {
        frame = new Frame(style, event.check);
        listr = runTree(event.hosts, rendererFor(paint));
      }
      if (event.kind === 'run-finished') listr?.end();
    },
    pause() {
      paused = true;
      painter.close(log.take());
      return () => {
        paused = false;
        paint();
      };
    },
    async finish() {
      listr?.end();
      await listr?.ended;
      log.stop();
      painter.close(log.take());
    },
  };
}

/** The hosts as listr2's tasks. The engine runs them; each task here lasts until the run is over. */
function runTree(
  hosts: readonly string[],
  renderer: ListrRendererFactory,
): { end: () => void; ended: Promise<unknown> } {
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const tree = new Listr(
    hosts.map((title) => ({ title, task: () => over })),
    { renderer, concurrent: true, exitOnError: false, registerSignalListeners: false },
  );
  return { end, ended: tree.run() };
}

/** listr2's own renderer draws everything anew for every event, which takes seconds with many hosts. */
function rendererFor(paint: () => void): ListrRendererFactory {
  return class {
    static rendererOptions = {};
    static rendererTaskOptions = {};
    static nonTTY = true;
    #timer: NodeJS.Timeout | undefined;

    render(): void {
      this.#timer = setInterval(paint, FRAME_MILLISECONDS).unref();
    }

    end(): void {
      clearInterval(this.#timer);
    }
  };
}
