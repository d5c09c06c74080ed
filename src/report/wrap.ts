import { cellWidth } from './cells.ts';

/** Breaks a text between words into lines of a width, all indented. List items and empty lines stay apart. */
export function wrap(text: string, width: number, indent: number): string[] {
  if (text.trim() === '') return [];
  return text.split(/\n(?=\s*(?:[-*]|\d+\.) )/).flatMap((block) => wrapBlock(block, width, indent));
}

function wrapBlock(text: string, width: number, indent: number): string[] {
  const margin = ' '.repeat(indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((piece) => piece !== '')) {
    if (line !== '' && indent + cellWidth(line) + 1 + cellWidth(word) > width) {
      lines.push(margin + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, margin + line];
}
