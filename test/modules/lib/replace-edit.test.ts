import { expect, test } from 'vitest';
import { replaceIn } from '../../../src/modules/lib/replace-edit.ts';

test.each([
  ['every line', 'a\nba\na\n', { regexp: '^a$', replace: 'x' }, 'x\nba\nx\n'],
  ['several lines at once', 'a\nb\nc', { regexp: 'a\\nb\\n', replace: '' }, 'c'],
  ['groups', 'k=v', { regexp: '(?<key>k)=(v)', replace: '\\2=\\g<key>\\g<1>' }, 'v=kk'],
  ['escapes, and no patterns of JavaScript', 'a', { regexp: 'a', replace: '$&\\n\\\\1' }, '$&\n\\1'],
  ['any case', 'A a', { regexp: '(?i)a', replace: 'b' }, 'b b'],
  ['behind the first match', 'a[a[a', { regexp: 'a', replace: 'x', after: '\\[' }, 'a[x[x'],
  ['in front of the last', 'a]a]a', { regexp: 'a', replace: 'x', before: '\\]' }, 'x]x]a'],
  ['between', 'a[a]a]a', { regexp: 'a', replace: 'x', after: '\\[', before: '\\]' }, 'a[x]a]a'],
  ['marks over several lines', 'a\n1\n2\na', { regexp: 'a', replace: 'x', after: '1.2' }, 'a\n1\n2\nx'],
  ['lines that end with CRLF', 'a\r\n\r\nb', { regexp: '^(.*)$', replace: '# \\1' }, '# a\r\n# \r\n# b'],
  ['whole characters', 'a😀\nb\u2028', { regexp: '.$', replace: 'x' }, 'ax\nbx'],
  ['no group is cut in two', 'a', { regexp: '(a)', replace: '\\g<1>0\\t' }, 'a0\t'],
  ['nothing where a mark is missing', 'a', { regexp: 'a', replace: 'x', after: 'b' }, 'a'],
  ['nothing where the other is', 'a', { regexp: 'a', replace: 'x', before: 'b' }, 'a'],
])('%s', (_, text, asked, wanted) => {
  expect(replaceIn(text, asked)).toBe(wanted);
});
