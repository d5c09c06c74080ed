import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitWords } from '../../src/model/words.ts';

test.each([
  ['a  b\tc', ['a', 'b', 'c']],
  [`echo 'it''s' "a b"c`, ['echo', 'its', 'a bc']],
  [`'' ""`, ['', '']],
  [String.raw`a\ b "\"\\\n" '\'`, ['a b', String.raw`"\\n`, '\\']],
  ['', []],
])('%j', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

test.each([`it's`, '"', `'a" "b`])('%j is not closed', (line) => {
  expect(splitWords(line)).toBeUndefined();
});

test('words are those of a real shell', () => {
  const pieces = fc.constantFrom('a', 'b', ' ', '\n', "'", '"', '\\\\', '\\"', '\\ ', "\\'", 'ü');
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
      (line) => {
        const words = splitWords(line);
        fc.pre(words !== undefined && !line.includes('\n'));
        const real = execFileSync('sh', ['-c', `for w in ${line}; do printf '%s\\0' "$w"; done`]).toString();
        expect(words).toEqual(real.split('\0').slice(0, -1));
      },
    ),
    { numRuns: 150 },
  );
});
