import { expect, test } from 'vitest';
import { screen } from '../../src/modules/screen.ts';
import { complaint, summaries } from './on-shells.ts';

const asked = { name: 'job', command: 'run it', chdir: '~/it' };
const none = { problem: '', hint: '', sessions: [], command: '', same: false };

test('starts, restarts, ends, and leaves alone', () => {
  expect(summaries(screen, none, asked)).toEqual(['start the session job']);
  const other = { ...none, sessions: ['1'], command: 'cd || exit\nrun' };
  expect(summaries(screen, other, { ...asked, user: 'pi' })).toEqual(['restart the session job of pi']);
  expect(summaries(screen, { ...other, same: true }, asked)).toEqual([]);
  expect(summaries(screen, other, { name: 'job', state: 'absent' })).toEqual(['end the session job']);
  expect(summaries(screen, none, { name: 'job', state: 'absent' })).toEqual([]);
});

test.each([
  [{ name: 'a b', command: 'x' }, '`name` begins with a letter'],
  [{ name: 'job' }, '`command` is missing'],
])('will not take %j', (params, why) => {
  expect(complaint(screen, params)).toContain(why);
});
