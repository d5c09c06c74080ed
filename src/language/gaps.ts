import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.ts';
import type { SourceFile, Span } from '../model/source.ts';
import { Lines, type Block } from './yaml-lines.ts';

/** Mistakes that say that something stands nowhere: it may stand where nothing could be read. */
export const absent: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  'undefined-variable',
  'unknown-group',
  'unknown-handler',
  'unknown-host',
  'unknown-network',
  'unknown-tag',
  'unknown-task',
]);

/** What could not be read of the files, so that nobody is told of mistakes that are only its shadow. */
export class Gaps {
  readonly #gaps: { readonly file: SourceFile; readonly gap: Block; readonly owner: Block }[] = [];
  readonly #lines = new Map<string, Lines>();

  add(file: SourceFile, gap: Block): void {
    this.#gaps.push({ file, gap, owner: this.#linesOf(file).owner(gap.start) });
  }

  /** Whether a mistake may well be gone once the gaps are. */
  explain({ code, message, span }: Diagnostic): boolean {
    if (this.#gaps.length === 0 || code.startsWith('yaml-')) return false;
    if (span && this.#besideGap(span)) return true;
    const name = subjectOf(message);
    return (
      absent.has(code) &&
      this.#gaps.some(({ file, gap }) => file.text.slice(gap.start, gap.end).includes(name))
    );
  }

  /** In the gap, or in the task, the host or the map that it is a part of, but not in what that contains in turn. */
  #besideGap(span: Span): boolean {
    const own = this.#linesOf(span.file).owner(span.start);
    return this.#gaps.some(
      ({ file, gap, owner }) =>
        file.path === span.file.path &&
        ((span.start >= gap.start && span.start < gap.end) || own.start === owner.start),
    );
  }

  /** Whether two places belong to the same task, host or map. */
  together(one: Span, other: Span): boolean {
    if (one.file.path !== other.file.path) return false;
    const lines = this.#linesOf(one.file);
    return lines.owner(one.start).start === lines.owner(other.start).start;
  }

  #linesOf(file: SourceFile): Lines {
    const lines = this.#lines.get(file.path) ?? new Lines(file.text);
    this.#lines.set(file.path, lines);
    return lines;
  }
}

/** What a message is about: the first thing that it quotes. */
export function subjectOf(message: string): string {
  return /`([^`]+)`/.exec(message)?.[1] ?? '\0';
}
