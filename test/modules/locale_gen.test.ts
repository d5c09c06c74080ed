import { expect, test } from 'vitest';
import { localeGen } from '../../src/modules/locale_gen.ts';
import { complaint } from './on-shells.ts';

test.each([
  [{}, '`name` is missing'],
  [{ name: 'german' }, 'is called like'],
  [{ name: 'de_DE.UTF-8', state: 'absent', lang: 'de_DE.UTF-8' }, '`lang` is one of those'],
])('will not take %j', (params, why) => {
  expect(complaint(localeGen, params)).toContain(why);
});
