import { expect, test } from 'vitest';
import { aptRepository } from '../../src/modules/apt_repository.ts';
import { deb822Repository } from '../../src/modules/deb822_repository.ts';
import { complaint } from './on-shells.ts';

const asked = { name: 'x', uris: 'https://example.com/', suites: 'bookworm', components: 'main' };

test.each([
  [{ ...asked, name: '../x' }, '`name` takes'],
  [{ name: 'x' }, '`uris` and `suites` are missing'],
  [{ ...asked, components: [] }, '`components` is missing'],
  [{ ...asked, signed_by: 'http://example.com/key' }, 'proves nothing'],
  [{ ...asked, signed_by: 'A1B2C3' }, '`signed_by` is'],
  [{ ...asked, uris: 'https://example.com/ x' }, 'holds a blank'],
])('deb822_repository will not take %j', (params, why) => {
  expect(complaint(deb822Repository, params)).toContain(why);
});

test('it takes what is complete, and a plain folder without components', () => {
  expect(complaint(deb822Repository, asked)).toBeUndefined();
  expect(complaint(deb822Repository, { ...asked, suites: './', components: [] })).toBeUndefined();
  expect(complaint(deb822Repository, { name: 'x', state: 'absent' })).toBeUndefined();
});

test.each([
  ['https://example.com bookworm main'],
  ['deb bookworm main'],
  ['deb https://x y\ndeb https://x z'],
])('apt_repository will not take %j', (repo) => {
  expect(complaint(aptRepository, { repo })).toContain('`repo` is a line like');
});
