export type Look = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

/** How texts look; the same words with and without colour. */
export type Style = Readonly<Record<Look, (text: string) => string>>;

// Plain SGR codes: `util.styleText` asks standard output by itself, and here the caller has decided.
const CODES: Readonly<Record<Look, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
  cyan: [36, 39],
};

export function styleFor(color: boolean): Style {
  const look = (name: Look) => {
    const [on, off] = CODES[name];
    return (text: string) => (color && text !== '' ? `\x1b[${on}m${text}\x1b[${off}m` : text);
  };
  return {
    bold: look('bold'),
    dim: look('dim'),
    green: look('green'),
    yellow: look('yellow'),
    red: look('red'),
    cyan: look('cyan'),
  };
}
