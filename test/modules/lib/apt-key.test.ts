import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ARMOUR, compareKey, fetchKey } from '../../../src/modules/lib/apt-key.ts';
import { SHELLS, localShell, makeFolder } from '../../rig.ts';

const bytes = Buffer.from([0x99, 0, 1, 2, 10, 10, 255, 0]);
const armoured = `${ARMOUR}\n\nmQABAgoK/wA=\n-----END PGP PUBLIC KEY BLOCK-----\n`;
const other = `${ARMOUR}\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----\n`;

let folder = '';
beforeEach(() => (folder = makeFolder()));
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(SHELLS)('on %s', (shell) => {
  const run = (script: ReturnType<typeof compareKey>) => localShell(shell, folder)(script);
  const given = (): string => join(folder, 'given');
  const own = (): string => join(folder, 'keyrings/own.asc');
  const url = (): string => `file://${given()}`;

  test.each([
    ['armour', armoured],
    ['bytes', bytes],
  ])('a key as %s is put into armour, and known again', async (_form, key) => {
    writeFileSync(given(), key);
    expect((await run(fetchKey(url(), own()))).stderr).toBe('');
    expect(readFileSync(own(), 'utf8')).toBe(armoured);
    expect((await run(compareKey(url(), own()))).stdout).toBe('');
  });

  test('another key is noticed, as text and as bytes', async () => {
    writeFileSync(given(), other);
    await run(fetchKey(url(), own()));
    for (const key of [armoured, bytes]) {
      writeFileSync(given(), key);
      expect((await run(compareKey(url(), own()))).stdout).toBe('rotated=yes\n');
    }
  });

  test('what is no key takes the place of none', async () => {
    writeFileSync(given(), armoured);
    await run(fetchKey(url(), own()));
    for (const page of ['<html>log in</html>', '', undefined]) {
      if (page === undefined) rmSync(given());
      else writeFileSync(given(), page);
      expect((await run(compareKey(url(), own()))).stdout).toBe('');
      const fetched = await run(fetchKey(url(), own()));
      expect([fetched.code, fetched.stderr]).toEqual([1, expect.stringContaining('cannot get the key: ')]);
      expect(readFileSync(own(), 'utf8')).toBe(armoured);
    }
  });
});
