import { nearest } from '../model/suggest.ts';
import type { ValueMap } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { valueSpan } from './origin.ts';

export interface GroupSource {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly children: readonly string[];
  readonly vars: ValueMap;
  readonly connection: ValueMap;
}

export interface Groups {
  /** Host names by group, in the order of the inventory; with `all` and `ungrouped`. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** The groups of a host, outermost first, those of one level in the order of the file. */
  of(host: string): readonly GroupSource[];
}

/** Resolves nested groups. References to groups and hosts that do not exist, and cycles, are reported. */
export function resolveGroups(
  groups: readonly GroupSource[],
  hosts: readonly string[],
  mistakes: Mistakes,
): Groups {
  const byName = new Map(groups.map((group) => [group.name, group]));
  for (const group of groups) checkReferences(group, byName, hosts, mistakes);
  const levels = levelsOf(groups, byName, mistakes);
  const resolved = new Map<string, ReadonlySet<string>>();
  const inFileOrder = (names: ReadonlySet<string>) => hosts.filter((host) => names.has(host));
  const grouped = new Set(groups.flatMap((group) => [...hostsOf(group, byName, resolved, new Set())]));
  const members = new Map<string, readonly string[]>([['all', hosts]]);
  for (const group of groups) members.set(group.name, inFileOrder(resolved.get(group.name) ?? new Set()));
  members.set(
    'ungrouped',
    hosts.filter((host) => !grouped.has(host)),
  );
  const outermostFirst = groups.toSorted(
    (left, right) => (levels.get(left.name) ?? 0) - (levels.get(right.name) ?? 0),
  );
  return { members, of: (host) => outermostFirst.filter((group) => members.get(group.name)?.includes(host)) };
}

function checkReferences(
  group: GroupSource,
  byName: ReadonlyMap<string, unknown>,
  hosts: readonly string[],
  mistakes: Mistakes,
): void {
  for (const [index, host] of group.hosts.entries())
    if (!hosts.includes(host)) mistakes.add(unknown('host', host, hosts, group.hosts, index));
  for (const [index, child] of group.children.entries())
    if (!byName.has(child)) mistakes.add(unknown('group', child, [...byName.keys()], group.children, index));
}

function unknown(
  kind: 'host' | 'group',
  name: string,
  known: readonly string[],
  list: readonly string[],
  index: number,
) {
  const near = nearest(name, known);
  const span = valueSpan(list, index);
  return {
    code: `unknown-${kind}`,
    message: `there is no ${kind} \`${name}\``,
    ...(span && { span }),
    ...(near !== undefined && { hint: `did you mean \`${near}\`?` }),
  } as const;
}

/** How deep each group stands at most; a cycle is reported where it closes. */
function levelsOf(
  groups: readonly GroupSource[],
  byName: ReadonlyMap<string, GroupSource>,
  mistakes: Mistakes,
): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  const descend = (group: GroupSource, path: readonly string[]): void => {
    levels.set(group.name, Math.max(levels.get(group.name) ?? 0, path.length));
    for (const [index, name] of group.children.entries()) {
      const child = byName.get(name);
      if (!child) continue;
      const around = [...path, group.name];
      if (!around.includes(name)) descend(child, around);
      else reportLoop(around.slice(around.indexOf(name)), group, index, mistakes);
    }
  };
  for (const group of groups) descend(group, []);
  return levels;
}

function reportLoop(names: readonly string[], group: GroupSource, index: number, mistakes: Mistakes): void {
  // A cycle is met once from each of its groups: only the one that begins with its first name is told.
  if (names.toSorted()[0] !== names[0]) return;
  const span = valueSpan(group.children, index);
  mistakes.add({
    code: 'group-loop',
    message: `groups contain each other: ${[...names, names[0]].join(' → ')}`,
    ...(span && { span }),
    hint: 'take one of them out of `children`',
  });
}

function hostsOf(
  group: GroupSource,
  byName: ReadonlyMap<string, GroupSource>,
  resolved: Map<string, ReadonlySet<string>>,
  above: ReadonlySet<string>,
): ReadonlySet<string> {
  const known = resolved.get(group.name);
  if (known) return known;
  const inner = new Set([...above, group.name]);
  const children = group.children
    .flatMap((name) => byName.get(name) ?? [])
    .filter((child) => !inner.has(child.name));
  const result = new Set([
    ...group.hosts,
    ...children.flatMap((child) => [...hostsOf(child, byName, resolved, inner)]),
  ]);
  resolved.set(group.name, result);
  return result;
}
