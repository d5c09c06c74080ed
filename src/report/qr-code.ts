import { encode } from 'uqr';

/** Of the largest code there is, 40-L. */
const MOST_BYTES = 2953;
/** Empty modules around it, by the standard: a reader finds the code by them. */
const BORDER = 4;
/** Black on white out of the fixed colours: those with a number below 16 are whatever the terminal's theme says. */
const COLOURS = '\u001b[38;5;16;48;5;231m';
const END = '\u001b[0m';

export interface QrCode {
  /** Each line brings its own colours, so that it reads alike on dark and on light terminals. */
  readonly lines: readonly string[];
  readonly columns: number;
}

/** A text as a QR code for a terminal, two modules in each character; undefined where it is larger than a code can hold. */
export function drawQrCode(text: string): QrCode | undefined {
  if (Buffer.byteLength(text) > MOST_BYTES) return undefined;
  const { data, size } = encode(text, { ecc: 'L', boostEcc: true, border: BORDER });
  const rows = Array.from({ length: Math.ceil(size / 2) }, (_, index) => index * 2);
  return {
    columns: size,
    lines: rows.map((row) => `${COLOURS}${pairs(data[row] ?? [], data[row + 1] ?? [])}${END}`),
  };
}

function pairs(upper: readonly boolean[], lower: readonly boolean[]): string {
  return upper.map((isDark, column) => character(isDark, lower[column] ?? false)).join('');
}

function character(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀';
  return lower ? '▄' : ' ';
}
