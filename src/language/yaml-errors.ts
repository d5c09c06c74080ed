import { isMap, isScalar, visit, type Document, type ErrorCode } from 'yaml';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { SourceFile, Span } from '../model/source.ts';

/** The parser's errors and warnings in our words; one for each line, as the second is mostly an echo of the first. */
export function translateYamlErrors(document: Document.Parsed, file: SourceFile): readonly Diagnostic[] {
  const byLine = new Map<number, Diagnostic>();
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    const line = lineOf(file.text, pos[0]);
    const span = { file, start: pos[0], end: Math.max(pos[1], pos[0] + 1) };
    const diagnostic = unquotedTemplate(file, line) ?? translate(document, code, message, span);
    if (!byLine.has(line)) byLine.set(line, diagnostic);
  }
  return [...byLine.values()];
}

function unquotedTemplate(file: SourceFile, line: number): Diagnostic | undefined {
  const lineStart = file.text.split('\n', line).join('\n').length + (line > 0 ? 1 : 0);
  const text = file.text.slice(lineStart).split('\n', 1)[0] ?? '';
  const match = /^([^#'"]*?(?::|-)\s+)(\{\{[^#]*?)\s*(?: #.*)?$/.exec(text);
  if (!match) return undefined;
  const [, before = '', template = ''] = match;
  const start = lineStart + before.length;
  return {
    code: 'yaml-unquoted-template',
    message: 'a value that begins with `{{` must be quoted, or YAML reads it as a map',
    span: { file, start, end: start + template.length },
    hint: `write ${before.trim().split(/\s/).at(-1)} "${template.replaceAll('"', "'")}"`,
  };
}

function translate(document: Document.Parsed, code: ErrorCode, message: string, span: Span): Diagnostic {
  if (code === 'DUPLICATE_KEY') return duplicateKey(document, span);
  const better =
    tabbed(span) ??
    (code === 'MISSING_CHAR' ? openQuote(document, span) : undefined) ??
    (code === 'BLOCK_AS_IMPLICIT_KEY' ? continued(span) : undefined);
  if (better) return better;
  const hint = HINTS[code] ?? hintForStart(code, span);
  return {
    code: 'yaml-syntax',
    message: (ours(message) && WORDS[code]) || lowerFirst(message),
    span,
    ...(hint !== undefined && { hint }),
  };
}

function duplicateKey(document: Document.Parsed, span: Span): Diagnostic {
  let first: Span | undefined;
  let name = '';
  visit(document, {
    Map(_, node) {
      const again = node.items.find(({ key }) => isScalar(key) && key.range?.[0] === span.start);
      if (!again || !isMap(node) || !isScalar(again.key)) return undefined;
      name = String(again.key.value);
      const earlier = node.items.find(({ key }) => isScalar(key) && key.value === name);
      const range = isScalar(earlier?.key) ? earlier.key.range : undefined;
      if (range) first = { file: span.file, start: range[0], end: range[1] };
      return visit.BREAK;
    },
  });
  return {
    code: 'yaml-duplicate-key',
    message: `\`${name}\` stands here twice`,
    span: { ...span, end: span.start + name.length },
    ...(first && { related: [{ span: first, message: 'the first one is here' }] }),
    hint: 'keep one of the two',
  };
}

/** The parser stumbles over tabs in several ways, and names few of them. */
function tabbed(span: Span): Diagnostic | undefined {
  const lineStart = span.file.text.lastIndexOf('\n', span.start - 1) + 1;
  const indent = /^[ \t]*/.exec(span.file.text.slice(lineStart))?.[0] ?? '';
  if (!indent.includes('\t')) return undefined;
  const start = lineStart + indent.indexOf('\t');
  return {
    code: 'yaml-syntax',
    message: 'tabs cannot indent YAML',
    span: { ...span, start, end: start + 1 },
    hint: 'use spaces',
  };
}

/** The parser notices an open quote at the end of the file: the author looks for its beginning. */
function openQuote(document: Document.Parsed, span: Span): Diagnostic | undefined {
  let start: number | undefined;
  visit(document, {
    Scalar(_, { type, range }) {
      if ((type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') && range && range[1] >= span.start - 1)
        start = range[0];
    },
  });
  if (start === undefined) return undefined;
  return {
    code: 'yaml-syntax',
    message: 'this quote is never closed',
    span: { ...span, start, end: start + 1 },
  };
}

/** A value that goes on in the next line because that one is indented too far. */
function continued(span: Span): Diagnostic | undefined {
  const [line = ''] = span.file.text.slice(span.start).split('\n', 1);
  if (/:(?: |$)/.test(line)) return undefined;
  const start = span.start + line.length + 1;
  const [next = ''] = span.file.text.slice(start).split('\n', 1);
  const indent = next.length - next.trimStart().length;
  return {
    code: 'yaml-syntax',
    message: 'this line is indented too far: it would go on with the value of the line above',
    span: { ...span, start: start + indent, end: start + next.length },
    hint: 'check the indentation of this line',
  };
}

const WORDS: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: 'the file holds more than one document',
  BLOCK_AS_IMPLICIT_KEY: 'a second `: ` in one line makes a map inside a map',
  TAB_AS_INDENT: 'tabs cannot indent YAML',
  NON_STRING_KEY: 'a key must be text',
  TAG_RESOLVE_FAILED: 'this tag is not known',
};

const HINTS: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: 'take out the second `---`, or make a second file of it',
  BLOCK_AS_IMPLICIT_KEY: 'quote the value: key: "a: b"',
  TAB_AS_INDENT: 'use spaces',
  MISSING_CHAR: 'close the quote or bracket',
};

function hintForStart(code: ErrorCode, span: Span): string | undefined {
  if (code === 'BAD_SCALAR_START') return 'quote the value';
  const before = span.file.text.slice(0, span.start).split('\n').at(-1) ?? '';
  return code === 'UNEXPECTED_TOKEN' && before.trim() === ''
    ? 'check the indentation of this line'
    : undefined;
}

/** What our own tags say is said already. */
function ours(message: string): boolean {
  return !message.startsWith('`!command`');
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function lineOf(text: string, offset: number): number {
  let line = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
