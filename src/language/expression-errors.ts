import type { EvaluationError, ParseError, TypeError } from '@marcbachmann/cel-js';
import { nearest } from '../model/suggest.ts';
import { isMap } from '../model/value.ts';
import type { Rewritten } from './expression-words.ts';
import { TextMistake, type Lookup, type Use } from './text-mistake.ts';

export type CelError = EvaluationError | ParseError | TypeError;

const ABSENT = new Set(['unknown_variable', 'no_such_key', 'index_out_of_bounds', 'key_not_found']);

/** True for the error of a name or field that is not there. */
export function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && ABSENT.has(error.code)
  );
}

/** The library's error in our words, at its place in what the author wrote. */
export function celMistake(
  error: CelError,
  rewritten: Rewritten,
  at?: { lookup: Lookup; uses: readonly Use[] },
): TextMistake {
  const range = error.range ?? error.node?.range;
  const place = range ? rewritten.original(range.start, range.end) : undefined;
  if (isAbsent(error)) return absent(error, place, at);
  const [message, hint] = words(error);
  const code = error.name === 'ParseError' ? 'expression-syntax' : 'expression-type';
  return new TextMistake(code, message, { ...place, hint });
}

type Place = { readonly start: number; readonly end: number };

function absent(
  error: CelError,
  place: Place | undefined,
  at: { lookup: Lookup; uses: readonly Use[] } | undefined,
): TextMistake {
  const name = /^(?:Unknown variable|No such key): (\w+)$/.exec(error.summary)?.[1];
  if (name === undefined)
    return new TextMistake('undefined-variable', 'there is nothing at this index', place);
  if (error.code === 'unknown_variable')
    return new TextMistake('undefined-variable', `\`${name}\` is not defined`, {
      ...place,
      hint: at?.lookup.hint(name),
    });
  const owner = place && at ? ownerOf(name, place, at.lookup, at.uses) : undefined;
  const near = owner && nearest(name, owner.keys);
  return new TextMistake(
    'undefined-variable',
    `${owner ? `\`${owner.path}\`` : 'what stands before it'} has no \`${name}\``,
    {
      ...place,
      hint: near === undefined ? 'where it may be absent, write `x is defined`' : `did you mean \`${near}\`?`,
    },
  );
}

/** The path before a field that is not there, and the fields that are. */
function ownerOf(
  name: string,
  place: Place,
  lookup: Lookup,
  uses: readonly Use[],
): { path: string; keys: readonly string[] } | undefined {
  const use = uses.find(
    ({ rest, start, end }) => rest.includes(name) && start <= place.start && place.end <= end,
  );
  if (!use) return undefined;
  const before = use.rest.slice(0, use.rest.indexOf(name));
  let value = lookup.get(use.name);
  for (const key of before) value = isMap(value) ? value[key] : undefined;
  return { path: [use.name, ...before].join('.'), keys: isMap(value) ? Object.keys(value) : [] };
}

function words(error: CelError): [string, string | undefined] {
  const { summary } = error;
  const binary = /^no such overload: (\S+) (\S+) (\S+)$/.exec(summary);
  if (binary) return operator(binary[2] ?? '', typeWord(binary[1]), typeWord(binary[3]));
  const unary = /^no such overload: ([-!])(\S+)$/.exec(summary);
  if (unary)
    return [`\`${unary[1] === '!' ? 'not' : '-'}\` does not work on ${typeWord(unary[2])}`, undefined];
  const call = /^found no matching overload for '(?:([\w<>, ]+)\.)?(\w+)\((.*)\)'$/.exec(summary);
  if (call)
    return [
      `there is no function \`${call[2]}\` for ${call[1] ? typeWord(call[1]) : 'such values'}`,
      'docs: size(x), x.contains("…"), x.startsWith("…"), x.matches("…"), x.split(","), int(x), string(x)',
    ];
  if (/^Unexpected token: EOF|^Expected .* got EOF/.test(summary))
    return ['the expression ends too early', undefined];
  if (/^Unexpected (?:token|character)/.test(summary))
    return ['this does not fit here', 'an operator such as `and`, `or`, == may be missing before it'];
  if (/Ternary condition/.test(summary)) return ['what stands before `?` must be true or false', undefined];
  return [summary.charAt(0).toLowerCase() + summary.slice(1), undefined];
}

function operator(sign: string, left: string, right: string): [string, string | undefined] {
  const pair = [left, right];
  const mixed = pair.includes('text') && pair.includes('a whole number');
  const hint = mixed
    ? sign === '+'
      ? 'write string(x) around the number'
      : 'write int(x) around the text, or quotes around the number'
    : undefined;
  if (sign === '&&' || sign === '||')
    return [`\`${sign === '&&' ? 'and' : 'or'}\` joins true/false, not ${left} and ${right}`, undefined];
  // Whichever side the library looks at first: one mistake is told once.
  const sides = sign === '==' || sign === '!=' ? pair.toSorted() : pair;
  return [`\`${sign}\` does not work between ${sides.join(' and ')}`, hint];
}

const TYPES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  uint: 'a whole number',
  double: 'a number',
  string: 'text',
  bool: 'true/false',
  list: 'a list',
  map: 'a map',
  null: 'nothing',
  dyn: 'such a value',
  secret: 'a secret',
};

function typeWord(type = ''): string {
  const inner = /^dyn<(.*)>$/.exec(type)?.[1] ?? type;
  return TYPES[inner.replace(/<.*/, '')] ?? inner;
}
