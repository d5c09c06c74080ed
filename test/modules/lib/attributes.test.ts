import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { octalMode } from '../../../src/modules/lib/attributes.ts';
import { makeFolder } from '../../rig.ts';

const folder = makeFolder();
const file = join(folder, 'file');
const inside = join(folder, 'folder');
writeFileSync(file, '');
mkdirSync(inside);

afterAll(() => rmSync(folder, { recursive: true }));

const letters = (from: string): fc.Arbitrary<string> =>
  fc.subarray(from.split('')).map((chosen) => chosen.join(''));
const action = fc
  .tuple(fc.constantFrom('+', '-', '='), fc.oneof(letters('rwxXst'), fc.constantFrom('u', 'g', 'o')))
  .map((pieces) => pieces.join(''));
const clause = fc
  .tuple(letters('ugoa'), fc.array(action, { minLength: 1, maxLength: 2 }))
  .map(([who, actions]) => who + actions.join(''));
const modes = fc.array(clause, { minLength: 1, maxLength: 3 }).map((clauses) => clauses.join(','));

test('a symbolic mode counts as `chmod` counts it', () => {
  fc.assert(
    fc.property(modes, fc.integer({ min: 0, max: 0o7777 }), fc.boolean(), (mode, current, isFolder) => {
      const path = isFolder ? inside : file;
      chmodSync(path, current);
      execFileSync('sh', ['-c', 'umask 0; exec chmod -- "$1" "$2"', 'sh', mode, path]);
      const real = (statSync(path).mode & 0o7777).toString(8).padStart(4, '0');
      expect(octalMode(mode, current.toString(8).padStart(4, '0'), isFolder)).toBe(real);
    }),
    { numRuns: 150 },
  );
});
