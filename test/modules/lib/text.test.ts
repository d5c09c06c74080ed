import { expect, test } from 'vitest';
import { expression } from '../../../src/modules/lib/text.ts';

test.each([
  ['(?i)^AB', 'abc', true],
  ['^(?P<x>a)(?P=x)$', 'aa', true],
  [String.raw`\(?P<x`, 'P<x', true],
  [String.raw`\Ab`, 'a\nb', false],
  [String.raw`(?m)\Aa$\n^b\Z`, 'a\nb', true],
  [String.raw`a\Z`, 'a\n', false],
])('%j reads as in Python: %j is %s', (pattern, text, matches) => {
  expect(expression(pattern).test(text)).toBe(matches);
});

test('a mistake is told', () => {
  expect(() => expression('(?P<x>a')).toThrow(SyntaxError);
});
