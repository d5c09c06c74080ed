import { placeFor } from './line-edit.ts';
import { lineEnd, splitLines, withoutEnd } from './text.ts';

/** What `blockinfile` asks of a text. */
export interface BlockEdit {
  /** Empty: the block and its markers go away. */
  readonly block: string;
  readonly begin: string;
  readonly end: string;
  readonly insertafter?: string | undefined;
  readonly insertbefore?: string | undefined;
  readonly prepend_newline: boolean;
  readonly append_newline: boolean;
}

/** The text with the block between its markers, where they are; else where it was asked for, at the end by default. */
export function putBlock(text: string, edit: BlockEdit): string {
  const lines = splitLines(text);
  const newline = lineEnd(lines);
  const at = takeOut(lines, edit) ?? placeFor(lines, edit);
  if (edit.block === '') return lines.join('');
  const previous = lines[at - 1];
  if (previous !== undefined && !previous.endsWith('\n')) lines[at - 1] = previous + newline;
  const body = splitLines(edit.block).map((line) => withoutEnd(line) + newline);
  const block = [edit.begin + newline, ...body, edit.end + newline];
  const next = lines[at];
  if (edit.append_newline && next !== undefined && withoutEnd(next) !== '') block.push(newline);
  if (edit.prepend_newline && previous !== undefined && withoutEnd(previous) !== '') block.unshift(newline);
  lines.splice(at, 0, ...block);
  return lines.join('');
}

/** Removes the old block and tells where it was; markers that lost their partner are left alone, as by Ansible. */
function takeOut(lines: string[], { begin, end }: BlockEdit): number | undefined {
  const all = lines.map(withoutEnd);
  // The last pair in order, and the nearest end of it: so a block is found again beside markers that went astray.
  const first = all.lastIndexOf(begin, all.lastIndexOf(end));
  const pair =
    first === -1 ? [all.lastIndexOf(end), all.lastIndexOf(begin)] : [first, all.indexOf(end, first)];
  const [start = -1, last = -1] = pair;
  if (start === -1 || last === -1) return undefined;
  lines.splice(start, last - start + 1);
  return start;
}
