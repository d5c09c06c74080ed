import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Destination, Input, StoredFile } from '../model/module.ts';
import { shownPath } from './source-text.ts';

/** Texts over this many bytes are not shown, as nobody would read what differs in them. */
const SHOWN_LIMIT = 256 * 1024;

/** What stands on this machine where a task will write; relative to `beside`. Throws where it may not be read. */
export function readDestination({ folder, path }: Destination, beside: string): Input {
  const full = folderOf(folder, beside);
  const names = path.startsWith('~') ? pathsEndingIn(full, path.replace(/^~[^/]*/, '')) : [path];
  const files = names.flatMap((name) => storedFile(full, name) ?? []);
  return { kind: 'destination', folder: full, shown: shownPath(full), files };
}

/** A destination of which nothing needs to be known yet. */
export function unreadDestination({ folder }: Destination, beside: string): Input {
  const full = folderOf(folder, beside);
  return { kind: 'destination', folder: full, shown: shownPath(full), files: [] };
}

/** Absolute. */
export function folderOf(folder: string, beside: string): string {
  if (folder === '~' || folder.startsWith('~/')) return join(homedir(), folder.slice(1));
  return resolve(beside, folder);
}

function pathsEndingIn(folder: string, end: string): readonly string[] {
  if (statOf(folder)?.isDirectory() !== true) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => `/${name}`.endsWith(end));
}

function storedFile(folder: string, path: string): StoredFile | undefined {
  const full = join(folder, path);
  const stats = statOf(full);
  if (!stats) return undefined;
  if (!stats.isFile()) return { path, type: stats.isDirectory() ? 'folder' : 'other', sha256: '' };
  const text = stats.size <= SHOWN_LIMIT ? textOf(readFileSync(full)) : undefined;
  return { path, type: 'file', sha256: sumOf(full), ...(text !== undefined && { text }) };
}

function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  return !bytes.includes(0) && Buffer.from(text).equals(bytes) ? text : undefined;
}

/** In pieces: a fetched backup may be larger than our memory. */
function sumOf(path: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(1024 * 1024);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece))
      hash.update(piece.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** What a link leads to; undefined where nothing is. A file in the place of a folder is found out when it is written. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
