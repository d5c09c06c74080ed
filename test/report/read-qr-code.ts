import { stripVTControlCharacters } from 'node:util';
import { decodeQR } from 'qr/decode.js';

/** What a camera would read off a terminal that shows these lines: other software than that which drew them. */
export function readQrCode(lines: readonly string[]): string {
  const modules = lines.flatMap((line) => {
    // Whatever the terminal's own colours are: black signs on white.
    if (!line.startsWith('\u001b[38;5;16;48;5;231m') || !line.endsWith('\u001b[0m'))
      throw new Error(`not a line of a code: ${line}`);
    const signs = stripVTControlCharacters(line).split('');
    return [signs.map((sign) => '█▀'.includes(sign)), signs.map((sign) => '█▄'.includes(sign))];
  });
  return decodeQR(picture(modules));
}

/** Three points for each module, as of a photograph. */
function picture(modules: readonly (readonly boolean[])[]) {
  const scale = 3;
  const [width, height] = [(modules[0]?.length ?? 0) * scale, modules.length * scale];
  const data = new Uint8Array(width * height * 3).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (modules[Math.floor(y / scale)]?.[Math.floor(x / scale)])
        data.fill(0, (y * width + x) * 3, (y * width + x) * 3 + 3);
  return { width, height, data };
}
