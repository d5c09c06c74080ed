/** A text file as it was read; positions are offsets into `text`. */
export interface SourceFile {
  /** As the user would type it: relative to the working directory where possible. */
  readonly path: string;
  readonly text: string;
  /** Holds secrets in the clear: places in it may be told, its lines may not. */
  readonly hidden?: boolean;
}

/** A stretch of a file, `start` inclusive, `end` exclusive, in UTF-16 code units. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** Line and column of an offset, both counted from 1. Columns count UTF-16 code units, as editors do. */
export function positionAt(file: SourceFile, offset: number): { line: number; column: number } {
  const before = file.text.slice(0, Math.max(0, Math.min(offset, file.text.length)));
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line++;
  return { line, column: before.length - lineStart + 1 };
}

/** `path:line:column` of the start of a span. */
export function locate(span: Span): string {
  const { line, column } = positionAt(span.file, span.start);
  return `${span.file.path}:${line}:${column}`;
}
