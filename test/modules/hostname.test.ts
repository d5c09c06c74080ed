import { expect, test } from 'vitest';
import { hostname } from '../../src/modules/hostname.ts';
import { timezone } from '../../src/modules/timezone.ts';
import { SHELLS } from '../rig.ts';
import { textFile } from './file-fixture.ts';
import { complaint, summaries, summariesHere } from './on-shells.ts';

const state = (live: string, kept: string, hosts: string) => ({
  live,
  hostname: textFile('/etc/hostname', kept),
  hosts: textFile('/etc/hosts', hosts),
});

test.each([
  ['as asked', state('pi', 'pi\n', '127.0.1.1 pi\n'), []],
  [
    'new, resolvable before it is called so',
    state('old', 'old\n', '127.0.1.1 old\n'),
    ['update /etc/hosts', 'update /etc/hostname', 'name the running host pi'],
  ],
  ['lost in the running host', state('localhost', 'pi', '127.0.1.1 pi\n'), ['name the running host pi']],
  ['not resolvable', state('pi', 'pi\n', '127.0.0.1 localhost\n'), ['update /etc/hosts']],
] as const)('hostname: %s', (_title, before, wanted) => {
  expect(summaries(hostname, before, { name: 'pi' })).toEqual(wanted);
});

test.each(['a_b', '-a', 'a..b', 'x'.repeat(65), 'a b'])('hostname %j is refused', (name) => {
  expect(complaint(hostname, { name })).toContain('a host name has letters');
});

test.each([
  [{ zone: 'Europe/Berlin', file: 'Europe/Berlin', known: true }, []],
  [{ zone: 'Europe/Berlin', file: '', known: true }, []],
  [{ zone: 'UTC', file: 'Etc/UTC', known: true }, ['set the time zone to Europe/Berlin']],
  [{ zone: 'Europe/Berlin', file: 'Etc/UTC', known: true }, ['set the time zone to Europe/Berlin']],
  [{ zone: 'UTC', file: '', known: false }, ['failed: this host knows no time zone Europe/Berlin']],
])('timezone: %j', (before, wanted) => {
  expect(summaries(timezone, before, { name: 'Europe/Berlin' })).toEqual(wanted);
});

test.each(SHELLS)('asks this machine through %s', async (shell) => {
  expect(await summariesHere(shell, timezone, { name: 'Europe/Atlantis' })).toEqual([
    'failed: this host knows no time zone Europe/Atlantis',
  ]);
  expect((await summariesHere(shell, hostname, { name: 'no-such-host' })).at(-1)).toBe(
    'name the running host no-such-host',
  );
});
