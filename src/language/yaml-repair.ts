import { parseDocument, type Document, type YAMLError } from 'yaml';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { SourceFile } from '../model/source.ts';
import { secretTags } from './secret-tags.ts';
import { translateYamlError, unquotedTemplate } from './yaml-errors.ts';
import { Lines, type Block } from './yaml-lines.ts';

/** What could be understood of a text, and what could not. */
export interface Repaired {
  /** Its offsets are those of the text as it was written. Absent: nothing could be understood. */
  readonly document?: Document.Parsed;
  readonly mistakes: readonly Diagnostic[];
  /** Templates that lacked their quotes, by where they stand: the document has something else there. */
  readonly templates: ReadonlyMap<number, string>;
  /** Stretches that were left out. */
  readonly gaps: readonly Block[];
}

/** The parser goes on behind these as if nothing were wrong. */
const harmless = new Set([
  ...['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED', 'BAD_SCALAR_START', 'BAD_DQ_ESCAPE', 'MULTIPLE_DOCS'],
]);

/**
 * Reads a YAML text and goes on behind a mistake: an unquoted template is quoted, what else cannot be read is blanked
 * out, as little as possible, and the rest is read again. Only the first mistake of each reading is told, as those
 * behind it are mostly its echo.
 */
export function parseRepaired(file: SourceFile): Repaired {
  const mistakes: Diagnostic[] = [];
  const templates = new Map<number, string>();
  const gaps: Block[] = [];
  let text = file.text;
  for (;;) {
    const document = parse(text);
    const errors = problems(document);
    const first = errors.find(({ code }) => !harmless.has(code));
    const now = { ...file, text };
    const bare = first && unquotedTemplate(now, first.pos[0]);
    if (!first) {
      mistakes.push(...errors.map((error) => translateYamlError(document, error, now)));
      return { document, mistakes: mistakes.map((mistake) => inFile(mistake, file)), templates, gaps };
    }
    mistakes.push(bare?.diagnostic ?? translateYamlError(document, first, now));
    if (bare) {
      templates.set(bare.start, bare.template);
      text = cover(text, bare.start, bare.start + bare.template.length, 'x');
      continue;
    }
    const gap = gapFor(text, mistakes.at(-1)?.span?.start ?? first.pos[0], first.pos[0]);
    if (!gap) return { mistakes: mistakes.map((mistake) => inFile(mistake, file)), templates, gaps };
    gaps.push(gap.block);
    text = gap.text;
  }
}

function parse(text: string): Document.Parsed {
  return parseDocument(text, {
    version: '1.2',
    uniqueKeys: true,
    stringKeys: true,
    strict: true,
    prettyErrors: false,
    customTags: secretTags,
  });
}

function problems(document: Document.Parsed): readonly YAMLError[] {
  return [...document.errors, ...document.warnings].sort((one, other) => one.pos[0] - other.pos[0]);
}

/** The smallest stretch without which the parser gets beyond it; one that makes no new trouble, where there is one. */
function gapFor(text: string, told: number, stumbled: number): Gap | undefined {
  const known = new Set(problems(parse(text)).map(({ pos }) => pos[0]));
  let second: Gap | undefined;
  for (const gap of gapsOf(text, told)) {
    const left = problems(parse(gap.text));
    const next = left.find(({ code }) => !harmless.has(code));
    if (next && next.pos[0] < Math.max(gap.block.end, stumbled + 1)) continue;
    if (left.every(({ pos }) => known.has(pos[0]))) return gap;
    second ??= gap;
  }
  return second;
}

interface Gap {
  /** With the gap in it. */
  readonly text: string;
  readonly block: Block;
}

function* gapsOf(text: string, offset: number): Iterable<Gap> {
  for (const block of candidates(new Lines(text), offset))
    for (const keep of [/^\s*(?:- +)?(?:[\w.-]+:(?=\s))?/, /^\s*(?:-(?= ))?/, /^/]) {
      const kept = keep.exec(text.slice(block.start, block.end))?.[0].trimEnd().length ?? 0;
      const rest = cover(text, block.start + kept, block.end, ' ');
      if (rest !== text) yield { text: rest, block };
    }
}

function candidates(lines: Lines, offset: number): readonly Block[] {
  return [lines.line(offset), lines.withChildren(offset), ...lines.around(offset)];
}

/** The line ends stay where they are, and so does everything else. */
function cover(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, by) + text.slice(end);
}

/** Excerpts are of the file as it was written. */
function inFile(mistake: Diagnostic, file: SourceFile): Diagnostic {
  const { span, related } = mistake;
  return {
    ...mistake,
    ...(span && { span: { ...span, file } }),
    ...(related && { related: related.map((item) => ({ ...item, span: { ...item.span, file } })) }),
  };
}
