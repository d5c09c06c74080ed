import type { Diagnostic } from '../model/diagnostic.ts';
import type { ValueMap } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { keySpan } from './origin.ts';

const OURS = [
  ...[
    'facts',
    'hosts',
    'hostvars',
    'groups',
    'networks',
    'interfaces',
    'inventory_hostname',
    'group_names',
    'playbook_dir',
    'check_mode',
  ],
  ...['inventory_file', 'item', 'index', 'this'],
];

const OF_EXPRESSIONS = [
  ...['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'list', 'map', 'null_type', 'optional', 'string'],
  ...[
    'timestamp',
    'type',
    'uint',
    'true',
    'false',
    'null',
    'True',
    'False',
    'None',
    'in',
    'is',
    'and',
    'or',
    'not',
  ],
  ...[
    'as',
    'break',
    'const',
    'continue',
    'else',
    'for',
    'function',
    'if',
    'import',
    'let',
    'loop',
    'namespace',
  ],
  ...['package', 'return', 'var', 'void', 'while', 'has', 'size', 'defined', 'cel', 'math'],
];

const RESERVED: ReadonlyMap<string, string> = new Map([
  ...OF_EXPRESSIONS.map((name) => [name, 'it is a word of the expression language'] as const),
  ...OURS.map((name) => [name, 'homerun itself sets it'] as const),
]);

/** Why a variable cannot have this name; undefined where it can. */
export function badName(name: string): Pick<Diagnostic, 'code' | 'message' | 'hint'> | undefined {
  const reason = RESERVED.get(name);
  if (reason !== undefined)
    return {
      code: 'reserved-name',
      message: `a variable cannot be called \`${name}\`: ${reason}`,
      hint: 'choose another name',
    };
  if (/^[A-Za-z_]\w*$/.test(name)) return undefined;
  const better = name.replaceAll(/\W+/g, '_').replace(/^(?=\d)/, '_');
  return {
    code: 'reserved-name',
    message: `a variable cannot be called \`${name}\`: a name has letters, digits and underscores`,
    ...(better !== '' && { hint: `write \`${better}\`` }),
  };
}

/** Reports the names of a `vars:` map that cannot be used. */
export function checkNames(variables: ValueMap, mistakes: Mistakes): void {
  for (const name of Object.keys(variables)) {
    const bad = badName(name);
    const span = keySpan(variables, name);
    if (bad) mistakes.add({ ...bad, ...(span && { span }) });
  }
}
