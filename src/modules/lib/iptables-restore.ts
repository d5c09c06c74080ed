import type { SavedTable, SavedTables } from './iptables-save.ts';
import { parseLine } from './iptables-save.ts';
import {
  isAsWanted,
  isJumpInto,
  isOwn,
  tablesOf,
  type WantedChain,
  type WantedTable,
} from './iptables-set.ts';

/**
 * What `iptables-restore --noflush` must be fed so that a set becomes what is wanted; empty where it is already.
 * Only tables that differ are named, and in them nothing but the set's own chains and the jumps into them.
 */
export function transaction(live: SavedTables, wanted: readonly WantedTable[], set: string): string {
  const lines: string[] = [];
  for (const name of tablesOf(live, wanted, set)) {
    const asked = wanted.find(({ table }) => table === name);
    const table = live.get(name);
    if (isAsWanted(table, asked, set)) continue;
    lines.push(`*${name}`, ...tableTransaction(table, asked, set), 'COMMIT');
  }
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * A file of saved rules with the set's part replaced by what is wanted, all else left as it stands.
 * The set's part is put before the first rule of its table, so that its jumps come first there too.
 */
export function replaceInFile(file: string, wanted: readonly WantedTable[], set: string): string {
  const lines: string[] = [];
  const missing = new Set(wanted);
  for (const section of sectionsOf(file)) {
    const kept = section.lines.filter((line) => !isOfSet(line, set));
    if (section.table === undefined) {
      lines.push(...kept);
      continue;
    }
    const asked = wanted.find(({ table }) => table === section.table);
    if (asked !== undefined && missing.delete(asked)) {
      const firstRule = kept.findIndex((line) => parseLine(line).kind === 'rule');
      kept.splice(firstRule === -1 ? kept.length : firstRule, 0, ...head(asked));
      kept.push(...tail(asked));
    }
    // A table in which nothing is left was there for the set alone.
    if (kept.length > 0 || section.lines.length === 0) lines.push(`*${section.table}`, ...kept, 'COMMIT');
  }
  for (const asked of missing) lines.push(`*${asked.table}`, ...head(asked), ...tail(asked), 'COMMIT');
  return lines.map((line) => `${line}\n`).join('');
}

/** The lines of each table without its first and last one, and what stands between tables. */
function sectionsOf(file: string): readonly { table?: string; lines: string[] }[] {
  const sections: { table?: string; lines: string[] }[] = [];
  let current: { table?: string; lines: string[] } | undefined;
  for (const source of file === '' ? [] : file.replace(/\n$/, '').split('\n')) {
    const line = parseLine(source);
    if (line.kind === 'table') sections.push((current = { table: line.name, lines: [] }));
    else if (line.kind === 'commit' && current?.table !== undefined) current = undefined;
    else {
      if (current === undefined) sections.push((current = { lines: [] }));
      current.lines.push(source);
    }
  }
  return sections;
}

function isOfSet(source: string, set: string): boolean {
  const line = parseLine(source);
  if (line.kind === 'chain') return isOwn(line.name, set);
  return line.kind === 'rule' && (isOwn(line.chain, set) || isJumpInto(line, set));
}

function tableTransaction(
  table: SavedTable | undefined,
  wanted: WantedTable | undefined,
  set: string,
): readonly string[] {
  const chains = wanted?.chains ?? [];
  const stale = (table?.chains ?? []).filter(
    (chain) => isOwn(chain, set) && !chains.some((asked) => asked.name === chain),
  );
  return [
    // Naming a chain creates or empties it.
    ...[...chains.map((chain) => chain.name), ...stale].map(declare),
    ...(table?.rules ?? [])
      .filter((rule) => isJumpInto(rule, set))
      .map((rule) => `-D ${rule.chain} ${rule.text}`),
    // Each goes to the very top, so the last of them is put there first.
    ...inPosition(chains, 'first')
      .toReversed()
      .map((chain) => `-I ${chain.hook} 1 ${chain.jump}`),
    ...inPosition(chains, 'last').map((chain) => `-A ${chain.hook} ${chain.jump}`),
    ...chains.flatMap(rulesOf),
    ...stale.map((chain) => `-X ${chain}`),
  ];
}

function head(wanted: WantedTable): readonly string[] {
  return [
    ...wanted.chains.map((chain) => declare(chain.name)),
    ...inPosition(wanted.chains, 'first').map((chain) => `-A ${chain.hook} ${chain.jump}`),
  ];
}

function tail(wanted: WantedTable): readonly string[] {
  return [
    ...inPosition(wanted.chains, 'last').map((chain) => `-A ${chain.hook} ${chain.jump}`),
    ...wanted.chains.flatMap(rulesOf),
  ];
}

function inPosition(
  chains: readonly WantedChain[],
  position: WantedChain['position'],
): readonly WantedChain[] {
  return chains.filter((chain) => chain.position === position);
}

function rulesOf(chain: WantedChain): readonly string[] {
  return chain.rules.map((text) => `-A ${chain.name} ${text}`.trimEnd());
}

function declare(chain: string): string {
  return `:${chain} - [0:0]`;
}
