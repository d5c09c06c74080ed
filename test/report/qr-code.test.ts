import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { drawQrCode } from '../../src/report/qr-code.ts';
import { readQrCode } from './read-qr-code.ts';

const profile = `[Interface]
PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
Address = 10.8.0.3/32

[Peer]
PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
AllowedIPs = 10.8.0.0/24
Endpoint = 203.0.113.10:1194
PersistentKeepalive = 25
`;

test.each([
  ['a profile of WireGuard', profile],
  ['a short text', 'a'],
  ['a text that is not ASCII', 'Schlüssel für das Häuschen → ☎'],
  ['more than a screen', profile.repeat(4)],
  ['as much as a code can hold', 'x'.repeat(2953)],
])('%s is read again as it was', (_, text) => {
  expect(readQrCode(drawQrCode(text)?.lines ?? [])).toBe(text);
});

test('a profile fits into a terminal of 80 columns, with the empty border that readers need', () => {
  const code = drawQrCode(profile);
  const lines = code?.lines.map(stripVTControlCharacters) ?? [];
  expect(code?.columns).toBeLessThanOrEqual(80);
  expect(new Set(lines.map((line) => line.length))).toEqual(new Set([code?.columns]));
  expect(lines.slice(0, 2).join('').trim()).toBe('');
  expect(lines.every((line) => line.startsWith('    ') && line.endsWith('    '))).toBe(true);
});

test('what is larger than a code can hold is not drawn', () => {
  expect(drawQrCode('x'.repeat(2954))).toBeUndefined();
  expect(drawQrCode('ü'.repeat(1477))).toBeUndefined();
});
