import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces, release, totalmem } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { ValueMap } from '../../src/model/value.ts';
import { factsShape } from '../../src/model/facts.ts';
import { factsProbe, setup } from '../../src/modules/setup.ts';
import { SHELLS } from '../rig.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();

describe.each(SHELLS)('on %s', (shell) => {
  test('tells what this machine says of itself', async () => {
    const { state: facts } = await box.apply(setup, {}, { shell });
    expect(facts).toMatchObject({
      hostname: hostname(),
      kernel: release(),
      architecture: { x64: 'x86_64', arm64: 'aarch64' }[process.arch as 'x64' | 'arm64'],
      memory_mb: Math.floor(totalmem() / 1024 / 1024),
      user: 'root',
      home: box.folder,
      boot_id: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    });
    expect(facts['os']).toMatchObject({ id: expect.stringMatching(/^[a-z]+$/), family: 'debian' });
    expect(facts['date_epoch']).toBeGreaterThan(1_700_000_000);
    const [lo] = (facts['interfaces'] as readonly ValueMap[]).filter((one) => one['name'] === 'lo');
    expect(lo).toMatchObject({ up: true, mtu: 65536, ipv4: [{ address: '127.0.0.1', prefix: 8 }] });
    const addresses = (facts['interfaces'] as readonly ValueMap[]).flatMap(
      (one) => one['ipv4'] as readonly ValueMap[],
    );
    const real = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    for (const { address, family } of real.filter((one) => one.family === 'IPv4'))
      expect([family, addresses.map((one) => one['address'])]).toEqual([
        'IPv4',
        expect.arrayContaining([address]),
      ]);
  });

  test('the facts are those that are promised', async () => {
    const { state: facts } = await box.apply(setup, {}, { shell });
    expect(shapeOf(facts, factsShape)).toEqual(factsShape);
    expect(Object.keys(facts)).toEqual(Object.keys(factsShape));
  });
});

test('a host that tells nothing has facts, too', () => {
  if (factsProbe.kind !== 'ask') throw new Error('facts are asked for');
  const facts = factsProbe.parse({ code: 0, stdout: '', stderr: '', bytes: new Uint8Array() });
  expect(shapeOf(facts, factsShape)).toEqual(factsShape);
  expect(facts).toMatchObject({
    os: { family: 'busybox' },
    package_manager: 'none',
    netplan_renderer: 'none',
  });
});

/** The facts in the words of `factsShape`. */
function shapeOf(facts: ValueMap, shape: object): unknown {
  const named = Object.entries(shape).map(([name, type]: [string, unknown]) => {
    const value = facts[name];
    if (typeof type === 'object' && type !== null) return [name, shapeOf(value as ValueMap, type)];
    if (Array.isArray(value)) return [name, 'list'];
    if (Number.isInteger(value)) return [name, 'int'];
    return [name, typeof value === 'boolean' ? 'bool' : typeof value];
  });
  return Object.fromEntries(named);
}
