import { describe, expect, test } from 'vitest';
import { type IniOption, dropOption, dropSection, putOption } from '../../../src/modules/lib/ini-edit.ts';

const usual = { exclusive: true, no_extra_spaces: false, ignore_spaces: false, modify_inactive_option: true };
const put = (text: string, asked: Partial<IniOption>): string => {
  const all = { ...usual, values: [], ...asked };
  const result = putOption(text, all);
  expect(putOption(result, all)).toBe(result);
  return result;
};
const TEXT = '# top\nglobal=1\n\n[a]\nx = 1\n# y = 2\n\n; end\n[b]\nx=2\n';

describe('an option', () => {
  test.each([
    [{ section: 'a', option: 'x', values: ['9'] }, 'x = 1\n', 'x = 9\n'],
    [{ section: 'b', option: 'x', values: ['2'] }, 'x=2\n', 'x = 2\n'],
    [{ section: 'b', option: 'x', values: ['2'], ignore_spaces: true }, '', ''],
    [{ section: 'b', option: 'x', values: ['3'], no_extra_spaces: true }, 'x=2\n', 'x=3\n'],
    [{ section: 'a', option: 'y', values: ['2'] }, '# y = 2\n', 'y = 2\n'],
    [
      { section: 'a', option: 'y', values: ['2'], modify_inactive_option: false },
      'x = 1\n',
      'x = 1\ny = 2\n',
    ],
    [{ section: 'a', option: 'z', values: ['a', 'b', 'a'] }, 'x = 1\n', 'x = 1\nz = a\nz = b\n'],
    [{ section: 'a', option: 'alone' }, 'x = 1\n', 'x = 1\nalone\n'],
    [{ option: 'global', values: ['0'] }, 'global=1\n', 'global = 0\n'],
    [{ option: 'other', values: [''] }, 'global=1\n', 'global=1\nother =\n'],
    [{ section: 'c', option: 'x', values: ['1'] }, 'x=2\n', 'x=2\n[c]\nx = 1\n'],
    [{ section: 'c' }, 'x=2\n', 'x=2\n[c]\n'],
    [{ section: 'a', option: 'x', values: ['2'], exclusive: false }, 'x = 1\n', 'x = 1\nx = 2\n'],
  ])('%j', (asked, old, now) => {
    expect(put(TEXT, asked)).toBe(TEXT.replace(old, now));
  });

  test('other lines with it go, comments stay where it stands for good', () => {
    const text = '[a]\n#x = 0\nx = 1\nx = 2\n';
    expect(put(text, { section: 'a', option: 'x', values: ['2'] })).toBe('[a]\n#x = 0\nx = 2\n');
  });

  test('a remark with the same value comes first, and one with another stays where others may', () => {
    const text = '[a]\n#x = 1\n#x = 5\ny = 0\n';
    expect(put(text, { section: 'a', option: 'x', values: ['3', '5'] })).toBe('[a]\nx = 3\nx = 5\ny = 0\n');
    expect(put(text, { section: 'a', option: 'x', values: ['5', '3'], exclusive: false })).toBe(
      '[a]\n#x = 1\nx = 5\ny = 0\nx = 3\n',
    );
  });

  test('of several sections of one name the last one counts, a mark of Unicode in front does not', () => {
    const text = '\uFEFF[a]\nx = 1\n[b]\n[a]\nx = 2\n';
    expect(put(text, { section: 'a', option: 'x', values: ['3'] })).toBe(text.replace('2', '3'));
    expect(put('\uFEFF[a]\n', { section: 'a', option: 'x', values: ['3'] })).toBe('\uFEFF[a]\nx = 3\n');
  });

  test('keeps the ends of lines, and gives the last one an end', () => {
    expect(put('[a]\r\nx = 1', { section: 'a', option: 'y', values: ['1'] })).toBe(
      '[a]\r\nx = 1\r\ny = 1\r\n',
    );
    expect(put('', { option: 'y', values: ['1'] })).toBe('y = 1\n');
    expect(put('[a]\n', { option: 'y', values: ['1'] })).toBe('y = 1\n[a]\n');
  });
});

describe('what shall not be there', () => {
  test('an option, all of it or only one of its values', () => {
    const text = '[a]\nx = 1\nx=2\n#x = 3\n[b]\nx = 1\n';
    const asked = { ...usual, section: 'a', option: 'x', values: [] };
    expect(dropOption(text, asked)).toBe('[a]\n#x = 3\n[b]\nx = 1\n');
    expect(dropOption(text, { ...asked, exclusive: false, values: ['2'] })).toBe(
      '[a]\nx = 1\n#x = 3\n[b]\nx = 1\n',
    );
    expect(dropOption(text, { ...asked, section: 'c' })).toBe(text);
  });

  test('a section', () => {
    expect(dropSection(TEXT, 'a')).toBe('# top\nglobal=1\n\n[b]\nx=2\n');
    expect(dropSection(TEXT, 'c')).toBe(TEXT);
    expect(dropSection('[a]\nx=1\n[b]\n[a]\ny=1\n', 'a')).toBe('[b]\n');
    const asked = { ...usual, section: 'a', option: 'x', values: [] };
    expect(dropOption('[a]\nx=1\n[b]\n[a]\nx=2\n', asked)).toBe('[a]\n[b]\n[a]\n');
  });
});
