import type { ASTNode } from '@marcbachmann/cel-js';
import type { Use } from './text-mistake.ts';

/** Every variable that an expression names, with the fields it asks of it. */
export function usesOf(
  ast: ASTNode,
  original: (start: number, end: number) => { start: number; end: number },
): readonly Use[] {
  const uses: Use[] = [];
  walk(ast, new Set(), false);
  return uses;

  function walk(node: ASTNode, bound: ReadonlySet<string>, lenient: boolean): void {
    const path = pathOf(node);
    if (path) {
      if (!bound.has(path.name)) uses.push({ ...path, ...original(node.start, node.end), lenient });
      return;
    }
    if (node.op === 'call') {
      const [name, parameters] = node.args;
      for (const parameter of parameters)
        walk(parameter, bound, lenient || name === 'defined' || name === 'has');
    } else if (node.op === 'rcall') {
      const [name, receiver, parameters] = node.args;
      if (!(name === 'bind' && pathOf(receiver)?.name === 'cel')) walk(receiver, bound, lenient);
      const [first, ...rest] = parameters;
      const names =
        first?.op === 'id' && (MACROS.has(name) || name === 'bind') ? new Set([...bound, first.args]) : bound;
      for (const parameter of names === bound ? parameters : rest) walk(parameter, names, lenient);
    } else if (node.op === '.?') {
      const [inner] = node.args;
      walk(inner, bound, true);
    } else for (const inner of childrenOf(node)) walk(inner, bound, lenient);
  }
}

const MACROS = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'transformList', 'transformMap']);

/** `a.b["c"]` as a name and its fields. */
function pathOf(node: ASTNode): { name: string; rest: readonly string[] } | undefined {
  if (node.op === 'id') return { name: node.args, rest: [] };
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [inner, field] = node.args;
  const path = pathOf(inner);
  const key =
    typeof field === 'string'
      ? field
      : field.op === 'value' && typeof field.args === 'string'
        ? field.args
        : undefined;
  return path && key !== undefined ? { name: path.name, rest: [...path.rest, key] } : undefined;
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  const found: ASTNode[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) collect(item);
    else if (typeof value === 'object' && value !== null && 'op' in value) found.push(value as ASTNode);
  };
  collect(node.args);
  return found;
}
