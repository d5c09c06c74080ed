import { isMap, isScalar, visit, type Document, type ErrorCode, type YAMLError } from 'yaml';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { SourceFile, Span } from '../model/source.ts';
import { findSlip } from './yaml-slips.ts';

/** One of the parser's errors or warnings in our words. */
export function translateYamlError(
  document: Document.Parsed,
  { code, message, pos }: YAMLError,
  file: SourceFile,
): Diagnostic {
  const span = { file, start: pos[0], end: Math.max(pos[1], pos[0] + 1) };
  return translate(document, code, message, span);
}

/** A template without quotes in the line of an offset: YAML takes its braces for maps. */
export function unquotedTemplate(
  file: SourceFile,
  offset: number,
): { readonly start: number; readonly template: string; readonly diagnostic: Diagnostic } | undefined {
  const lineStart = file.text.lastIndexOf('\n', offset - 1) + 1;
  const [line = ''] = file.text.slice(lineStart).split(/\r?\n/, 1);
  const match = /^([^#'"]*?(?:[:-]\s+|[[,]\s*))(\{\{[^#]*?)\s*(?: #.*)?$/.exec(line);
  if (!match) return undefined;
  const [, before = '', rest = ''] = match;
  // Inside `{…}` or `[…]` the value ends before the next `,`.
  const template = /[{[]/.test(before) ? (/^\{\{.*?\}\}[^,}\]]*/.exec(rest)?.[0] ?? rest).trimEnd() : rest;
  const start = lineStart + before.length;
  const key = /([\w.-]+:|-)\s+$/.exec(before)?.[1];
  return {
    start,
    template,
    diagnostic: {
      code: 'yaml-unquoted-template',
      message: 'a value that begins with `{{` must be quoted, or YAML reads it as a map',
      span: { file, start, end: start + template.length },
      hint: `write ${key === undefined ? '' : `${key} `}"${template.replaceAll('"', "'")}"`,
    },
  };
}

function translate(document: Document.Parsed, code: ErrorCode, message: string, span: Span): Diagnostic {
  if (code === 'DUPLICATE_KEY') return duplicateKey(document, span);
  const slip = findSlip(document, code, span);
  if (slip) return { code: 'yaml-syntax', ...slip };
  return {
    code: 'yaml-syntax',
    message: (ours(message) && WORDS[code]) || lowerFirst(message),
    span,
    ...(HINTS[code] !== undefined && { hint: HINTS[code] }),
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

const WORDS: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: 'the file holds more than one document',
  BLOCK_AS_IMPLICIT_KEY: 'a second `: ` in one line makes a map inside a map',
  NON_STRING_KEY: 'a key must be text',
  TAG_RESOLVE_FAILED: 'this tag is not known',
};

const HINTS: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: 'take out the second `---`, or make a second file of it',
  BAD_DQ_ESCAPE: 'write `\\\\` for a backslash, or put the text in single quotes',
  MISSING_CHAR: 'close the quote or bracket',
  TAG_RESOLVE_FAILED: 'there are !secret, !env, !command and !vault; quote a text that begins with `!`',
};

/** What our own tags say is said already. */
function ours(message: string): boolean {
  return !message.startsWith('`!command`');
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
