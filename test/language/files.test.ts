import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadFiles } from '../../src/language/files.ts';
import { makeFolder } from '../rig.ts';

let folder = '';
beforeEach(() => {
  folder = makeFolder();
  mkdirSync(join(folder, 'sub/empty'), { recursive: true });
  writeFileSync(join(folder, 'sub/b'), 'b');
  writeFileSync(join(folder, 'a'), 'a');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a folder: what is in it, and what its links lead to', () => {
  symlinkSync('a', join(folder, 'link'));
  symlinkSync('sub', join(folder, 'way'));
  const { files, folders } = loadFiles(folder);
  const texts = files.map(({ path, bytes }) => `${path}=${Buffer.from(bytes).toString()}`);
  expect(texts).toEqual(['a=a', 'link=a', 'sub/b=b', 'way/b=b']);
  expect(folders).toEqual(['sub', 'sub/empty', 'way', 'way/empty']);
});

test.each([
  ['nowhere', 'none', 'ENOENT'],
  ['around', '..', 'is a link to a folder that it is in'],
])('a link that leads %s is told', (_, target, why) => {
  symlinkSync(target, join(folder, 'sub/link'));
  expect(() => loadFiles(folder)).toThrow(why);
});
