/**
 * What is wrong with a time of systemd's timers (`OnCalendar=`, systemd.time(7)), where that is sure; undefined
 * otherwise. systemd on the host has the last word: what is new there is let through here.
 */
export function calendarMistake(expression: string): string | undefined {
  const words = expression.trim().split(/\s+/);
  const [first = ''] = words;
  if (first === '') return 'it is empty';
  if (first.startsWith('@')) return undefined;
  if (SHORTHANDS.has(first.toLowerCase())) return zoneMistake(words.slice(1));
  const days = /^[a-z]/i.test(first) ? weekdayMistake(first) : undefined;
  if (days !== undefined) return days;
  const rest = /^[a-z]/i.test(first) ? words.slice(1) : words;
  const [date, time, zone] = partsOf(rest);
  if (rest === words && date === undefined && time === undefined)
    return `\`${first}\` is neither a date nor a time of day`;
  return (
    (date === undefined ? undefined : dateMistake(date)) ??
    (time === undefined ? undefined : timeMistake(time)) ??
    zoneMistake(zone)
  );
}

const SHORTHANDS = new Set(
  'minutely hourly daily weekly monthly quarterly semiannually semi-annually biannually bi-annually annually anually yearly'.split(
    ' ',
  ),
);
const WEEKDAY =
  /^(?:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)$/i;
const ORDER = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

function weekdayMistake(written: string): string | undefined {
  for (const item of written.replace(/,$/, '').split(',')) {
    const ends = item.split(/\.\.|-/);
    const stranger = ends.find((end) => !WEEKDAY.test(end));
    if (stranger !== undefined) return `\`${stranger}\` is neither a day of the week nor a word like daily`;
    if (ends.length > 2) return `\`${item}\` is no range of days`;
    const [from, to = from] = ends.map((end) => ORDER.indexOf(end.slice(0, 3).toLowerCase()));
    if (from !== undefined && to !== undefined && from > to)
      return `\`${item}\` runs backwards: the week begins on Monday`;
  }
  return undefined;
}

/** Date, time of day, and what stands behind them. Newer systemd takes a `T` between the two. */
function partsOf(words: readonly string[]): [string | undefined, string | undefined, readonly string[]] {
  const rest = words.flatMap((word) => (/^[\d*].*\dT\d/.test(word) ? word.split('T') : [word]));
  const isDate = /^[\d*][^:]*[-~]/.test(rest[0] ?? '');
  const date = isDate ? rest.shift() : undefined;
  const isTime = /^[\d*][^:]*:/.test(rest[0] ?? '');
  const time = isTime ? rest.shift() : undefined;
  return [date, time, rest];
}

function dateMistake(date: string): string | undefined {
  const parts = date.split(/[-~]/);
  const [day = '', month = '', year] = parts.toReversed();
  if (parts.length > 3 || /~.*[-~]/.test(date)) return `\`${date}\` is no date`;
  return (
    (year === undefined ? undefined : unitMistake(year, 'year', 0, 2199)) ??
    unitMistake(month, 'month', 1, 12) ??
    unitMistake(day, 'day', 1, 31)
  );
}

function timeMistake(time: string): string | undefined {
  const [hour = '', minute = '', second, ...more] = time.split(':');
  if (more.length > 0) return `\`${time}\` is no time of day`;
  return (
    unitMistake(hour, 'hour', 0, 23) ??
    unitMistake(minute, 'minute', 0, 59) ??
    (second === undefined ? undefined : unitMistake(second, 'second', 0, 59))
  );
}

/** `*`, `5`, `1..5`, `0/15` and lists of these. */
function unitMistake(written: string, unit: string, from: number, to: number): string | undefined {
  if (written === '*') return undefined;
  const number = unit === 'second' ? String.raw`\d+(?:\.\d+)?` : String.raw`\d+`;
  const item = new RegExp(`^(${number})(?:\\.\\.(${number}))?(?:/(${number}))?$`);
  for (const part of written.split(',')) {
    const found = item.exec(part);
    if (!found) return `\`${part}\` is no ${unit}`;
    const [first, last, step] = found.slice(1).map((digits) => (digits === undefined ? undefined : +digits));
    // With a step, systemd forgives an end that is never reached.
    const outside = [first, step === undefined ? last : undefined].find(
      (value) => value !== undefined && (value < from || value >= to + 1),
    );
    if (outside !== undefined) return `${outside} is no ${unit}: it goes from ${from} to ${to}`;
    if (first !== undefined && last !== undefined && first > last) return `\`${part}\` runs backwards`;
    if (step === 0) return `\`${part}\` has a step of nothing`;
    if (first !== undefined && last === undefined && step !== undefined && first + step >= to + 1)
      return `\`${part}\` steps over the end: the ${unit} goes from ${from} to ${to}`;
  }
  return undefined;
}

function zoneMistake(words: readonly string[]): string | undefined {
  const [zone, next] = words;
  if (zone === undefined) return undefined;
  if (next !== undefined) return `\`${next}\` has no place there`;
  if (!/^[a-z]/i.test(zone)) return `\`${zone}\` has no place there`;
  // These are known to the host's own files alone.
  if (/^(?:posix|right)\//.test(zone)) return undefined;
  try {
    Intl.DateTimeFormat('en', { timeZone: zone });
    return undefined;
  } catch {
    return `there is no time zone \`${zone}\``;
  }
}
