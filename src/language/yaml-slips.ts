import { isCollection, visit, type Document, type ErrorCode } from 'yaml';
import type { Span } from '../model/source.ts';

/** What the author most likely did, in place of what the parser stumbled over. */
export interface Slip {
  readonly message: string;
  readonly span: Span;
  readonly hint?: string;
}

/** Recognizes the usual slips by the lines around an error of the parser, which tells of them by what they lead to. */
export function findSlip(document: Document.Parsed, code: ErrorCode, span: Span): Slip | undefined {
  return (
    tabbed(span) ??
    openQuote(document, code, span) ??
    openBracket(document, code, span) ??
    lacksSpace(span) ??
    (code === 'BLOCK_AS_IMPLICIT_KEY' ? (continued(span) ?? secondColon(span)) : undefined) ??
    behindQuote(code, span) ??
    special(code, span) ??
    misplaced(code, span)
  );
}

/** The parser stumbles over tabs in several ways, and names few of them. */
function tabbed(span: Span): Slip | undefined {
  const { start: lineStart, text } = lineAt(span);
  const indent = /^[ \t]*/.exec(text)?.[0] ?? '';
  if (!indent.includes('\t')) return undefined;
  const start = lineStart + indent.indexOf('\t');
  return { message: 'tabs cannot indent YAML', span: { ...span, start, end: start + 1 }, hint: 'use spaces' };
}

/** The parser notices an open quote at the next one, or at the end of the file: the author looks for its beginning. */
function openQuote(document: Document.Parsed, code: ErrorCode, span: Span): Slip | undefined {
  const { text } = span.file;
  let start: number | undefined;
  visit(document, {
    Scalar(_, { type, range }) {
      if ((type !== 'QUOTE_DOUBLE' && type !== 'QUOTE_SINGLE') || !range) return undefined;
      const swallowed = text.slice(range[0], range[1]).split('\n').slice(1);
      const reaches = range[0] <= span.start && lineAt({ ...span, start: range[1] }).end >= span.start;
      const atEnd = code === 'MISSING_CHAR' && range[1] >= span.start - 1;
      if (!atEnd && !(reaches && swallowed.some((line) => /^\s*(?:- |[\w.-]+:(?:\s|$))/.test(line))))
        return undefined;
      start = range[0];
      return visit.BREAK;
    },
  });
  if (start === undefined) return undefined;
  const quote = text.charAt(start);
  return {
    message: 'this quote is never closed',
    span: { ...span, start, end: start + 1 },
    hint: `close it with another ${quote}, in the same line where the text is one line`,
  };
}

function openBracket(document: Document.Parsed, code: ErrorCode, span: Span): Slip | undefined {
  if (code !== 'BAD_INDENT' && code !== 'MISSING_CHAR') return undefined;
  const { text } = span.file;
  let start: number | undefined;
  visit(document, {
    Collection(_, node) {
      if (!isCollection(node) || node.flow !== true || !node.range) return undefined;
      const [from, to] = node.range;
      const closed = /[}\]]/.test(text.charAt(to - 1)) && lineAt({ ...span, start: from }).end >= to;
      if (!closed && from <= span.start && to >= span.start - 1) start ??= from;
      return undefined;
    },
  });
  if (start === undefined) return undefined;
  const open = text.charAt(start);
  return {
    message: `this \`${open}\` is never closed`,
    span: { ...span, start, end: start + 1 },
    hint: `close it with \`${open === '{' ? '}' : ']'}\``,
  };
}

/** `-name: x` and `name:x`. */
function lacksSpace(span: Span): Slip | undefined {
  const { start, text } = lineAt(span);
  const dash = /^(\s*)-([A-Za-z_][\w.]*:(?:\s.*)?)$/.exec(text);
  if (dash)
    return {
      message: 'a space is missing behind `-`',
      span: { ...span, start: start + (dash[1] ?? '').length, end: start + text.length },
      hint: `write - ${dash[2]}`,
    };
  const colon = /^(\s*(?:- )?)([A-Za-z_]\w*):([^\s:/].*)$/.exec(text);
  if (!colon) return undefined;
  const [, before = '', key, value] = colon;
  return {
    message: `a space is missing behind \`${key}:\``,
    span: { ...span, start: start + before.length, end: start + text.length },
    hint: `write ${key}: ${value}`,
  };
}

/** A value that goes on in the next line because that one is indented too far. */
function continued(span: Span): Slip | undefined {
  const [line = ''] = span.file.text.slice(span.start).split('\n', 1);
  if (/:(?: |$)/.test(line)) return undefined;
  const start = span.start + line.length + 1;
  const [next = ''] = span.file.text.slice(start).split('\n', 1);
  const indent = next.length - next.trimStart().length;
  return {
    message: 'this line is indented too far: it would go on with the value of the line above',
    span: { ...span, start: start + indent, end: start + next.length },
    hint: 'check the indentation of this line',
  };
}

function secondColon(span: Span): Slip {
  return {
    message: 'a second `: ` in one line makes a map inside a map',
    span,
    hint: `quote the value: ${quoted(span) ?? 'key: "a: b"'}; or begin a line of its own with what stands in it`,
  };
}

/** `when: "x" == "y"`, `'it's'`. */
function behindQuote(code: ErrorCode, span: Span): Slip | undefined {
  const { text } = lineAt(span);
  if (code !== 'UNEXPECTED_TOKEN' || !/:\s+["']/.test(text)) return undefined;
  const hint = quoted(span);
  return {
    message: 'text goes on behind the closing quote',
    span,
    ...(hint !== undefined && { hint: `quote all of it: ${hint}` }),
  };
}

function special(code: ErrorCode, span: Span): Slip | undefined {
  const found = span.file.text.charAt(span.start);
  if (code !== 'BAD_SCALAR_START' && !(code === 'BAD_ALIAS' && found === '*')) return undefined;
  const hint = quoted(span);
  return {
    message: `a value cannot begin with \`${found}\``.replace('```', '"`"'),
    span,
    hint: hint === undefined ? 'quote the value' : `quote it: ${hint}`,
  };
}

function misplaced(code: ErrorCode, span: Span): Slip | undefined {
  const { start, text } = lineAt(span);
  const indent = text.length - text.trimStart().length;
  if (span.start > start + indent) return undefined;
  if (code !== 'BAD_INDENT' && code !== 'MISSING_CHAR' && code !== 'UNEXPECTED_TOKEN') return undefined;
  return {
    message: 'the indentation of this line fits none of the lines above it',
    span: { ...span, start: start + indent, end: start + text.length },
    hint: 'begin it in the same column as the lines that it belongs with',
  };
}

/** `key: VALUE` of a line with its value in quotes. */
function quoted(span: Span): string | undefined {
  const match = /^\s*(?:- )?([\w.-]+):\s+(.*?)\s*$/.exec(lineAt(span).text);
  if (!match) return undefined;
  const [, key, value = ''] = match;
  const inner = /^'.*'$/.test(value) ? value.slice(1, -1) : value;
  return inner.includes('"') ? `${key}: '${inner.replaceAll("'", "''")}'` : `${key}: "${inner}"`;
}

function lineAt({ file, start: offset }: Span): { start: number; end: number; text: string } {
  const start = file.text.lastIndexOf('\n', offset - 1) + 1;
  const [text = ''] = file.text.slice(start).split(/\r?\n/, 1);
  return { start, end: start + text.length, text };
}
