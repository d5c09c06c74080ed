import type { Failure } from '../../model/module.ts';
import type { FileState } from './file-state.ts';

/** The lines of a text, each with its end; the last one may have none. No lines for an empty text. */
export function splitLines(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

/** A line without `\n` or `\r\n` at its end. */
export function withoutEnd(line: string): string {
  return line.replace(/\r?\n$/, '');
}

/** How lines of this file end, so that those that are added do not differ: by its first line. */
export function lineEnd(lines: readonly string[]): '\n' | '\r\n' {
  return lines[0]?.endsWith('\r\n') === true ? '\r\n' : '\n';
}

/** The lines of a text, each without its end. A final newline ends the last line and does not begin another. */
export function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Lines as a file: every line, the last one too, ends with a newline. */
export function textOfLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** The text of a file that is to be edited; empty where there is none yet. The question was for its `text`. */
export function editableText(state: FileState): string | Failure {
  const { content, real, type } = state;
  if (type === 'absent') return '';
  if (type === 'directory') return { failed: `${real} is a folder` };
  if (content.kind === 'unreadable')
    return { failed: `${real} cannot be read by this user`, hint: 'add `become: true`' };
  if (content.kind === 'large') return { failed: `${real} is too large to be edited line by line` };
  if (content.kind !== 'text') return { failed: `${real} is not a text file` };
  if (!Buffer.from(content.text).equals(content.bytes)) return { failed: `${real} is not in UTF-8` };
  return content.text;
}
