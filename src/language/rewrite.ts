import { isScalar, isSeq, parseDocument, stringify, visit, type Node } from 'yaml';

export interface Rewriting {
  /** What another text value becomes; the same text where it stays. Keys and comments are left alone. */
  readonly text: (value: string) => string;
  /** New values at paths that are there. */
  readonly values: readonly { readonly path: readonly (string | number)[]; readonly value: unknown }[];
}

/** Changes values of a YAML text in their places: comments, order and style stay as they are. */
export function rewriteYaml(source: string, { text, values }: Rewriting): string {
  const document = parseDocument(source);
  const [problem] = document.errors;
  if (problem) throw new Error(`the text to rewrite is no YAML: ${problem.message}`);
  const changes = new Map<Node, string>();
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string') return;
      const after = text(node.value);
      if (after !== node.value) changes.set(node, inFlow(after));
    },
  });
  for (const { path, value } of values) {
    const node: unknown = document.getIn(path, true);
    if (!isNode(node)) throw new Error(`there is no ${path.join('.')} to rewrite`);
    changes.set(node, inStyleOf(node, value, source));
  }
  let result = source;
  const byPlace = [...changes].sort(([left], [right]) => startOf(right) - startOf(left));
  for (const [node, after] of byPlace) {
    const before = result.slice(0, startOf(node));
    const start = after.startsWith('\n') ? before.trimEnd() : before;
    result = `${start}${after}${result.slice(endOf(node, source))}`;
  }
  return result;
}

/** A list of lines stays one, and a map that is too long for its line goes over several. */
function inStyleOf(node: Node, value: unknown, source: string): string {
  if (isFilledMap(value) && inFlow(value).length > WIDEST) {
    const line = source.slice(source.lastIndexOf('\n', startOf(node)) + 1);
    return `\n${inLines(value, `${/^ */.exec(line)?.[0] ?? ''}  `)}`;
  }
  if (!isSeq(node) || node.flow || !Array.isArray(value) || value.length === 0) return inFlow(value);
  const start = startOf(node);
  const indent = ' '.repeat(start - source.lastIndexOf('\n', start) - 1);
  return value.map((item) => `- ${inFlow(item)}`).join(`\n${indent}`);
}

const WIDEST = 90;

function inLines(map: Readonly<Record<string, unknown>>, margin: string): string {
  return Object.entries(map)
    .map(([key, value]) => {
      const start = `${margin}${inFlow(key)}:`;
      const flow = inFlow(value);
      return isFilledMap(value) && start.length + flow.length > WIDEST
        ? `${start}\n${inLines(value, `${margin}  `)}`
        : `${start} ${flow}`;
    })
    .join('\n');
}

function isFilledMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}

/** On one line, so that it fits wherever the old value stood. */
function inFlow(value: unknown): string {
  return stringify([value], { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false })
    .trim()
    .slice(1, -1);
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** What is written in lines counts the empty lines and comments behind it as its own. */
function endOf(node: Node, source: string): number {
  const end = node.range?.[1] ?? source.length;
  const typed = source.slice(startOf(node), end);
  return startOf(node) + typed.replace(/(?:\s|\n *#.*)+$/, '').length;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || (typeof value === 'object' && value !== null && 'range' in value);
}
