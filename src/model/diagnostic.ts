import { positionAt, type Span } from './source.ts';

/** Every kind of mistake an author can make. Closed, so that each can be documented and tested. */
export type DiagnosticCode =
  | 'file-missing'
  | 'file-unreadable'
  | 'yaml-syntax'
  | 'yaml-duplicate-key'
  | 'yaml-unquoted-template'
  | 'unknown-key'
  | 'missing-key'
  | 'wrong-type'
  | 'unknown-module'
  | 'unknown-parameter'
  | 'missing-parameter'
  | 'invalid-parameter'
  | 'mode-number'
  | 'boolean-word'
  | 'template-syntax'
  | 'undefined-variable'
  | 'expression-syntax'
  | 'expression-type'
  | 'include-loop'
  | 'unknown-host'
  | 'unknown-group'
  | 'unknown-network'
  | 'unknown-handler'
  | 'unknown-tag'
  | 'bad-address'
  | 'group-loop'
  | 'reserved-name'
  | 'variable-loop'
  | 'duplicate-address'
  | 'overlapping-networks'
  | 'revoked-client'
  | 'bad-port'
  | 'duplicate-port'
  | 'bad-calendar'
  | 'unknown-task'
  | 'secret-unreadable'
  | 'not-supported';

/** A mistake in a file, as its author needs it: where it is, what it is, what to write instead. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly span?: Span;
  /** Other places that explain it, such as the first of two equal keys. */
  readonly related?: readonly { readonly span: Span; readonly message: string }[];
  /** What to write instead. */
  readonly hint?: string;
}

/** Thrown at the end of a stage that found mistakes, with all of them. */
export class DiagnosticError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(renderDiagnostic).join('\n\n'));
    this.name = 'DiagnosticError';
    this.diagnostics = diagnostics;
  }
}

/**
 * ```
 * playbooks/site.yaml:7:5: error: unknown key `becom`
 *   7 |     becom: true
 *     |     ^~~~~
 *   hint: did you mean `become`?
 * ```
 */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const lines: string[] = [];
  if (diagnostic.span) lines.push(...pointAt(diagnostic.span, `error: ${diagnostic.message}`));
  else lines.push(`error: ${diagnostic.message}`);
  for (const { span, message } of diagnostic.related ?? []) lines.push(...pointAt(span, `note: ${message}`));
  if (diagnostic.hint !== undefined) {
    const [first = '', ...rest] = diagnostic.hint.split('\n');
    lines.push(`  hint: ${first}`, ...rest.map((line) => `        ${line}`));
  }
  return lines.join('\n');
}

function pointAt(span: Span, message: string): string[] {
  const { line, column } = positionAt(span.file, span.start);
  const head = `${span.file.path}:${line}:${column}: ${message}`;
  if (span.file.hidden === true) return [head];
  const source = span.file.text.split('\n')[line - 1]?.replace(/\r$/, '');
  if (source === undefined || source.trim() === '') return [head];
  const width = Math.max(1, Math.min(span.end - span.start, source.length - column + 1));
  const gutter = String(line);
  const blank = ' '.repeat(gutter.length);
  // Tabs stay tabs below, or the caret would stand elsewhere.
  const indent = source.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return [head, `  ${gutter} | ${source}`, `  ${blank} | ${indent}^${'~'.repeat(width - 1)}`];
}
