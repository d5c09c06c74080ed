import { expect, test } from 'vitest';
import { sumInList } from '../../../src/modules/lib/checksum.ts';

const SUM = 'a'.repeat(64);

test.each([
  ['GNU', [`${'b'.repeat(64)}  other`, `${SUM}  tool.tar`]],
  ['GNU, binary, in a folder', [`${SUM} *./release/tool.tar`]],
  ['BSD', [`SHA256 (tool.tar) = ${SUM.toUpperCase()}`]],
  ['alone', [SUM]],
])('finds a sum in a list: %s', (_, lines) => {
  expect(sumInList(lines, 'tool.tar', 'sha256')).toBe(SUM);
});

test.each([
  ['of another file', [`${SUM}  tool.tar.asc`]],
  ['of another length', [`${'a'.repeat(40)}  tool.tar`]],
  ['alone among others', [SUM, SUM]],
])('takes none %s', (_, lines) => {
  expect(sumInList(lines, 'tool.tar', 'sha256')).toBeUndefined();
});
