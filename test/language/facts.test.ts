import { expect, test } from 'vitest';
import { FACTS, factMistake } from '../../src/language/facts.ts';
import { factsShape } from '../../src/modules/setup.ts';

test('the facts that are checked are the facts that are read', () => {
  expect(FACTS).toEqual(factsShape);
});

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
