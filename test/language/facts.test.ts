import { expect, test } from 'vitest';
import { factMistake } from '../../src/language/facts.ts';

test.each([
  [['os', 'family'], undefined],
  [['interfaces', 'anything'], undefined],
  [['os', 'famly'], { message: '`facts.os` has no `famly`', hint: 'did you mean `family`?' }],
  [
    ['constructor'],
    { message: '`facts` has no `constructor`', hint: expect.stringContaining('it has os, kernel') as string },
  ],
])('%j', (path, expected) => {
  expect(factMistake(path)).toEqual(expected);
});
