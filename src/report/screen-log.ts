import type { Outcome, RunEvent, TaskFinished } from '../model/event.ts';
import { cellWidth, padEnd } from './cells.ts';
import { Closing } from './closing.ts';
import { taskDetails, whereAndHint, type DetailOptions } from './details.ts';
import { recapTable } from './recap.ts';
import type { ReporterOptions } from './reporter.ts';
import { linesOf, oneLine } from './safe-text.ts';
import type { Look, Style } from './style.ts';
import { taskTitle } from './task-title.ts';
import { lossWord, OUTCOMES, tell, tookTime, wordFor } from './telling.ts';
import { unreachable } from './unreachable.ts';

/** What scrolls by above the rows and stays: plays, changes, failures, and the recap at the end. */
export class ScreenLog {
  readonly #style: Style;
  readonly #details: DetailOptions;
  readonly #closing = new Closing();
  readonly #columns: () => number;
  #names = 0;
  #lines: string[] = [];

  constructor(options: ReporterOptions, style: Style) {
    this.#style = style;
    this.#columns = options.columns;
    this.#details = { style, verbosity: options.verbosity, diff: options.diff };
  }

  /** What has been added since it was asked last. */
  take(): readonly string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  event(event: RunEvent): void {
    this.#closing.event(event);
    this.#lines.push(...this.#linesFor(event));
  }

  /** Says where the run stood if it was broken off. */
  stop(): void {
    const [first, ...rest] = this.#closing.interrupted();
    if (first !== undefined) this.#lines.push('', this.#style.yellow(first), ...rest);
  }

  #linesFor(event: RunEvent): string[] {
    const style = this.#style;
    switch (event.kind) {
      case 'run-started':
        return event.check ? [style.dim(`Plan of ${event.playbook}: nothing is touched.`)] : [];
      case 'play-started':
        this.#names = Math.min(24, Math.max(0, ...event.hosts.map(cellWidth)));
        return ['', `${style.bold(oneLine(event.play))}  ${style.dim(onHosts(event.hosts))}`];
      case 'task-finished':
        return this.#finished(event);
      case 'handler-recovered':
        return [
          this.#head(
            '!',
            'yellow',
            event.host,
            `${oneLine(event.handler)} (handler)`,
            'owed by an earlier run that broke off; it runs in this play',
          ),
        ];
      case 'host-unreachable': {
        const title = event.task ? taskTitle(event.task) : '';
        return [
          this.#head(
            '✗',
            'red',
            event.host,
            title,
            `${lossWord(event)}: ${oneLine(event.failure.failed).replace(/^interrupted /, '')}`,
          ),
          ...below(whereAndHint(event.task, event.failure, undefined, style)),
        ];
      }
      case 'run-finished': {
        const [first = '', ...rest] = this.#closing.sentences(event);
        const table = recapTable(event.recap, this.#closing.check, style);
        return ['', ...(event.recap.length === 0 ? [] : [...table, '']), style.bold(first), ...rest];
      }
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

  #finished(event: TaskFinished): string[] {
    // A message without a change is news only where it is the whole purpose of its task.
    const speaks = event.task.module === 'debug' && event.message !== undefined;
    const silent = event.outcome === 'skipped' || (event.outcome === 'ok' && !speaks);
    if (silent && this.#details.verbosity === 0) return [];
    const { sign, look } = OUTCOMES[event.outcome];
    const { check } = this.#closing;
    const said = tell(event, this.#details);
    const title = taskTitle(event.task, event.item);
    const head = (text: string) => this.#head(sign, look, event.host, title, text, tookTime(event));
    const rest = below(taskDetails(event, this.#details));
    const prefix = prefixOf(event.outcome, check);
    const [first] = said;
    if (!first) return [head(wordFor(event.outcome, check)), ...rest];
    if (said.length === 1) return [head(prefix + first.text), ...below(first.below), ...rest];
    const several = said.flatMap((one) => [`    ${prefix}${one.text}`, ...below(one.below, 6)]);
    return [head(''), ...several, ...rest];
  }

  #head(sign: string, look: Look, host: string, title: string, text: string, time = ''): string {
    const style = this.#style;
    const start = `${style[look](sign)} ${padEnd(host, this.#names)}  ${style.bold(title)}`;
    if (text === '') return start + style.dim(time);
    const told = look === 'red' ? style.red(text) : text;
    const width =
      2 + Math.max(this.#names, cellWidth(host)) + 2 + cellWidth(title) + 2 + cellWidth(text + time);
    // A terminal would break a long line in the middle of a word.
    const separator = title === '' ? '' : width > this.#columns() ? ':\n    ' : ': ';
    return start + separator + told + style.dim(time);
  }
}

/** `install cron`, `would install cron`, `ignored: no such file`, `unknown until …`. */
function prefixOf(outcome: Outcome, check: boolean): string {
  if (outcome === 'changed') return check ? 'would ' : '';
  if (outcome === 'ignored') return 'failed, ignored: ';
  return outcome === 'unknown' || outcome === 'skipped' ? `${outcome} ` : '';
}

function onHosts(hosts: readonly string[]): string {
  return hosts.length > 6 ? `on ${hosts.length} hosts` : `on ${hosts.join(', ')}`;
}

function below(lines: readonly string[], indent = 4): string[] {
  return lines.flatMap((line) => linesOf(line)).map((line) => ' '.repeat(indent) + line);
}
