import type { NodeNote } from './template-nodes.ts';
import { print, resultOf, valueOf, type Rendering } from './template-values.ts';
import type { Template } from './template.ts';

const NAME = /\{\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\}\}/g;
/** What Handlebars does not take for a name. */
const WORDS = new Set(['this', 'else', 'true', 'false', 'null', 'undefined']);

/** A text with nothing but plain names in braces, as most are, needs no compiler. Undefined for every other text. */
export function simpleTemplate(text: string): Template | undefined {
  const pieces: (string | NodeNote)[] = [];
  let end = 0;
  for (const match of text.matchAll(NAME)) {
    const [whole, path = ''] = match;
    const parts = path.split('.');
    if (parts.some((part) => WORDS.has(part))) return undefined;
    const start = match.index + whole.indexOf(path);
    if (match.index > end) pieces.push(text.slice(end, match.index));
    const [root = '', ...rest] = parts;
    pieces.push({ start, end: start + path.length, text: path, root, rest, lenient: false });
    end = match.index + whole.length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  if (pieces.some((piece) => typeof piece === 'string' && /\{\{|\}\}|\{%|[\\{]$/.test(piece)))
    return undefined;
  const notes = pieces.filter((piece) => typeof piece !== 'string');
  const native = pieces.length === 1 && notes.length === 1;
  return {
    uses: notes.map((note) => ({
      name: note.root ?? '',
      rest: note.rest,
      start: note.start,
      end: note.end,
      lenient: false,
    })),
    render: (lookup, printed) => {
      const rendering: Rendering = { lookup, notes, native, value: undefined, secrets: [], printed };
      const texts = pieces.map((piece) =>
        typeof piece === 'string'
          ? piece
          : print(valueOf(undefined, piece, lookup), around(piece, text), rendering),
      );
      return resultOf(texts.join(''), rendering);
    },
  };
}

/** What cannot stand in a text is pointed at with its braces. */
function around(note: NodeNote, text: string): NodeNote {
  const start = text.lastIndexOf('{{', note.start);
  const end = text.indexOf('}}', note.end) + 2;
  return { ...note, start, end, text: text.slice(start, end) };
}
