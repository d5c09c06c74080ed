import { structuredPatch, type StructuredPatch } from 'diff';
import type { ShownChange } from '../model/event.ts';
import { count } from './duration.ts';
import { linesOf } from './safe-text.ts';
import type { Look } from './style.ts';

export interface DifferenceLine {
  readonly text: string;
  readonly look?: Look;
}

// Beyond these a diff says nothing to a reader and would stall the connections meanwhile.
const LIMITS = { timeout: 300, maxEditLength: 5000 };

/** What differs: `before → after` on one line, or a unified diff where one of them has several lines. */
export function differenceLines(change: ShownChange, atMost: number): readonly DifferenceLine[] {
  const { before, after } = change;
  if (before === after) return [];
  if (isShort(before) && isShort(after)) {
    const named = change.subject === undefined || change.summary.includes(change.subject);
    const subject = named ? '' : `${change.subject}: `;
    return [{ text: `${subject}${short(before)} → ${short(after)}`, look: 'cyan' }];
  }
  const lines = unified(change.subject ?? '', before, after);
  if (lines.length <= atMost) return lines;
  const rest = count(lines.length - atMost, 'more line');
  return [...lines.slice(0, atMost), { text: `… ${rest} (-v shows all)`, look: 'dim' }];
}

function unified(subject: string, before: string | undefined, after: string | undefined): DifferenceLine[] {
  const head: DifferenceLine[] = [
    { text: `--- ${before === undefined ? '(absent)' : subject || 'before'}`, look: 'dim' },
    { text: `+++ ${after === undefined ? '(absent)' : subject || 'after'}`, look: 'dim' },
  ];
  const patch = compare(before ?? '', after ?? '');
  if (!patch) {
    const size = (text: string | undefined) => count(linesOf(text ?? '').length, 'line');
    return [
      ...head,
      { text: `too different to show: ${size(before)} before, ${size(after)} after`, look: 'dim' },
    ];
  }
  return [
    ...head,
    ...patch.hunks.flatMap((hunk) => [
      {
        text: `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
        look: 'cyan' as const,
      },
      ...hunk.lines.map(dress),
    ]),
  ];
}

function compare(before: string, after: string): StructuredPatch | undefined {
  // The missing final newline is worth a line only where it is part of the difference.
  const bothLack = !before.endsWith('\n') && !after.endsWith('\n');
  const end = (text: string) => (bothLack && text !== '' ? `${text}\n` : text);
  return structuredPatch('', '', end(before), end(after), undefined, undefined, { context: 3, ...LIMITS });
}

function dress(line: string): DifferenceLine {
  if (line.startsWith('+')) return { text: line, look: 'green' };
  if (line.startsWith('-')) return { text: line, look: 'red' };
  return line.startsWith('\\') ? { text: line, look: 'dim' } : { text: line };
}

function isShort(text: string | undefined): boolean {
  return text === undefined || linesOf(text).length <= 1;
}

function short(text: string | undefined): string {
  if (text === undefined) return '(absent)';
  return text.replace(/\n$/, '') || '(empty)';
}
