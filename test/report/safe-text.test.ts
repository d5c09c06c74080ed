import { assert, nat, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { cellWidth, truncate } from '../../src/report/cells.ts';
import { makeSafe, safeText } from '../../src/report/safe-text.ts';

test.each([
  ['plain ✓ é 日本', 'plain ✓ é 日本'],
  ['\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
  ['title\x1b]0;x\x07', 'title\\x1b]0;x\\x07'],
  ['\x9b2J', '\\x9b2J'],
  ['50%\r100%', '50%\\r100%'],
  ['dos\r\nline', 'dos\nline'],
  ['a\tb\nc', 'a\tb\nc'],
  ['back\b\x7f', 'back\\x08\\x7f'],
  ['if \u202e{', 'if \\u202e{'],
  ['half \ud83d', 'half \\ud83d'],
  ['whole \u{1f600}', 'whole \u{1f600}'],
])('%j is shown as %j', (text, shown) => {
  expect(safeText(text)).toBe(shown);
});

test('nothing that moves a cursor is left, whatever a host says', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      // oxlint-disable-next-line no-control-regex
      expect(makeSafe({ deep: [text] }).deep[0]).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
    }),
  );
});

test.each([
  ['abc', 3],
  ['日本', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['👩‍🔧', 2],
  ['✓ ok', 4],
  ['🇩🇪', 2],
])('%j is %i cells wide', (text, width) => {
  expect(cellWidth(text)).toBe(width);
});

test('a cut text is never wider than asked, and a text that fits is left alone', () => {
  assert(
    property(string({ unit: 'grapheme' }), nat(30), (text, width) => {
      const cut = truncate(text, width);
      expect(cellWidth(cut)).toBeLessThanOrEqual(width);
      expect(cut === text).toBe(cellWidth(text) <= width);
    }),
  );
});

test('a cut text ends in an ellipsis', () => {
  expect(truncate('Configure dnsmasq', 10)).toBe('Configure…');
  expect(truncate('日本語', 4)).toBe('日…');
});
