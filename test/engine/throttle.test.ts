import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { sh } from '../../src/model/script.ts';
import { temporaryFolder } from '../temporary.ts';
import { host, runTasks, scripts, task } from './rig.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

const hosts = ['one', 'two', 'three'].map(host);

test('no more hosts at a time than the task allows', async () => {
  const alone = sh`mkdir ${join(folder, 'lock')} && sleep 0.1 && rmdir ${join(folder, 'lock')}`;
  const { recap } = await runTasks([task(scripts, { scripts: [alone] }, { throttle: 1 })], { hosts });
  expect(recap.map(({ changed, failed }) => [changed, failed])).toEqual([
    [1, 0],
    [1, 0],
    [1, 0],
  ]);
});

test('who waits for its turn does nothing once the play has ended for everybody', async () => {
  const breaks = sh`echo ran >>${join(folder, 'ran')}; exit 1`;
  const { recap } = await runTasks([task(scripts, { scripts: [breaks] }, { throttle: 1 })], {
    hosts,
    maxFailPercentage: 0,
  });
  expect(existsSync(join(folder, 'ran')) && readFileSync(join(folder, 'ran'), 'utf8')).toBe('ran\n');
  expect(recap.map(({ failed }) => failed)).toEqual([1, 0, 0]);
});
