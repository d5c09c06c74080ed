import { spawnSync } from 'node:child_process';
import { array, constantFrom, integer, oneof, sample, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calendarMistake } from '../../src/model/calendar.ts';

const systemd = spawnSync('systemd-analyze', ['--version']).status === 0;

/** What systemd itself says. */
function isRead(expression: string): boolean {
  return spawnSync('systemd-analyze', ['calendar', '--', expression]).status === 0;
}

const right = [
  ...['daily', 'Weekly', 'hourly UTC', 'semi-annually', 'anually', 'quarterly'],
  ...['*-*-* 02:30', '*-*-*  2:30', '2:30', '5:10', '*:0/15', '*:*:1/2.5', '2:30:00/5', '1..5:00', '00/2:00'],
  ...['Mon', 'mon *-*-* 2:30', 'Mon..Fri', 'Mon-Fri 5:00', 'Mon,Thu,', 'Mon..Mon', 'Saturday,sun 03:00'],
  ...['*-*', '02-30', '*-*~1', '*~1', '*-1/3-1', '*-*-1,15 3:00', '99-1-1', '2012-10-15 1:2:3'],
  ...['2:30 Europe/Berlin', '*-*-* 2:30 UTC', '@1395716396'],
];
const wrong: readonly (readonly [string, string])[] = [
  ['', 'it is empty'],
  ['5', '`5` is neither a date nor a time of day'],
  ['0 3 * * *', '`0` is neither a date nor a time of day'],
  ['2.30', '`2.30` is neither a date nor a time of day'],
  ['-5:00', '`-5:00` is neither a date nor a time of day'],
  ['every day', '`every` is neither a day of the week nor a word like daily'],
  ['Mondy 3:00', '`Mondy` is neither a day of the week nor a word like daily'],
  ['Mon,,Tue', '`` is neither a day of the week nor a word like daily'],
  ['Fri..Mon', '`Fri..Mon` runs backwards: the week begins on Monday'],
  ['Mon,Tue 5', '`5` has no place there'],
  ['25:00', '25 is no hour: it goes from 0 to 23'],
  ['23:60', '60 is no minute: it goes from 0 to 59'],
  ['2:30:60', '60 is no second: it goes from 0 to 59'],
  ['2:30am', '`30am` is no minute'],
  ['*/2:00', '`*/2` is no hour'],
  ['*:5..3', '`5..3` runs backwards'],
  ['*:0/0', '`0/0` has a step of nothing'],
  ['0:0/90', '`0/90` steps over the end: the minute goes from 0 to 59'],
  ['3:5:7:9', '`3:5:7:9` is no time of day'],
  ['*-13-*', '13 is no month: it goes from 1 to 12'],
  ['*-*-32', '32 is no day: it goes from 1 to 31'],
  ['2200-01-01', '2200 is no year: it goes from 0 to 2199'],
  ['*-*-* 2:30 Europe/Nowhere', 'there is no time zone `Europe/Nowhere`'],
  ['Mon *-*-* 3:00 3:00', '`3:00` has no place there'],
];

test.each(right)('%s is taken', (expression) => {
  expect(calendarMistake(expression)).toBeUndefined();
});

test.each(wrong)('%s is refused', (expression, reason) => {
  expect(calendarMistake(expression)).toBe(reason);
});

describe.skipIf(!systemd)('systemd', () => {
  test('says the same of all of these', () => {
    expect(right.filter((expression) => !isRead(expression))).toEqual([]);
    expect(wrong.filter(([expression]) => isRead(expression))).toEqual([]);
  });

  test('refuses whatever is refused here', () => {
    const refused = sample(expressions, 120).filter(
      (expression) => calendarMistake(expression) !== undefined,
    );
    expect(refused.length).toBeGreaterThan(20);
    expect(refused.filter(isRead)).toEqual([]);
  });
});

const number = oneof(integer({ min: 0, max: 70 }).map(String), constantFrom('00', '*', '05', '2.5'));
const item = oneof(
  { weight: 4, arbitrary: number },
  tuple(number, number).map(([from, to]) => `${from}..${to}`),
  tuple(number, number).map(([from, step]) => `${from}/${step}`),
  tuple(number, number, number).map(([from, to, step]) => `${from}..${to}/${step}`),
);
const unit = array(item, { minLength: 1, maxLength: 2 }).map((items) => items.join(','));
const date = tuple(constantFrom('', '*-', '2026-', '26-'), unit, constantFrom('-', '~'), unit).map((parts) =>
  parts.join(''),
);
const time = array(unit, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(':'));
const day = constantFrom('Mon', 'tuesday', 'Sun', 'Fri..Mon', 'Tue-Thu', 'Mon,Fri', 'Someday', 'Sat,');
const zone = constantFrom('UTC', 'Europe/Berlin', 'Europe/Nowhere', 'never');
const word = oneof(date, time, day, zone, constantFrom('daily', 'weekly', 'fortnightly', '*', '0'));
const expressions = oneof(
  tuple(day, date, time).map((parts) => parts.join(' ')),
  tuple(date, time).map((parts) => parts.join(' ')),
  tuple(time, zone).map((parts) => parts.join(' ')),
  array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' ')),
);
