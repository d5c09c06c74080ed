import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadInventory } from '../../src/language/index.ts';
import { bootRehearsal, type Rehearsal } from '../../src/rehearsal/index.ts';
import { bringBack, manifest } from './backup-check.ts';
import { checks, type Check } from './checks.ts';
import { command, joinDevices, type Built } from './devices.ts';
import { homerun, named, type Ran } from './house.ts';
import { secrets, writeInventory, type Vpn } from './house-inventory.ts';
import { Ledger } from './ledger.ts';
import { canBeOpened, leaksDuring, refuseLeaks } from './leaks.ts';
import { canRehearse } from './possible.ts';

/**
 * The whole house on hosts of one Debian release, by one kind of tunnel: built, run again, rebooted, and reset, each
 * followed by the same checks of shared/house.md.
 */
export async function proveHouse({ vpn, suite }: { vpn: Vpn; suite: string }): Promise<void> {
  const title = `the house with ${vpn} on ${suite}`;
  describe.skipIf(!(await canRehearse(title)))(title, () => {
    const ledger = new Ledger(title);
    let house: Rehearsal;
    let folder = '';
    let inventory = '';
    let built: Built;
    const site = (...more: string[]): Promise<Ran> =>
      homerun(house, ['run', 'playbooks/site.yaml', '-e', JSON.stringify(secrets), ...more], { inventory });
    const unchanged: Check = async () => {
      const again = await site();
      expect([named(again, 'failed'), again.code]).toEqual([[], 0]);
      expect(named(again, 'changed')).toEqual([]);
    };
    const everything = { ...checks, 'H9  a run changes nothing': unchanged };
    /** Does something to the house, and runs every check afterwards, with some that are of this stage alone. */
    const stage = async (
      name: string,
      whole: string,
      change: () => Promise<void>,
      own: Readonly<Record<string, Check>> = {},
    ): Promise<readonly string[]> => {
      let trouble: unknown;
      const leaks = await leaksDuring(built, async (ear) => {
        await ear.forget();
        await change().catch((error: unknown) => (trouble = error));
      });
      const held = await ledger.record(name, built, {
        'H3  nothing leaked meanwhile': async () => refuseLeaks(leaks),
        ...own,
        ...everything,
      });
      const summary = await ledger.record(name, built, {
        [whole]: async () => {
          if (trouble !== undefined) throw trouble;
          expect(held).toEqual([]);
        },
      });
      return [...summary, ...held];
    };

    beforeAll(async () => {
      const directory = mkdtempSync('/run/homerun-test-house-');
      // Booting empties the folder, so the inventory has one of its own.
      folder = mkdtempSync(join(tmpdir(), 'homerun-test-'));
      inventory = writeInventory(folder, vpn);
      house = await bootRehearsal(loadInventory(inventory), { log: () => undefined, directory, suite });
    });
    afterAll(async () => {
      console.log(ledger.table());
      await house?.down();
      rmSync(folder, { recursive: true, force: true });
    });

    test('one run builds it, and everything holds', async () => {
      const first = await site();
      expect(failures(first)).toEqual([]);
      expect(first.code).toBe(0);
      built = await joinDevices(house, vpn, inventory);
      const opened = { 'H3  it can be turned off': canBeOpened };
      expect(await ledger.record('first run', built, { ...opened, ...everything })).toEqual([]);
    });

    test('H7: it all holds again after a reboot of the Pi, without a run', async () => {
      const whole = 'H7  all of it again after a reboot of the Pi';
      expect(await stage('Pi rebooted', whole, async () => house.reboot('pi'))).toEqual([]);
    });

    test('H8: it all holds again after a reboot of the VPN server', async () => {
      const whole = 'H8  all of it again after a reboot of the VPN server';
      expect(await stage('server rebooted', whole, async () => house.reboot('vpn'))).toEqual([]);
    });

    test('H10: after a reset of the SD card the new key is noticed, and one command brings all of it back', async () => {
      const kept = await manifest(built);
      const broken = await stage(
        'card reset',
        'H10 all of it again on a new card, whose key is trusted only when asked',
        async () => {
          const keys = readFileSync(house.knownHosts, 'utf8');
          await house.reset('pi');
          const refused = await site('--limit', 'pi');
          expect(refused.code).toBe(3);
          const lost = refused.events.find((event) => event.kind === 'host-unreachable');
          expect(lost?.failure.failed).toMatch(/SHA256:[^]*SHA256:/);
          expect(readFileSync(house.knownHosts, 'utf8')).toBe(keys);
          command(house, inventory, 'trust', '--replace', '--yes', 'pi');
          const again = await site('--limit', 'pi');
          expect(failures(again)).toEqual([]);
          expect(again.code).toBe(0);
          // It only looks at the others.
          expect(named(again, 'changed').filter((turn) => !/^(pi|nas): /.test(turn))).toEqual([]);
        },
        {
          'H10 what the old card kept is on the new one': async () => {
            await bringBack(built);
            expect(await manifest(built)).toBe(kept);
          },
        },
      );
      expect(broken).toEqual([]);
    });
  });
}

function failures(ran: Ran): string[] {
  return ran.finished
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ host, task, failure, scripts }) =>
      [`${host}: ${task.name}: ${failure?.failed}`, ...scripts.map(({ stderr }) => stderr)].join('\n'),
    );
}
