import { DiagnosticError, type Diagnostic } from '../model/diagnostic.ts';

/** Collects mistakes, so that an author sees all of them at once. */
export class Mistakes {
  readonly #found = new Map<string, { readonly diagnostic: Diagnostic; readonly hosts: Set<string> }>();
  #checked = new Set<string>();

  /** A mistake; with a host where it was found while looking at that host. Equal ones are kept once. */
  add(diagnostic: Diagnostic, host?: string): void {
    const { code, message, span } = diagnostic;
    const key = `${code} ${message} ${span?.file.path} ${span?.start} ${span?.end}`;
    const entry = this.#found.get(key) ?? { diagnostic, hosts: new Set<string>() };
    if (host !== undefined) entry.hosts.add(host);
    this.#found.set(key, entry);
  }

  /** Says which hosts are looked at, so that a mistake that only some of them show names these. */
  looksAt(hosts: Iterable<string>): void {
    this.#checked = new Set([...this.#checked, ...hosts]);
  }

  get size(): number {
    return this.#found.size;
  }

  /** In the order of their files, and of the lines in each. */
  list(): readonly Diagnostic[] {
    const files: string[] = [];
    const all = [...this.#found.values()].map(({ diagnostic, hosts }) => this.#named(diagnostic, hosts));
    for (const { span } of all) if (span && !files.includes(span.file.path)) files.push(span.file.path);
    return all.sort(
      (left, right) => order(left, files) - order(right, files) || offset(left) - offset(right),
    );
  }

  throwIfAny(): void {
    if (this.size > 0) throw new DiagnosticError(this.list());
  }

  #named(diagnostic: Diagnostic, hosts: ReadonlySet<string>): Diagnostic {
    if (hosts.size === 0 || hosts.size >= this.#checked.size) return diagnostic;
    return { ...diagnostic, message: `${diagnostic.message} (for ${listed([...hosts])})` };
  }
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
