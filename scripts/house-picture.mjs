// The pictures in docs/house.md: drawn from the inventory, so that they cannot tell of another house.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadInventory } from '../dist/language/index.js';
import { graphAsSvg, graphAsText } from '../dist/report/graph.js';

/** Texts by file name, inside docs/. */
export async function housePictures(docs) {
  const inventory = loadInventory(fileURLToPath(new URL('../inventory.yaml', docs)));
  const page = await readFile(new URL('house.md', docs), 'utf8');
  const drawn = page.replace(
    /(<!-- drawn [^]*?-->\n)[^]*?(<!-- end -->)/,
    (_all, begin, end) => `${begin}\n\`\`\`\n${graphAsText(inventory, 80)}\`\`\`\n\n${end}`,
  );
  return new Map([
    ['house.md', drawn],
    ['house.svg', graphAsSvg(inventory)],
  ]);
}
