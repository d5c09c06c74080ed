import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadInventory } from '../../src/language/index.ts';
import { bootRehearsal, type Rehearsal } from '../../src/rehearsal/index.ts';
import { homerun, named, root } from './house.ts';
import { canRehearse } from './possible.ts';

describe.skipIf(!(await canRehearse('a house by homerun init')))('a house by homerun init', () => {
  const folder = mkdtempSync(join(tmpdir(), 'homerun-init-hosts-'));
  const env = { HOME: join(folder, 'home'), XDG_CONFIG_HOME: '' };
  const inventory = join(folder, 'house/inventory.yaml');
  let house: Rehearsal;

  beforeAll(async () => {
    mkdirSync(env.HOME);
    execFileSync(
      process.execPath,
      [join(root, 'dist/cli.js'), 'init', join(folder, 'house'), '--yes', '--no-secrets'],
      {
        env: { ...process.env, ...env },
        stdio: 'ignore',
      },
    );
    house = await bootRehearsal(loadInventory(inventory), {
      log: () => undefined,
      directory: '/run/homerun-rehearsal-init',
    });
  });
  afterAll(async () => {
    await house.down();
    rmSync(folder, { recursive: true });
  });

  test('stands up from its own files: the plan of the bootstrap is what the run then does', async () => {
    const bootstrap = join(folder, 'house/playbooks/bootstrap.yaml');
    const planned = await homerun(house, ['plan', bootstrap, '--detailed-exitcode'], { inventory, env });
    expect(planned.code, planned.stderr).toBe(4);
    const ran = await homerun(house, ['run', bootstrap], { inventory, env });
    expect(ran.code, ran.stderr).toBe(0);
    expect(named(ran, 'changed')).toEqual(named(planned, 'changed'));
    const again = await homerun(house, ['run', bootstrap, '--detailed-exitcode'], { inventory, env });
    expect(again.code, again.stderr).toBe(0);
    expect(named(again, 'changed')).toEqual([]);
  });
});
