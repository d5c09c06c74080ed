import { DiagnosticError, type Diagnostic } from '../model/diagnostic.ts';
import type { Host, Inventory } from '../model/inventory.ts';
import { nearest } from '../model/suggest.ts';

/**
 * The hosts that a pattern names, in the order of the inventory: `all`, `*`, names, groups and globs, joined by `:`
 * or `,`; `!x` takes hosts out, `&x` keeps only those. Throws a DiagnosticError for a name that does not exist.
 */
export function matchHosts(pattern: string, inventory: Inventory): readonly Host[] {
  const { hosts, mistakes } = findHosts(pattern, inventory);
  if (mistakes.length > 0) throw new DiagnosticError(mistakes);
  return hosts;
}

/** The same, with mistakes as values. */
export function findHosts(
  pattern: string,
  inventory: Inventory,
): { hosts: readonly Host[]; mistakes: readonly Diagnostic[] } {
  const mistakes: Diagnostic[] = [];
  const parts = pattern
    .split(/[,:]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) mistakes.push({ code: 'unknown-host', message: 'the pattern of hosts is empty' });
  const named = (part: string) => namesOf(part, inventory, mistakes);
  const plain = parts.filter((part) => !/^[!&]/.test(part));
  // A pattern of exclusions alone means all others.
  const wanted = new Set(plain.length > 0 ? plain.flatMap(named) : inventory.hosts.map((host) => host.name));
  const kept = parts.filter((part) => part.startsWith('&')).map((part) => new Set(named(part.slice(1))));
  const out = new Set(parts.filter((part) => part.startsWith('!')).flatMap((part) => named(part.slice(1))));
  const hosts = inventory.hosts.filter(
    ({ name }) => wanted.has(name) && !out.has(name) && kept.every((set) => set.has(name)),
  );
  return { hosts, mistakes };
}

function namesOf(part: string, { hosts, groups }: Inventory, mistakes: Diagnostic[]): readonly string[] {
  if (part === '*') return hosts.map((host) => host.name);
  const known = [...groups.keys(), ...hosts.map((host) => host.name)];
  const matches = known.filter(/[*?[]/.test(part) ? matcher(part) : (name) => name === part);
  if (matches.length === 0) mistakes.push(unknown(part, known));
  return matches.flatMap((name) => groups.get(name) ?? [name]);
}

function matcher(glob: string): (name: string) => boolean {
  const source = glob
    .replaceAll(/[.+^$(){}|\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^');
  try {
    const expression = new RegExp(`^${source}$`);
    return (name) => expression.test(name);
  } catch {
    // An unclosed bracket stands for itself, and no name has one: the pattern is reported as unknown.
    return () => false;
  }
}

function unknown(part: string, known: readonly string[]): Diagnostic {
  const near = nearest(part, known);
  const isGlob = /[*?[]/.test(part);
  return {
    code: 'unknown-host',
    message: isGlob ? `no host or group matches \`${part}\`` : `there is no host or group \`${part}\``,
    hint:
      near === undefined
        ? `there are ${known.filter((name) => name !== 'ungrouped').join(', ')}`
        : `did you mean \`${near}\`?`,
  };
}
