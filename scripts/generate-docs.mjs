// Writes docs/modules from the modules themselves, and the pictures of the house from its inventory; with --check it only says whether that would change anything.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { modules } from '../dist/modules/index.js';
import { moduleIndex, modulePage } from '../dist/report/index.js';
import { housePictures } from './house-picture.mjs';

const folder = new URL('../docs/modules/', import.meta.url);
const check = process.argv.includes('--check');

const pages = new Map([
  ['README.md', moduleIndex(modules)],
  ...modules.map((module) => [`${module.name}.md`, modulePage(module)]),
]);

await mkdir(folder, { recursive: true });
const present = await readdir(folder);
const stale = [];
for (const [name, text] of pages) {
  const old = present.includes(name) ? await readFile(new URL(name, folder), 'utf8') : undefined;
  if (old === text) continue;
  stale.push(name);
  if (!check) await writeFile(new URL(name, folder), text);
}
for (const name of present.filter((name) => name.endsWith('.md') && !pages.has(name))) {
  stale.push(name);
  if (!check) await rm(new URL(name, folder));
}

const docs = new URL('../docs/', import.meta.url);
for (const [name, text] of await housePictures(docs)) {
  const old = await readFile(new URL(name, docs), 'utf8').catch(() => undefined);
  if (old === text) continue;
  stale.push(`../${name}`);
  if (!check) await writeFile(new URL(name, docs), text);
}

if (check && stale.length > 0) {
  console.error(`not current in docs/modules: ${stale.join(', ')}\nrun: npm run docs`);
  process.exitCode = 1;
} else console.log(`docs/modules: ${pages.size} pages, ${check ? 'all current' : `${stale.length} written`}`);
