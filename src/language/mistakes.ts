import { Gaps } from './gaps.ts';
import type { SourceFile } from '../model/source.ts';
import type { Block } from './yaml-lines.ts';
import { DiagnosticError, type Diagnostic } from '../model/diagnostic.ts';

/** For which host a mistake was found, and how many hosts were looked at for it. */
export interface Found {
  readonly host: string;
  readonly among: number;
}

interface Entry {
  readonly diagnostic: Diagnostic;
  readonly hosts: Set<string>;
  among: number;
}

/** Collects mistakes, so that an author sees all of them at once. */
export class Mistakes {
  readonly #found = new Map<string, Entry>();
  readonly #gaps = new Gaps();

  /** Notes a stretch of a file that could not be read: what seems wrong only because it is missing is not told. */
  leftOut(file: SourceFile, gap: Block): void {
    this.#gaps.add(file, gap);
  }

  /** Equal mistakes are kept once; one that only some of the hosts show will name these. */
  add(diagnostic: Diagnostic, found?: Found): void {
    const { code, message, span } = diagnostic;
    const key = `${code} ${message} ${span?.file.path} ${span?.start} ${span?.end}`;
    const entry = this.#found.get(key) ?? { diagnostic, hosts: new Set<string>(), among: 0 };
    if (found) {
      entry.hosts.add(found.host);
      entry.among = Math.max(entry.among, found.among);
    }
    this.#found.set(key, entry);
  }

  get size(): number {
    return this.#found.size;
  }

  /** In the order of their files, and of the lines in each. */
  list(): readonly Diagnostic[] {
    const files: string[] = [];
    const all = [...this.#found.values()]
      .map(named)
      .filter((mistake) => !this.#gaps.explain(mistake) && !this.#isOutdone(mistake));
    for (const { span } of all) if (span && !files.includes(span.file.path)) files.push(span.file.path);
    return all.sort(
      (left, right) => order(left, files) - order(right, files) || offset(left) - offset(right),
    );
  }

  /** Whether another mistake says the same, and better. */
  #isOutdone({ code, message, span }: Diagnostic): boolean {
    const missing = /needs (`[^`]+`)$/.exec(message)?.[1];
    return [...this.#found.values()].some(({ diagnostic: other }) => {
      if (!span || !other.span) return false;
      // Quotes are no cure for the braces of an expression, and its own message says what is.
      if (code === 'yaml-unquoted-template')
        return other.code === 'expression-syntax' && other.span.start === span.start;
      // What is missing because its name is misspelt is one mistake, not two.
      const misspelt = missing !== undefined && other.hint === `did you mean ${missing}?`;
      return misspelt && this.#gaps.together(span, other.span);
    });
  }

  throwIfAny(): void {
    if (this.size > 0) throw new DiagnosticError(this.list());
  }
}

function named({ diagnostic, hosts, among }: Entry): Diagnostic {
  if (hosts.size >= among) return diagnostic;
  return { ...diagnostic, message: `${diagnostic.message} (for ${listed([...hosts])})` };
}

function listed(hosts: readonly string[]): string {
  const shown = hosts.slice(0, 3).join(', ');
  const rest = hosts.length > 3 ? ` and ${hosts.length - 3} more` : '';
  return `host${hosts.length > 1 ? 's' : ''} ${shown}${rest}`;
}

function order({ span }: Diagnostic, files: readonly string[]): number {
  return span ? files.indexOf(span.file.path) : -1;
}

function offset({ span }: Diagnostic): number {
  return span?.start ?? 0;
}
