import { expect, test } from 'vitest';
import { folder, homerun } from './program.ts';

// That it writes a profile that works is in test/rehearsal/vpn.test.ts.

test('a profile needs a server: one that is named, or the only one of its group', async () => {
  const root = folder();
  const none = await homerun(root, ['vpn', 'profile', 'phone']);
  expect([none.code, none.stderr]).toEqual([
    2,
    'error: the group vpn_servers has no host\n  hint: name the VPN server: --server HOST\n',
  ]);
  const wrong = await homerun(root, ['vpn', 'profile', 'phone', '--server', 'there']);
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    'error: there is no host there in inventory.yaml\n  hint: name the VPN server: --server HOST\n',
  ]);
});

test('a name that could lead out of the folder of certificates is refused', async () => {
  const { code, stderr } = await homerun(folder(), ['vpn', 'profile', '../ca', '--server', 'here']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('letters, digits')]);
});
