import { expect, test } from 'vitest';
import { alignScalar } from '../../src/language/align.ts';

/** How a scalar is typed, its value, and a word of the value that must be found in what was typed. */
test.each([
  ['plain text', 'plain text', 'text'],
  [`'it''s here'`, `it's here`, 'here'],
  [String.raw`"tab\there \u00e9 now"`, 'tab\there é now', 'now'],
  ['|\n  first\n  second word\n', 'first\nsecond word\n', 'word'],
  ['|\n    first\n      deeper here\n', 'first\n  deeper here\n', 'here'],
  ['>-\n  folded\n  over lines\n', 'folded over lines', 'lines'],
  ['plain text\n  over lines', 'plain text over lines', 'lines'],
  ['"quoted text\n  over lines"', 'quoted text over lines', 'lines'],
  ['>\n  one\n\n  two three\n', 'one\ntwo three\n', 'three'],
])('%j', (typed, value, word) => {
  const at = value.indexOf(word);
  const [start, end] = alignScalar(typed, value, at, at + word.length);
  expect(typed.slice(start, end)).toBe(word);
});
