import { linesOf, textOfLines } from './text.ts';

/**
 * Crontabs as text. Only the lines of the entry asked for are touched; every other byte stays, since people keep
 * notes and jobs of their own in there.
 */
export interface CronEntry {
  /** Stands in the marker comment above the job. */
  readonly name: string;
  /** The line itself, without the `#` of a disabled one. */
  readonly line: string;
  readonly disabled?: boolean;
}

/** The text with this job in it: in place of what stands under its marker, else of the same job unmarked, else last. */
export function setJob(crontab: string, entry: CronEntry): string {
  const lines = [...linesOf(crontab)];
  const wanted = entry.disabled ? `#${entry.line}` : entry.line;
  const marker = findMarker(lines, entry.name);
  if (marker !== -1) {
    // Copies from an edit by hand would go on as they were.
    const copies = removeMarked(lines, entry.name, marker + 1);
    const present = lines[marker + 1];
    if (present !== undefined && sameLine(present, wanted)) return copies ? textOfLines(lines) : crontab;
    const replaced = present !== undefined && isJob(present) ? 1 : 0;
    lines.splice(marker + 1, replaced, wanted);
    return textOfLines(lines);
  }
  const twin = lines.findIndex(
    (line, index) =>
      !isMarker(lines[index - 1]) &&
      (sameLine(line, entry.line) || (entry.disabled === true && sameLine(line, wanted))),
  );
  if (twin === -1) lines.push(`${MARKERS[0]}${entry.name}`, wanted);
  else {
    const kept = sameLine(lines[twin] ?? '', wanted) ? (lines[twin] ?? '') : wanted;
    lines.splice(twin, 1, `${MARKERS[0]}${entry.name}`, kept);
  }
  return textOfLines(lines);
}

/** The text without any job under this marker. */
export function removeJob(crontab: string, name: string): string {
  const lines = [...linesOf(crontab)];
  return removeMarked(lines, name, 0) ? textOfLines(lines) : crontab;
}

/** The text with this variable set; a new one comes first, because it counts for the jobs below it only. */
export function setVariable(crontab: string, name: string, value: string): string {
  const lines = [...linesOf(crontab)];
  const at = findVariable(lines, name);
  const present = at === -1 ? undefined : lines[at];
  if (present !== undefined && valueOf(present) === value) return crontab;
  lines.splice(Math.max(at, 0), at === -1 ? 0 : 1, `${name}=${quoteValue(value)}`);
  return textOfLines(lines);
}

/** The text without this variable. */
export function removeVariable(crontab: string, name: string): string {
  const lines = [...linesOf(crontab)];
  const at = findVariable(lines, name);
  if (at === -1) return crontab;
  lines.splice(at, 1);
  return textOfLines(lines);
}

/** What is wrong with one of the five time fields, or undefined. */
export function fieldError(field: CronField, value: string): string | undefined {
  const { low, high, names }: FieldRange = FIELDS[field];
  const number = (word: string): number => {
    const index = names?.indexOf(word.toLowerCase()) ?? -1;
    if (index !== -1) return index + low;
    return /^\d+$/.test(word) ? Number(word) : Number.NaN;
  };
  const inRange = (at: number): boolean => at >= low && at <= high;
  for (const item of value.split(',')) {
    const match = /^(?:(\*)|(\w+)(?:[-~](\w+))?)(?:\/(\d+))?$/.exec(item);
    const [, star, first, last, step] = match ?? [];
    const numbers = [first, last].filter((word) => word !== undefined).map(number);
    const ordered = last === undefined || (numbers[0] ?? 0) <= (numbers[1] ?? 0);
    const stepped = step === undefined || (Number(step) > 0 && (star !== undefined || last !== undefined));
    if (!match || !numbers.every(inRange) || !ordered || !stepped)
      return `\`${item}\` is not a ${field} of cron: ${low} to ${high}, \`*\`, \`*/5\`, \`1-5\` or a list such as \`1,3\``;
  }
  return undefined;
}

export type CronField = keyof typeof FIELDS;

interface FieldRange {
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[] | undefined;
}

const FIELDS = {
  minute: { low: 0, high: 59, names: undefined },
  hour: { low: 0, high: 23, names: undefined },
  day: { low: 1, high: 31, names: undefined },
  month: {
    low: 1,
    high: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  weekday: { low: 0, high: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
} satisfies Record<string, FieldRange>;

const MARKERS = ['#homerun: ', '#Ansible: '] as const;

function findMarker(lines: readonly string[], name: string, from = 0): number {
  return lines.findIndex(
    (line, index) => index >= from && MARKERS.some((marker) => line.trimEnd() === `${marker}${name}`),
  );
}

/** Takes out every marker of this name from that line on, each with its job; whether there was one. */
function removeMarked(lines: string[], name: string, from: number): boolean {
  const first = findMarker(lines, name, from);
  for (let at = first; at !== -1; at = findMarker(lines, name, at)) {
    const job = lines[at + 1];
    lines.splice(at, job !== undefined && isJob(job) ? 2 : 1);
  }
  return first !== -1;
}

function isMarker(line: string | undefined): boolean {
  return line !== undefined && MARKERS.some((marker) => line.startsWith(marker));
}

/** A time and a command, also when switched off by a `#`; a plain remark is not ours to replace. */
function isJob(line: string): boolean {
  return !isMarker(line) && normalize(line.replace(/^\s*#/, '')) !== undefined;
}

/** Equal but for the white space between the fields. */
function sameLine(line: string, wanted: string): boolean {
  const key = normalize(line);
  return line === wanted || (key !== undefined && key === normalize(wanted));
}

function normalize(line: string): string | undefined {
  const off = /^\s*#/.exec(line) ? '#' : '';
  const rest = line.replace(/^\s*#/, '').trim();
  const special = /^(@[a-z]+)\s+(.*)$/.exec(rest);
  if (special) return `${off}${special[1] ?? ''} ${special[2] ?? ''}`;
  const time = /^((?:[\d*,/~a-zA-Z-]+\s+){5})(\S.*)$/.exec(rest);
  const fields = time?.[1]?.trim().split(/\s+/);
  // Five words of a remark are no time: each must at least hold a digit, a star or a name of a day or month.
  if (!time || !fields?.every((field) => /[\d*]/.test(field) || /^[a-z]{3}(?:[-,][a-z]{3})*$/i.test(field)))
    return undefined;
  return `${off}${fields.join(' ')} ${time[2] ?? ''}`;
}

const VARIABLE = /^\s*(?:"([^"]*)"|'([^']*)'|([^\s"'#=]+))\s*=\s*(.*?)\s*$/;

function findVariable(lines: readonly string[], name: string): number {
  return lines.findIndex((line) => {
    const [, double, single, plain] = VARIABLE.exec(line) ?? [];
    return (double ?? single ?? plain) === name;
  });
}

function valueOf(line: string): string {
  const value = VARIABLE.exec(line)?.[4] ?? '';
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
}

/** cron knows quotes around a value but no escape inside. */
function quoteValue(value: string): string {
  return value.includes('"') ? (value.includes("'") ? value : `'${value}'`) : `"${value}"`;
}
