import { calendarMistake } from '../../model/calendar.ts';
import type { Value } from '../../model/value.ts';
import { isList, isMap } from '../../model/value.ts';

/** A time that systemd would skip with a line in its journal, so that the timer never comes. */
export interface CalendarError {
  /** Where it stands, from the module's parameters. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What is wrong with the times (`OnCalendar=`) of a unit, written as a map or as text. */
export function calendarErrors(
  unit: Value | undefined,
  content: string | undefined,
): readonly CalendarError[] {
  const times = isMap(unit) && isMap(unit['Timer']) ? unit['Timer']['OnCalendar'] : undefined;
  const path = ['unit', 'Timer', 'OnCalendar'];
  const found = isList(times)
    ? times.map((time, index) => errorOf(time, [...path, index]))
    : [errorOf(times, path)];
  return [...found, ...timesIn(content ?? '').map((time) => errorOf(time, ['content']))].filter(
    (error) => error !== undefined,
  );
}

function errorOf(time: Value | undefined, path: readonly (string | number)[]): CalendarError | undefined {
  // Empty, it takes back what another file says; with `%` in it, only the host can tell.
  if (typeof time !== 'string' || time.trim() === '' || time.includes('%')) return undefined;
  const problem = calendarMistake(time);
  return problem === undefined
    ? undefined
    : { path, message: `systemd cannot read \`${time}\` as a time: ${problem}` };
}

function timesIn(content: string): readonly string[] {
  let section = '';
  return content.split('\n').flatMap((line) => {
    section = /^\s*\[(.*)\]\s*$/.exec(line)?.[1] ?? section;
    const time = /^\s*OnCalendar\s*=\s*(.*?)\s*$/.exec(line)?.[1];
    return section === 'Timer' && time !== undefined ? [time] : [];
  });
}
