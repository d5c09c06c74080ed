import type { SavedRule, SavedTable, SavedTables } from './iptables-save.ts';
import { commentOf, savedWords, targetOf } from './iptables-words.ts';

/** What a table should hold of a set, in the words in which `iptables-save` prints it. */
export interface WantedTable {
  readonly table: string;
  readonly chains: readonly WantedChain[];
}

export interface WantedChain {
  readonly name: string;
  /** The built-in chain that jumps here. */
  readonly hook: string;
  readonly position: 'first' | 'last';
  /** The rule in the built-in chain. */
  readonly jump: string;
  readonly rules: readonly string[];
}

/** Begins the comment of every jump, so that sets know one another's and do not fight for the first place. */
const jumpComment = 'homerun ';

/** Whether a chain belongs to the set of this name. */
export function isOwn(chain: string, set: string): boolean {
  return chain.startsWith(`${set}-`);
}

/**
 * A rule that leads into the set from outside it, or is marked as one: what is left of it in a file that was cut off
 * leads to a chain that is nowhere, and iptables-restore notices that only when it loads the file.
 */
export function isJumpInto(rule: SavedRule, set: string): boolean {
  if (isOwn(rule.chain, set)) return false;
  const words = savedWords(rule.text);
  const target = targetOf(words);
  return (target !== undefined && isOwn(target, set)) || commentOf(words) === `${jumpComment}${set}`;
}

/** The rule of a built-in chain that leads into an own one. */
export function jumpTo(chain: string, set: string): string {
  return `-m comment --comment "${jumpComment}${set}" -j ${chain}`;
}

/** The names of tables in which anything of the set is, or should be. */
export function tablesOf(saved: SavedTables, wanted: readonly WantedTable[], set: string): readonly string[] {
  const names = new Set(wanted.map(({ table }) => table));
  for (const [name, table] of saved) if (ownLines(table, set).length > 0) names.add(name);
  return [...names].sort();
}

/** Everything of the set in a table, as lines: its chains, the jumps into them, their rules. For comparing and showing. */
export function ownLines(table: SavedTable | undefined, set: string): readonly string[] {
  if (table === undefined) return [];
  const own = table.chains.filter((chain) => isOwn(chain, set)).sort();
  return [
    ...own.map((chain) => `:${chain}`),
    ...table.rules.filter((rule) => isJumpInto(rule, set)).map(line),
    ...own.flatMap((chain) => table.rules.filter((rule) => rule.chain === chain).map(line)),
  ];
}

/** The same, of what is wanted. */
export function wantedLines(wanted: WantedTable | undefined): readonly string[] {
  if (wanted === undefined) return [];
  const chains = [...wanted.chains].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    ...chains.map((chain) => `:${chain.name}`),
    ...wanted.chains.map((chain) => line({ chain: chain.hook, text: chain.jump })),
    ...chains.flatMap((chain) => chain.rules.map((text) => line({ chain: chain.name, text }))),
  ];
}

/** Whether a table holds exactly what is wanted of the set, each jump at its place. */
export function isAsWanted(
  table: SavedTable | undefined,
  wanted: WantedTable | undefined,
  set: string,
): boolean {
  const found = [...ownLines(table, set)].sort();
  const expected = [...wantedLines(wanted)].sort();
  if (found.join('\n') !== expected.join('\n')) return false;
  return (wanted?.chains ?? []).every(
    (chain) =>
      rulesOf(table, chain.name).join('\n') === chain.rules.join('\n') &&
      isInPlace(table, chain, wanted, set),
  );
}

function isInPlace(
  table: SavedTable | undefined,
  chain: WantedChain,
  wanted: WantedTable | undefined,
  set: string,
): boolean {
  const siblings = (wanted?.chains ?? []).filter(
    (other) => other.hook === chain.hook && other.position === chain.position,
  );
  const others = rulesOf(table, chain.hook).filter((text) => !isJumpOfAnotherSet(text, set));
  const place =
    chain.position === 'first' ? others.slice(0, siblings.length) : others.slice(-siblings.length);
  return place.join('\n') === siblings.map((sibling) => sibling.jump).join('\n');
}

function isJumpOfAnotherSet(text: string, set: string): boolean {
  const comment = commentOf(savedWords(text));
  return comment !== undefined && comment.startsWith(jumpComment) && comment !== `${jumpComment}${set}`;
}

function rulesOf(table: SavedTable | undefined, chain: string): readonly string[] {
  return (table?.rules ?? []).filter((rule) => rule.chain === chain).map((rule) => rule.text);
}

function line(rule: SavedRule): string {
  return `-A ${rule.chain} ${rule.text}`.trimEnd();
}
