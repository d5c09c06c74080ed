import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import type { LoadedFile } from '../model/module.ts';
import type { SourceFile } from '../model/source.ts';
import { shownPath } from './source-text.ts';
import { compileTemplate, type Template } from './template.ts';
import { TextMistake } from './text-mistake.ts';

/** Where the files that a playbook names are looked for. */
export interface Folders {
  /** The folder of the playbook. */
  readonly playbook: string;
  /** The folder that holds `playbooks/`, `tasks/`, `templates/` and `files/`. */
  readonly root: string;
}

export function foldersOf(playbookPath: string): Folders {
  const playbook = dirname(playbookPath);
  return { playbook, root: basename(resolve(playbook)) === 'playbooks' ? join(playbook, '..') : playbook };
}

type Kind = 'tasks' | 'files' | 'templates' | 'vars';

/** Finds a file by the name that an author wrote. Throws a `TextMistake` that says where it was looked for. */
export function findFile(name: string, kind: Kind, beside: string, folders: Folders): string {
  const candidates = candidatesFor(name, kind, beside, folders);
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  const where = [...new Set(candidates.map((candidate) => shownPath(dirname(candidate))))].map((folder) =>
    folder === '' ? '.' : folder,
  );
  throw new TextMistake('file-missing', `there is no file \`${name}\``, {
    hint: `looked in ${where.join(', ')}`,
  });
}

/** Where a file of this name may stand, the first place first. */
export function candidatesFor(name: string, kind: Kind, beside: string, folders: Folders): readonly string[] {
  if (isAbsolute(name)) return [name];
  const near = [folders.playbook, beside, folders.root].flatMap((folder) => [join(folder, kind), folder]);
  // A task file is meant to stand beside the file that includes it; all else beside the playbook.
  const order = kind === 'tasks' ? [beside, ...near] : near;
  return [...new Set(order.map((folder) => join(folder, name)))];
}

/** All files of a folder, or the one file, as bytes. */
export function loadFiles(path: string): {
  isFolder: boolean;
  files: readonly LoadedFile[];
  folders?: readonly string[];
} {
  if (!statSync(path).isDirectory()) return { isFolder: false, files: [loadOne(path, basename(path))] };
  const { files, folders } = within(path, '', []);
  return {
    isFolder: true,
    files: files
      .map((name) => loadOne(join(path, name), name))
      .sort((left, right) => (left.path < right.path ? -1 : 1)),
    folders: [...folders].sort(),
  };
}

/** Everything below a folder, by its path from there; links stand for what they lead to. Throws where that is nothing. */
function within(
  root: string,
  folder: string,
  above: readonly string[],
): { files: readonly string[]; folders: readonly string[] } {
  const real = realpathSync(join(root, folder));
  // Going on would never end.
  if (above.includes(real)) throw new Error(`${join(root, folder)} is a link to a folder that it is in`);
  const names = readdirSync(join(root, folder)).map((name) => join(folder, name));
  const kinds = names.map((name) => ({ name, is: statSync(join(root, name)) }));
  const folders = kinds.filter(({ is }) => is.isDirectory()).map(({ name }) => name);
  const inner = folders.map((name) => within(root, name, [...above, real]));
  return {
    files: [
      ...kinds.filter(({ is }) => is.isFile()).map(({ name }) => name),
      ...inner.flatMap(({ files }) => files),
    ],
    folders: [...folders, ...inner.flatMap((each) => each.folders)],
  };
}

function loadOne(path: string, name: string): LoadedFile {
  return { path: name, bytes: readFileSync(path), mode: modeOf(path) };
}

export function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8).padStart(4, '0');
}

export interface TemplateFile {
  readonly file: SourceFile;
  readonly template: Template;
}

/** Template files by path, read and compiled once per load. */
export class TemplateFiles {
  readonly #known = new Map<string, TemplateFile>();

  /** Throws a `TextMistake` that knows its place in the template's file. */
  get(path: string, folders: Folders): TemplateFile {
    const known = this.#known.get(path);
    if (known) return known;
    const file = { path: shownPath(path), text: readFileSync(path, 'utf8') };
    const load = (name: string): SourceFile => {
      const names = extname(name) === '' ? [`${name}.hbs`, name] : [name];
      const found = firstFound(names, dirname(path), folders, name);
      return { path: shownPath(found), text: readFileSync(found, 'utf8') };
    };
    const result = { file, template: inFile(file, () => compileTemplate(file.text, load)) };
    this.#known.set(path, result);
    return result;
  }
}

function firstFound(names: readonly string[], beside: string, folders: Folders, name: string): string {
  for (const candidate of names) {
    try {
      return findFile(candidate, 'templates', beside, folders);
    } catch (error) {
      if (!(error instanceof TextMistake)) throw error;
    }
  }
  throw new TextMistake('file-missing', `there is no partial \`${name}\``, {
    hint: `partials stand in ${shownPath(join(folders.root, 'templates'))}`,
  });
}

/** Gives mistakes of a template file their place in it. */
export function inFile<T>(file: SourceFile, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TextMistake) || error.span) throw error;
    const { code, message, hint, start = 0, end = start + 1 } = error;
    throw new TextMistake(code, message, { hint, span: { file: error.file ?? file, start, end } });
  }
}
