import { savedWords } from './iptables-words.ts';

/** One table of `iptables-save`, or of a file that `iptables-restore` reads. */
export interface SavedTable {
  /** All chains in order, built-in ones too. */
  readonly chains: readonly string[];
  /** All rules in order. */
  readonly rules: readonly SavedRule[];
}

export interface SavedRule {
  readonly chain: string;
  /** What stands behind `-A CHAIN `. */
  readonly text: string;
}

export type SavedTables = ReadonlyMap<string, SavedTable>;

/** One line, told apart. Comments, blank lines and what is not known are `other`. */
export type SavedLine =
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'chain'; readonly name: string }
  | ({ readonly kind: 'rule' } & SavedRule)
  | { readonly kind: 'commit' }
  | { readonly kind: 'other' };

/** Reads the output of `iptables-save`; a table that appears twice is one table. */
export function parseSave(text: string): SavedTables {
  const tables = new Map<string, { chains: string[]; rules: SavedRule[] }>();
  let table: { chains: string[]; rules: SavedRule[] } | undefined;
  for (const source of text.split('\n')) {
    const line = parseLine(source);
    if (line.kind === 'table') {
      table = tables.get(line.name) ?? { chains: [], rules: [] };
      tables.set(line.name, table);
    } else if (line.kind === 'commit') table = undefined;
    else if (line.kind === 'chain') table?.chains.push(line.name);
    else if (line.kind === 'rule') table?.rules.push({ chain: line.chain, text: line.text });
  }
  return tables;
}

export function parseLine(source: string): SavedLine {
  // `iptables-save -c` puts counters before each rule.
  const line = source.trim().replace(/^\[\d+:\d+\] /, '');
  if (line.startsWith('*')) return { kind: 'table', name: line.slice(1) };
  if (line === 'COMMIT') return { kind: 'commit' };
  if (line.startsWith(':')) return { kind: 'chain', name: line.slice(1).split(/\s/)[0] ?? '' };
  const rule = /^(?:-A|--append) +(\S+) *(.*)$/.exec(line);
  if (rule === null) return { kind: 'other' };
  return { kind: 'rule', chain: savedWords(rule[1] ?? '')[0] ?? '', text: rule[2] ?? '' };
}
