import { dirname, join } from 'node:path';
import type { SecretSource } from '../model/secret-source.ts';
import type { Span } from '../model/source.ts';
import { isList, isMap, typeName, type Value, type ValueMap } from '../model/value.ts';
import { readDocument } from './document.ts';
import { importSchema, playSchema, type PlayKeywords } from './keywords.ts';
import { pick } from './merge.ts';
import type { Mistakes } from './mistakes.ts';
import { checkNames } from './names.ts';
import { spanOf, valueSpan } from './origin.ts';
import { shownPath } from './source-text.ts';
import { reportUnsupported } from './unsupported.ts';
import { validateKeywords } from './validate.ts';

/** A play as it was written. */
export interface PlaySource {
  readonly raw: ValueMap;
  readonly keywords: PlayKeywords;
  readonly span: Span;
  /** Path of the playbook it stands in. */
  readonly path: string;
  /** What an `import_playbook` around it gives. */
  readonly vars: readonly ValueMap[];
  readonly tags: readonly string[];
}

interface Around {
  readonly secrets: SecretSource | undefined;
  readonly paths: readonly string[];
  readonly from?: Span | undefined;
  readonly vars: readonly ValueMap[];
  readonly tags: readonly string[];
}

/** The plays of a playbook and of those it imports, in order. */
export function readPlays(path: string, mistakes: Mistakes, around: Around): readonly PlaySource[] {
  const source = readDocument(path, mistakes, { from: around.from, secrets: around.secrets });
  if (!source) return [];
  const { value, file } = source;
  if (!isList(value)) {
    const span = spanOf(value) ?? { file, start: 0, end: 1 };
    mistakes.add({
      code: 'wrong-type',
      message: `a playbook is a list of plays; this is ${typeName(value)}`,
      span: { ...span, end: span.start + 1 },
      hint: 'begin with `- hosts: all`',
    });
    return [];
  }
  const inner = { ...around, paths: [...around.paths, path] };
  return value.flatMap((entry, index) =>
    readEntry(entry, valueSpan(value, index) ?? { file, start: 0, end: 1 }, path, inner, mistakes),
  );
}

function readEntry(
  raw: Value,
  span: Span,
  path: string,
  around: Around,
  mistakes: Mistakes,
): readonly PlaySource[] {
  if (!isMap(raw)) {
    mistakes.add({ code: 'wrong-type', message: `a play must be a map; got ${typeName(raw)}`, span });
    return [];
  }
  if (Object.hasOwn(raw, 'import_playbook')) return readImport(raw, span, path, around, mistakes);
  const refused = reportUnsupported(raw, 'play', mistakes);
  const rest = pick(
    raw,
    Object.keys(raw).filter((key) => !refused.includes(key)),
  );
  const head = { ...span, end: endOfLine(span) };
  const keywords = validateKeywords(
    playSchema,
    rest,
    mistakes,
    { owner: 'this play', span: head },
    { hosts: 'all' },
  );
  if (!keywords) return [];
  checkNames(keywords.vars ?? {}, mistakes);
  return [{ raw, keywords, span, path, vars: around.vars, tags: [...around.tags, ...(keywords.tags ?? [])] }];
}

function readImport(
  raw: ValueMap,
  span: Span,
  path: string,
  around: Around,
  mistakes: Mistakes,
): readonly PlaySource[] {
  const refused = reportUnsupported(raw, 'import', mistakes);
  const rest = pick(
    raw,
    Object.keys(raw).filter((key) => !refused.includes(key)),
  );
  const read = validateKeywords(importSchema, rest, mistakes, { owner: 'this import', span });
  if (!read) return [];
  checkNames(read.vars ?? {}, mistakes);
  const target = join(dirname(path), read.import_playbook);
  const from = valueSpan(raw, 'import_playbook');
  if (around.paths.includes(target)) {
    const loop = [...around.paths.slice(around.paths.indexOf(target)), target].map(shownPath);
    mistakes.add({
      code: 'include-loop',
      message: `the playbook imports itself: ${loop.join(' → ')}`,
      span: from ?? span,
    });
    return [];
  }
  return readPlays(target, mistakes, {
    paths: around.paths,
    secrets: around.secrets,
    from,
    vars: read.vars ? [...around.vars, read.vars] : around.vars,
    tags: [...around.tags, ...(read.tags ?? [])],
  });
}

function endOfLine({ file, start, end }: Span): number {
  const line = file.text.indexOf('\n', start);
  return line === -1 ? end : Math.min(end, line);
}
