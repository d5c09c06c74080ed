import { DiagnosticError, type Diagnostic } from '../model/diagnostic.ts';
import type { Inventory } from '../model/inventory.ts';
import { absent, subjectOf } from './gaps.ts';

const nothing: Inventory = { path: '', hosts: [], groups: new Map(), networks: [] };

/**
 * The mistakes of an inventory and those that a playbook has besides, so that its author sees both at once. What the
 * playbook seems to lack is left out where the inventory names it: its mistake may be what hides it.
 */
export function togetherWith(
  {
    inventory,
    mistakes,
  }: { readonly inventory: Inventory | undefined; readonly mistakes: readonly Diagnostic[] },
  load: (inventory: Inventory) => unknown,
): readonly Diagnostic[] {
  const files = new Set(mistakes.flatMap(({ span }) => (span ? [span.file] : [])));
  const paths = new Set([...files].map(({ path }) => path));
  const named = (name: string): boolean => [...files].some(({ text }) => text.includes(name));
  const own = found(() => load(inventory ?? nothing)).filter(
    ({ code, message, span }) =>
      !(span && paths.has(span.file.path)) &&
      !(absent.has(code) && (!inventory || named(subjectOf(message)))),
  );
  return [...mistakes, ...own];
}

function found(load: () => unknown): readonly Diagnostic[] {
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
}
