import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LineEdit, dropLines, putLine } from '../../../src/modules/lib/line-edit.ts';

const plain = { backrefs: false, firstmatch: false };

const cases: readonly (readonly [string, string, Partial<LineEdit> & { line: string }, string])[] = [
  ['appends to an empty text', '', { line: 'x' }, 'x\n'],
  ['appends at the end', 'a\n', { line: 'x' }, 'a\nx\n'],
  ['ends a last line that has no end', 'a', { line: 'x' }, 'a\nx\n'],
  ['finds the line as it is', 'x\na\n', { line: 'x' }, 'x\na\n'],
  ['finds it without an end', 'a\nx', { line: 'x' }, 'a\nx'],
  ['finds it with the end of Windows', 'x\r\na\r\n', { line: 'x' }, 'x\r\na\r\n'],
  ['appends as Windows does', 'a\r\n', { line: 'x' }, 'a\r\nx\r\n'],
  ['replaces the last match', 'k=1\nk=2\nz\n', { line: 'k=3', regexp: '^k=' }, 'k=1\nk=3\nz\n'],
  ['replaces the first match', 'k=1\nk=2\n', { line: 'k=3', regexp: '^k=', firstmatch: true }, 'k=3\nk=2\n'],
  ['keeps the missing end of what it replaces', 'a\nk=1', { line: 'k=3', regexp: '^k=' }, 'a\nk=3'],
  ['replaces by plain text', 'a.b\naxb\n', { line: 'y', search_string: 'a.b' }, 'y\naxb\n'],
  ['takes `(?i)` as Python does', 'KEY 1\n', { line: 'key 2', regexp: '(?i)^key' }, 'key 2\n'],
  ['does not repeat a line that the expression misses', 'x\n', { line: 'x', regexp: 'nothing' }, 'x\n'],
  ['inserts after the last match', 'a\nb\na\nc\n', { line: 'x', insertafter: '^a' }, 'a\nb\na\nx\nc\n'],
  [
    'inserts after the first match',
    'a\nb\na\n',
    { line: 'x', insertafter: '^a', firstmatch: true },
    'a\nx\nb\na\n',
  ],
  ['inserts before the last match', 'a\nb\na\n', { line: 'x', insertbefore: '^a' }, 'a\nb\nx\na\n'],
  ['inserts at the beginning', 'a\n', { line: 'x', insertbefore: 'BOF' }, 'x\na\n'],
  ['inserts at the end where nothing matches', 'a\n', { line: 'x', insertbefore: 'nothing' }, 'a\nx\n'],
  ['inserts after a last line without an end', 'a', { line: 'x', insertafter: 'a' }, 'a\nx\n'],
  [
    'keeps groups',
    'port = 1 # why\n',
    { line: '\\1 2 \\g<2>', regexp: '^(port =) \\d+ (#.*)', backrefs: true },
    'port = 2 # why\n',
  ],
  ['does nothing with groups and no match', 'a\n', { line: '\\1', regexp: '(b)', backrefs: true }, 'a\n'],
  ['leaves `$&` alone', 'k\n', { line: 'a$&b$1', regexp: 'k' }, 'a$&b$1\n'],
];

test.each(cases)('%s', (_, text, edit, wanted) => {
  const once = putLine(text, { ...plain, ...edit });
  expect(once).toBe(wanted);
});

test.each([
  ['exactly this line', 'x\nxy\nx', { line: 'x' }, 'xy\n'],
  ['every match', 'k1\na\nk2\n', { regexp: '^k' }, 'a\n'],
  ['by plain text', 'a.b\naxb\n', { search_string: 'a.b' }, 'axb\n'],
  ['nothing', 'a', { line: 'b' }, 'a'],
])('removes %s', (_, text, search, wanted) => {
  expect(dropLines(text, search)).toBe(wanted);
});

test('a line that was put is found again, whatever the text', () => {
  const texts = fc
    .array(fc.constantFrom('a', 'b', 'ab', '', '\n', '\n', '\r\n'))
    .map((pieces) => pieces.join(''));
  const place = fc.constantFrom(
    {},
    { insertafter: '^a' },
    { insertbefore: '^b' },
    { insertbefore: 'BOF' },
    { regexp: '^a' },
  );
  fc.assert(
    fc.property(texts, place, fc.boolean(), (text, where, firstmatch) => {
      const edit = { ...plain, ...where, firstmatch, line: 'abc' };
      const once = putLine(text, edit);
      expect(putLine(once, edit)).toBe(once);
      expect(once.split(/\r?\n/)).toContain('abc');
    }),
    { numRuns: 1000 },
  );
});
