import { expect, test } from 'vitest';
import { calendarErrors } from '../../../src/modules/lib/unit-calendar.ts';

test.each([
  [{ Timer: { OnCalendar: '*-*-* 02:30' } }, []],
  [{ Timer: { OnCalendar: ['', 'daily', '*-*-* %i:00'] } }, []],
  [{ Timer: { OnBootSec: 60 } }, []],
  [{ Service: { OnCalendar: 'never' } }, []],
  [{ Timer: { OnCalendar: '25:00' } }, [['unit', 'Timer', 'OnCalendar']]],
  [{ Timer: { OnCalendar: ['daily', 'dayly'] } }, [['unit', 'Timer', 'OnCalendar', 1]]],
])('the times of %j', (unit, paths) => {
  expect(calendarErrors(unit, undefined).map(({ path }) => path)).toEqual(paths);
});

test('the times of a unit as text', () => {
  const content = '[Unit]\nDescription=x\n[Timer]\n# OnCalendar=x\nOnCalendar = dayly\nOnCalendar=daily\n';
  expect(calendarErrors(undefined, content)).toEqual([
    {
      path: ['content'],
      message:
        'systemd cannot read `dayly` as a time: `dayly` is neither a day of the week nor a word like daily',
    },
  ]);
});
