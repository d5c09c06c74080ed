import type { ShownChange, ShownScript, TaskFinished, TaskReference } from '../model/event.ts';
import type { Failure } from '../model/module.ts';
import { differenceLines } from './difference.ts';
import { count } from './duration.ts';
import { linesOf } from './safe-text.ts';
import type { Style } from './style.ts';

export interface DetailOptions {
  readonly style: Style;
  readonly verbosity: 0 | 1 | 2 | 3;
  readonly diff: boolean;
}

const DIFF_LINES = 200;
const OUTPUT_LINES = 20;
const TAIL_LINES = 10;

/** What stands below the line of a finished task: what was said, where and why it failed. */
export function taskDetails(event: TaskFinished, options: DetailOptions): string[] {
  const { style, verbosity } = options;
  const failed = event.outcome === 'failed' || event.outcome === 'ignored';
  const lines: string[] = [];
  const talks = verbosity >= 2 || (verbosity === 1 && (failed || event.outcome === 'changed'));
  if (talks) for (const script of event.scripts) lines.push(...scriptLines(script, failed, options));
  if (!failed) return lines;
  const broken = event.scripts.findLast((script) => script.code !== 0);
  const why = event.failure?.failed ?? '';
  lines.unshift(...linesOf(why).slice(1));
  if (broken && !talks) lines.push(...lastWords(broken, why, style));
  lines.push(
    ...whereAndHint(event.task, event.failure, why.includes('exit code') ? undefined : broken, style),
  );
  return lines;
}

/** `playbooks/router.yaml:12 · exit code 1` and the next step to take. */
export function whereAndHint(
  task: TaskReference | undefined,
  failure: Failure | undefined,
  broken: ShownScript | undefined,
  style: Style,
): string[] {
  const where = [
    ...(task ? [task.where, `module ${task.module}`] : []),
    ...(broken ? [`exit code ${broken.code}`] : []),
  ];
  const hint = failure?.hint === undefined ? [] : linesOf(failure.hint);
  return [
    ...(where.length > 0 ? [style.dim(`at     │ ${where.join(' · ')}`)] : []),
    ...gutter('hint', hint, style),
  ];
}

/** What stands below one change with `--diff`. */
export function changeDetails(change: ShownChange, options: DetailOptions): string[] {
  if (!options.diff) return [];
  const atMost = options.verbosity >= 1 ? Number.POSITIVE_INFINITY : DIFF_LINES;
  return differenceLines(change, atMost).map(({ text, look }) => (look ? options.style[look](text) : text));
}

function scriptLines(script: ShownScript, failed: boolean, { style, verbosity }: DetailOptions): string[] {
  // What a probe says is for homerun's eyes; it matters to people when it broke, or when they ask for all.
  if (verbosity < 2 && script.purpose === 'probe' && !failed) return [];
  const shown = (text: string) => cut(linesOf(text), verbosity, failed);
  return [
    ...(verbosity >= 3 ? gutter(script.purpose, linesOf(script.text), style) : []),
    ...gutter('stdout', shown(script.stdout), style),
    ...gutter('stderr', shown(script.stderr), style),
    ...(verbosity >= 3 ? gutter('exit', [String(script.code)], style) : []),
  ];
}

/** The last words of a script that broke. */
function lastWords(broken: ShownScript, why: string, style: Style): string[] {
  const label = broken.stderr.trim() === '' ? 'stdout' : 'stderr';
  const lines = linesOf(broken[label]).filter((line) => line.trim() !== '');
  // The reason often is the only thing that was said.
  if (lines.length === 1 && why.includes(lines[0]?.trim() ?? '')) return [];
  const earlier = lines.length - TAIL_LINES;
  const head = earlier > 0 ? [`… ${count(earlier, 'earlier line')} (-v shows more)`] : [];
  return gutter(label, [...head, ...lines.slice(-TAIL_LINES)], style);
}

/** Keeps the beginning; of what failed the end, where the reason stands. */
function cut(lines: readonly string[], verbosity: number, failed: boolean): readonly string[] {
  if (verbosity >= 2 || lines.length <= OUTPUT_LINES + 1) return lines;
  const rest = lines.length - OUTPUT_LINES;
  if (failed) return [`… ${count(rest, 'earlier line')} (-vv shows all)`, ...lines.slice(-OUTPUT_LINES)];
  return [...lines.slice(0, OUTPUT_LINES), `… ${count(rest, 'more line')} (-vv shows all)`];
}

function gutter(label: string, lines: readonly string[], style: Style): string[] {
  return lines.map((line, index) => `${style.dim(`${(index === 0 ? label : '').padEnd(6)} │`)} ${line}`);
}
