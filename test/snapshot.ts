import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Everything under a folder that a script could have changed, as one text to compare; access times are left out. */
export function snapshot(folder: string): string {
  return entriesOf(folder).join('\n');
}

function entriesOf(path: string): readonly string[] {
  const stat = lstatSync(path);
  const line = [path, stat.ino, stat.mode.toString(8), stat.uid, stat.gid, stat.mtimeMs, stat.ctimeMs];
  if (stat.isSymbolicLink()) return [[...line, readlinkSync(path)].join(' ')];
  if (stat.isFile()) return [[...line, readFileSync(path).toString('base64')].join(' ')];
  if (!stat.isDirectory()) return [line.join(' ')];
  const inside = readdirSync(path).sort();
  return [line.join(' '), ...inside.flatMap((name) => entriesOf(join(path, name)))];
}
