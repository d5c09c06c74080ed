import type { RunEvent, TaskFinished } from '../model/event.ts';
import { Closing } from './closing.ts';
import { taskDetails, whereAndHint, type DetailOptions } from './details.ts';
import { formatWholeSeconds } from './duration.ts';
import { recapTable } from './recap.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { linesOf, makeSafe, oneLine } from './safe-text.ts';
import { StillRunning } from './still-running.ts';
import { styleFor } from './style.ts';
import { taskTitle } from './task-title.ts';
import { lossWord, OUTCOMES, tell, tookTime, wordFor } from './telling.ts';
import { unreachable } from './unreachable.ts';

/** For logs and pipes: every line names its host, so that `grep '^pi '` gives the whole story of one. */
export function linesReporter(options: ReporterOptions): Reporter {
  const style = styleFor(options.color);
  const details: DetailOptions = { style, verbosity: options.verbosity, diff: options.diff };
  const closing = new Closing();
  const print = (lines: readonly string[]) => {
    if (lines.length > 0) options.write(`${lines.join('\n')}\n`);
  };
  const running = new StillRunning(options.now, (host, task, seconds) =>
    print([`${host} | ${oneLine(task)} | still running | ${formatWholeSeconds(seconds)}`]),
  );

  return {
    event(unsafe) {
      const event = makeSafe(unsafe);
      closing.event(event);
      running.event(event);
      print(linesFor(event));
    },
    async finish() {
      running.stop();
      print(closing.interrupted());
    },
  };

  function linesFor(event: RunEvent): string[] {
    switch (event.kind) {
      case 'run-started':
        return [style.bold(`${event.check ? 'PLAN' : 'RUN'} ${event.playbook}`)];
      case 'play-started':
        return ['', style.bold(`PLAY ${oneLine(event.play)} (${event.where}): ${event.hosts.join(', ')}`)];
      case 'task-finished':
        return finishedLines(event);
      case 'handler-recovered':
        return [
          `${event.host} | ${oneLine(event.handler)} (handler) | recovered | notified by an earlier run that broke off`,
        ];
      case 'host-unreachable':
        return [
          style.red(
            `${event.host} | ${event.task ? taskTitle(event.task) : 'connect'} | ${lossWord(event)} | ${oneLine(event.failure.failed)}`,
          ),
          ...below(event.host, whereAndHint(event.task, event.failure, undefined, style)),
        ];
      case 'run-finished':
        return ['', ...recapTable(event.recap, closing.check, style), '', ...closing.sentences(event)];
      case 'host-connecting':
      case 'host-connected':
      case 'task-started':
      case 'handler-notified':
      case 'play-finished':
        return [];
      default:
        return unreachable(event);
    }
  }

  function finishedLines(event: TaskFinished): string[] {
    const { look } = OUTCOMES[event.outcome];
    const outcome = wordFor(event.outcome, closing.check);
    const head = `${event.host} | ${taskTitle(event.task, event.item)} | ${outcome}`;
    const said = tell(event, details);
    const lines = (said.length === 0 ? [{ text: '', below: [] }] : said).flatMap((one, index, all) => {
      const text = one.text === '' ? head : `${head} | ${one.text}`;
      const time = index === all.length - 1 ? tookTime(event) : '';
      return [style[look](text + time), ...below(event.host, one.below)];
    });
    return [...lines, ...below(event.host, taskDetails(event, details))];
  }

  function below(host: string, lines: readonly string[]): string[] {
    return lines.flatMap((line) => linesOf(line)).map((line) => `${host} |   ${line}`);
  }
}
