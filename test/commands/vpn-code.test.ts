import { expect, test } from 'vitest';
import type { Terminal } from '../../src/commands/terminal.ts';
import { codeOnScreen } from '../../src/commands/vpn-code.ts';
import { readQrCode } from '../report/read-qr-code.ts';

// What a terminal of the real command shows is in test/rehearsal/phone.test.ts.

const text = `[Interface]\nPrivateKey = ${'k'.repeat(44)}\n`;
const size = (columns: number, rows: number): Terminal => ({
  ...{ environment: {}, workingDirectory: '/', homeDirectory: '/', program: [] },
  ...{ isTerminal: true, color: false, canAsk: false },
  columns: () => columns,
  rows: () => rows,
  out: () => undefined,
  error: () => undefined,
  ask: async () => '',
  input: async () => '',
  interrupted: new AbortController().signal,
});

test('the code stands alone, below what it is good for', () => {
  const lines = codeOnScreen('wireguard', 'phone', text, size(80, 50)).split('\n');
  expect(lines[0]).toBe('In the app WireGuard: +, "Scan from QR code".');
  expect(lines[1]).toContain('Whoever sees it can join');
  expect(readQrCode(lines.filter((line) => line.startsWith('\u001b')))).toBe(text);
  expect(lines.at(-1)).toBe('');
});

test('a window that is too low shows it all the same, and says so below it', () => {
  const shown = codeOnScreen('wireguard', 'phone', text, size(80, 20)).trimEnd().split('\n').at(-1);
  expect(shown).toMatch(/^The code is \d+ lines high: make the window higher/);
});

test('a code that a line would tear apart is not drawn, nor one that there cannot be', () => {
  expect(() => codeOnScreen('wireguard', 'phone', text, size(30, 50))).toThrow(
    /^the code is \d+ columns wide and \d+ lines high, and this terminal has 30 columns$/,
  );
  expect(() => codeOnScreen('openvpn', 'phone', 'x'.repeat(3000), size(200, 100))).toThrow(
    'the profile has 3000 bytes, more than a QR code can hold',
  );
});
