import { describe, expect, test } from 'vitest';
import { expression, strayReference } from '../../../src/modules/lib/regexp.ts';

test.each([
  ['(?i)^AB', 'abc', true],
  ['^(?P<x>a)(?P=x)$', 'aa', true],
  [String.raw`\(?P<x`, 'P<x', true],
  [String.raw`\Ab`, 'a\nb', false],
  [String.raw`(?m)\Aa$\n^b\Z`, 'a\nb', true],
  [String.raw`a\Z`, 'a\n', false],
  ['^[]a]+$', 'a]', true],
  ['^[^]a]+$', 'b]', false],
  ['^[[:b]+$', '[:b', true],
  ['^[\\w-]+$', 'a-b', true],
  [String.raw`^[\]\-\"@]+$`, ']-"@', true],
  ['^a{,2}b$', 'aab', true],
  ['^a{2}$', 'aa', true],
  ['^{x},}]$', '{x},}]', true],
  [String.raw`^\@\"\ \#\-\/\'$`, `@" #-/'`, true],
  ['a(?#a remark)b', 'ab', true],
  ['^.$', '😀', true],
  ['^[€😀]$', '😀', true],
  ['^.$', '\u2028', true],
  ['(?s)a.b', 'a\nb', true],
  ['a.b', 'a\nb', false],
])('%j reads as in Python: %j is %s', (pattern, text, matches) => {
  expect(expression(pattern).test(text)).toBe(matches);
});

test.each(['(?P<x>a', 'a**', '[b-a]', '[a', String.raw`\1`, String.raw`\y`])('%j is a mistake', (pattern) => {
  expect(() => expression(pattern)).toThrow(SyntaxError);
});

describe('a reference to a group', () => {
  test.each([
    ['(a)(?P<n>b)', String.raw`\1\2\g<2>\g<n>\0\g<0>\n\\3`, undefined],
    ['(a)', String.raw`\10`, String.raw`\10`],
    ['a', String.raw`x\1`, String.raw`\1`],
    ['(?P<n>a)', String.raw`\g<m>`, String.raw`\g<m>`],
  ])('%j has all of %j: not %s', (pattern, replacement, stray) => {
    expect(strayReference(pattern, replacement)).toBe(stray);
  });
});
