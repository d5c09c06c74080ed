import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stat } from '../../src/modules/stat.ts';
import { SHELLS } from '../rig.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);

describe.each(SHELLS)('on %s', (shell) => {
  const look = async (path: string, follow = false): Promise<unknown> =>
    (await box.apply(stat, { path, follow }, { shell })).result['stat'];

  test('tells the kind, what may be done with it, and where a link leads to', async () => {
    mkdirSync(at('folder'));
    writeFileSync(at("folder/it's\n\\me"), 'x', { mode: 0o755 });
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', at('pipe')]);
    symlinkSync(`folder/it's\n\\me`, at('link'));
    symlinkSync('pipe', at('to pipe'));
    expect(await look('%/pipe')).toMatchObject({ isreg: false, isfifo: true, executable: false });
    expect(await look('/dev/null')).toMatchObject({ ischr: true, isblk: false, writeable: true });
    expect(await look(`%/folder`)).toMatchObject({ isdir: true, isfifo: false, executable: true });
    expect(await look('%/link')).toMatchObject({
      ...{ islnk: true, lnk_target: `folder/it's\n\\me`, lnk_source: at("folder/it's\n\\me") },
      ...{ readable: true, executable: true },
    });
    expect(await look('%/to pipe')).toMatchObject({ islnk: true, isfifo: false });
    expect(await look('%/to pipe', true)).toMatchObject({ islnk: false, isfifo: true });
    expect(await look('%/none')).toEqual({ exists: false });
  });
});
