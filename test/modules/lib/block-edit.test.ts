import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BlockEdit, putBlock } from '../../../src/modules/lib/block-edit.ts';

const plain = { begin: '# BEGIN', end: '# END', prepend_newline: false, append_newline: false };

const cases: readonly (readonly [string, string, Partial<BlockEdit> & { block: string }, string])[] = [
  ['to an empty text', '', { block: 'x' }, '# BEGIN\nx\n# END\n'],
  ['at the end', 'a', { block: 'x\ny\n' }, 'a\n# BEGIN\nx\ny\n# END\n'],
  ['in place of the old one', 'a\n# BEGIN\nold\n# END\nb', { block: 'x' }, 'a\n# BEGIN\nx\n# END\nb'],
  ['as Windows does', 'a\r\n', { block: 'x\n' }, 'a\r\n# BEGIN\r\nx\r\n# END\r\n'],
  ['after a line', 'a\nb\n', { block: 'x', insertafter: '^a' }, 'a\n# BEGIN\nx\n# END\nb\n'],
  ['before a line', 'a\nb\n', { block: 'x', insertbefore: '^b' }, 'a\n# BEGIN\nx\n# END\nb\n'],
  ['at the beginning', 'a\n', { block: 'x', insertbefore: 'BOF' }, '# BEGIN\nx\n# END\na\n'],
  [
    'with empty lines around it',
    'a\nb\n',
    { block: 'x', insertafter: '^a', prepend_newline: true, append_newline: true },
    'a\n\n# BEGIN\nx\n# END\n\nb\n',
  ],
  ['away', 'a\n# BEGIN\nold\n# END\nb\n', { block: '' }, 'a\nb\n'],
  ['nowhere, where it is not', 'a', { block: '' }, 'a'],
  ['over markers in the wrong order', '# END\nold\n# BEGIN\n', { block: 'x' }, '# BEGIN\nx\n# END\n'],
];

test.each(cases)('puts a block %s', (_, text, edit, wanted) => {
  const whole = { ...plain, ...edit };
  expect(putBlock(text, whole)).toBe(wanted);
  expect(putBlock(wanted, whole)).toBe(wanted);
});

test('finds its block beside markers that went astray', () => {
  const block = '# BEGIN\nx\n# END\n';
  for (const text of [`# BEGIN\na\n${block}# END\n`, `${block}b\n# BEGIN\n`, `# END\n${block}`])
    expect(putBlock(text, { ...plain, block: 'y' })).toBe(text.replace('x', 'y'));
});

test('a block that was put is found again, whatever the text', () => {
  const texts = fc
    .array(fc.constantFrom('a', 'b', '# BEGIN', '# END', '', '\n', '\n'))
    .map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(texts, fc.boolean(), fc.boolean(), (text, prepend, append) => {
      const edit = {
        ...plain,
        block: 'x\n\ny',
        insertafter: '^a',
        prepend_newline: prepend,
        append_newline: append,
      };
      const once = putBlock(text, edit);
      expect(putBlock(once, edit)).toBe(once);
    }),
    { numRuns: 1000 },
  );
});
