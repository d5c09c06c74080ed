import { drawQrCode } from '../report/qr-code.ts';
import { UsageError, type Terminal } from './terminal.ts';
import type { VpnKind } from './vpn-profile.ts';

/** A code is for the camera of a phone, not for the log that an output may go into. */
export function requireScreen(terminal: Terminal): void {
  if (terminal.isTerminal) return;
  throw new UsageError(
    'a QR code is shown on a terminal alone: elsewhere its key would stay',
    'leave --qr out: the profile is written into a file that only you can read',
  );
}

/** The lines to print for a profile. Throws where the terminal would tear the code apart. */
export function codeOnScreen(kind: VpnKind, name: string, profile: string, terminal: Terminal): string {
  const code = drawQrCode(profile);
  if (!code)
    throw new UsageError(
      `the profile has ${Buffer.byteLength(profile)} bytes, more than a QR code can hold`,
      OTHERWISE,
    );
  const { columns, lines } = code;
  if (columns > terminal.columns())
    throw new UsageError(
      `the code is ${columns} columns wide and ${lines.length} lines high, and this terminal has ${terminal.columns()} columns`,
      `make the window wider or its letters smaller, or ${OTHERWISE}`,
    );
  const isTall = lines.length >= terminal.rows();
  return [
    `${scanning(kind, name)}\nWhoever sees it can join: clear the screen when it is read (${CLEAR}).\n`,
    ...lines,
    ...(isTall
      ? [
          `\nThe code is ${lines.length} lines high: make the window higher, or its letters smaller, until you see all of it.`,
        ]
      : []),
    '',
  ].join('\n');
}

const OTHERWISE = 'leave --qr out: the profile is written into a file that only you can read';
const CLEAR = "`clear`, which also empties most terminals' memory";

function scanning(kind: VpnKind, name: string): string {
  return kind === 'wireguard'
    ? 'In the app WireGuard: +, "Scan from QR code".'
    : `The apps of OpenVPN take no profile from a code: read it with an app that shows the text of any code, and save that as ${name}.ovpn.`;
}
