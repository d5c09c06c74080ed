import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tempfile } from '../../src/modules/tempfile.ts';
import { SHELLS } from '../rig.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();

test.each(SHELLS)('makes something new each time, for its owner alone, on %s', async (shell) => {
  const params = { path: '%', prefix: "-it's ", suffix: ' ü.txt' };
  const made = async (state: string): Promise<string> =>
    (await box.apply(tempfile, { ...params, state }, { shell, repeats: true })).result['path'] as string;
  const [file, other, folder] = [await made('file'), await made('file'), await made('directory')];
  expect(new Set([file, other, folder]).size).toBe(3);
  expect(file).toMatch(/\/-it's \w{8} ü\.txt$/);
  expect([statSync(file).mode, statSync(folder).mode]).toEqual([0o100600, 0o40700]);
});

test('says where it cannot', async () => {
  const { failure } = await box.apply(tempfile, { path: '%/none' });
  expect(failure?.failed).toContain('none is not a folder');
});
