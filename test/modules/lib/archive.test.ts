import { expect, test } from 'vitest';
import { escapeName, kindOf, unescapeName, zipEntries } from '../../../src/modules/lib/archive.ts';

test.each([
  ['504b03041400', 'zip'],
  ['1f8b08000000', 'gzip'],
  ['425a68393141', 'bzip2'],
  ['fd377a585a00', 'xz'],
  ['28b52ffd0458', 'zstd'],
  ['2e2f00000000', 'tar'],
])('%s begins a %s', (bytes, kind) => {
  expect(kindOf(bytes)).toBe(kind);
});

test.each(['plain', 'back\\slash', 'new\nline', '\\n', 'größe', ''])('%j comes back as it was', (name) => {
  expect(unescapeName(escapeName(name))).toBe(name);
});

test('reads the octal bytes of tar', () => {
  expect(unescapeName('gr\\303\\274n\\ttab')).toBe('grün\ttab');
});

test('what is no zip is refused', () => {
  expect(() => zipEntries(Buffer.from('PK\u0003\u0004'))).toThrow('no whole zip');
  const end = Buffer.alloc(22);
  end.write('504b0506', 0, 'hex');
  expect(zipEntries(end)).toEqual([]);
  end.writeUInt16LE(1, 10);
  expect(() => zipEntries(end)).toThrow(RangeError);
});
