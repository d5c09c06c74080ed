import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadInventory } from '../language/index.ts';
import { inventoryFor } from './init-inventory.ts';
import type { Answers } from './init-questions.ts';
import { BLOG, IGNORED, README } from './init-texts.ts';
import { UsageError } from './terminal.ts';

// The package carries its own house, and a new one is a copy of it: nothing is written twice.
const bundled = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['playbooks', 'tasks', 'templates'];
/** What may be there before, and is left as it is then. */
const OPTIONAL = ['.gitignore', 'README.md'];

/** Refuses a folder in which something of a house is already. */
export function checkFree(folder: string): void {
  const there = ['inventory.yaml', 'secrets.yaml', ...FOLDERS].filter((name) =>
    existsSync(join(folder, name)),
  );
  if (there.length === 0) return;
  throw new UsageError(
    `${folder} has ${there.join(', ')} already, and homerun init overwrites nothing`,
    'change inventory.yaml there by hand, and its secrets by `homerun secret edit secrets.yaml`; or name another folder: homerun init my-house',
  );
}

/** A house in a folder of its own, found to be without mistakes. `discard` takes it away. */
export interface Draft {
  /** Refuses a folder in which one of its files is already. */
  readonly check: (folder: string) => void;
  readonly add: (name: string, text: string) => void;
  /** Puts it in its place, overwriting nothing; gives the names of what was written. */
  readonly place: (folder: string) => readonly string[];
  readonly discard: () => void;
}

/** Writes the house where nobody sees it yet. */
export function draftHouse(answers: Answers): Draft {
  const draft = mkdtempSync(join(tmpdir(), 'homerun-init-'));
  const discard = (): void => rmSync(draft, { recursive: true, force: true });
  try {
    const source = readFileSync(join(bundled, 'inventory.yaml'), 'utf8');
    writeFileSync(join(draft, 'inventory.yaml'), inventoryFor(answers, source));
    writeFileSync(join(draft, 'README.md'), README);
    writeFileSync(join(draft, '.gitignore'), IGNORED);
    for (const name of FOLDERS) cpSync(join(bundled, name), join(draft, name), { recursive: true });
    for (const guide of guidesIn(draft)) {
      mkdirSync(join(draft, 'docs'), { recursive: true });
      const text = readFileSync(join(bundled, 'docs', guide), 'utf8');
      // The pages of the modules stay here; the command shows them.
      const told = text.replaceAll(/\[[^\]]*\]\(modules\/[^)]*\)/g, '`homerun doc`');
      writeFileSync(join(draft, 'docs', guide), told);
    }
    if ('blog' in answers.services) {
      mkdirSync(join(draft, 'blog'));
      writeFileSync(join(draft, 'blog/index.html'), BLOG);
    }
    loadInventory(join(draft, 'inventory.yaml'));
    return {
      check: (folder) => void namesFor(draft, folder),
      add: (name, text) => writeFileSync(join(draft, name), text, { mode: 0o600 }),
      place: (folder) => place(draft, folder),
      discard,
    };
  } catch (error) {
    discard();
    throw error;
  }
}

function place(draft: string, folder: string): readonly string[] {
  const names = namesFor(draft, folder);
  for (const name of names)
    cpSync(join(draft, name), join(folder, name), { errorOnExist: true, force: false });
  return [...new Set(names.map((name) => name.replace(/\/.*/, '')))].toSorted((left, right) =>
    left.localeCompare(right),
  );
}

function namesFor(draft: string, folder: string): readonly string[] {
  const names = filesIn(draft).filter((name) => !(OPTIONAL.includes(name) && existsSync(join(folder, name))));
  const there = names.filter((name) => existsSync(join(folder, name)));
  if (there.length > 0)
    throw new UsageError(
      `${folder} has ${there.join(', ')} already, and homerun init overwrites nothing`,
      'name another folder: homerun init my-house',
    );
  return names;
}

/** The guides that the files speak of. */
function guidesIn(folder: string): readonly string[] {
  const texts = filesIn(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const named = texts.flatMap((text) =>
    [...text.matchAll(/\bdocs\/(guide-[\w-]+\.md)/g)].map((found) => found[1] ?? ''),
  );
  return [...new Set(named)].filter((guide) => existsSync(join(bundled, 'docs', guide)));
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
