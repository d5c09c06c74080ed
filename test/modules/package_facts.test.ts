import { expect, test } from 'vitest';
import { dpkgSelections } from '../../src/modules/dpkg_selections.ts';
import { packageModule } from '../../src/modules/package.ts';
import { packageFacts } from '../../src/modules/package_facts.ts';
import { serviceFacts } from '../../src/modules/service_facts.ts';
import { summaries, summariesHere } from './on-shells.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();

test('lists what dpkg has here', async () => {
  const { result } = await box.apply(packageFacts, {});
  expect(result['packages']).toMatchObject({
    dash: [{ name: 'dash', version: expect.stringMatching(/^\d/), source: 'apt', category: 'shells' }],
  });
  const nowhere = await box.apply(packageFacts, {}, { shell: 'busybox' });
  expect(nowhere.failure?.failed).toBe('the host has no dpkg');
});

test('holds a package that is there, and no other', async () => {
  const asked = (name: string, selection: string) =>
    summariesHere('dash', dpkgSelections, { name, selection });
  expect(await asked('dash', 'install')).toEqual([]);
  expect(await asked('dash', 'hold')).toEqual(['select hold for dash']);
  expect(await asked('no-such-package', 'hold')).toEqual(['failed: dpkg does not know no-such-package']);
});

test('package is apt', async () => {
  expect(await summariesHere('dash', packageModule, { name: ['dash', 'coreutils'] })).toEqual([]);
  expect(await summariesHere('busybox', packageModule, { name: 'dash' })).toEqual([
    'failed: apt is not on this host',
  ]);
});

test('services are read from two lists of systemd', () => {
  const lines = [
    'file cron.service enabled enabled',
    'file getty@.service enabled enabled',
    'file bad.service static -',
    'unit cron.service loaded active running Regular background program',
    'unit bad.service loaded failed failed Bad',
    'unit once.service loaded active exited Once',
    'unit gone.service not-found inactive dead gone.service',
  ];
  const { services } = serviceFacts.result?.({ systemd: true, lines }, {}, [], {}) ?? {};
  const how = Object.entries(services as Record<string, { state: string; status: string }>).map(
    ([name, { state, status }]) => `${name} ${state} ${status}`,
  );
  expect(how).toEqual([
    'cron.service running enabled',
    'getty@.service inactive enabled',
    'bad.service failed static',
    'once.service stopped unknown',
    'gone.service stopped not-found',
  ]);
  expect(summaries(serviceFacts, { systemd: false, lines: [] }, {})).toEqual([
    'failed: the host has no systemd',
  ]);
});
