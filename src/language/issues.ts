import type { z } from 'zod';
import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.ts';
import { Secret } from '../model/secret.ts';
import type { Span } from '../model/source.ts';
import { nearest } from '../model/suggest.ts';
import { typeName } from '../model/value.ts';
import { SECONDS, TRIES } from './numbers.ts';
import { keySpan, spanAt, spanOf } from './origin.ts';
import { keysAt } from './schema-walk.ts';

export interface IssueContext {
  /** What is validated, for the message: `` `apt` ``, `the play`, `` host `pi` ``. */
  readonly owner: string;
  readonly kind: 'key' | 'parameter';
  /** As it was written; it knows where. */
  readonly written: unknown;
  /** As it was validated: the same, rendered. */
  readonly input: unknown;
  /** What it is validated against, for "did you mean". */
  readonly schema: unknown;
  /** Keys that are allowed besides. */
  readonly known?: readonly string[] | undefined;
  /** Where something that is missing should stand. */
  readonly span?: Span | undefined;
}

type Issue = z.core.$ZodIssue;

/** zod's issue in our words, at its place in the file. */
export function translateIssue(issue: Issue, context: IssueContext): readonly Diagnostic[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(key, issue.path, context));
  if (issue.code === 'invalid_union') return translateUnion(issue, context);
  const value = valueAt(context.input, issue.path);
  const name = pathName(issue.path);
  if (value === undefined && issue.path.length > 0) return [missing(name, issue.path, context)];
  const subject = name === '' ? context.owner : `\`${name}\` of ${context.owner}`;
  const span = spanAt(context.written, issue.path) ?? context.span;
  const code = context.kind === 'key' ? 'wrong-type' : 'invalid-parameter';
  return [{ ...describe(issue, subject, value, code), ...(span && { span }) }];
}

/** What is wrong with one value, and what to write instead. */
function describe(issue: Issue, subject: string, value: unknown, code: DiagnosticCode): Diagnostic {
  if (issue.code === 'custom' && !KINDS.has(issue.message)) return { code, message: issue.message };
  if (wanted(issue) === 'true or false' && isBooleanWord(value)) return booleanWord(subject, value);
  const options = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const near = typeof value === 'string' ? nearest(value, options) : undefined;
  return {
    code,
    message: `${subject} must be ${wanted(issue)}; got ${shown(value)}`,
    ...(near !== undefined && { hint: `did you mean \`${near}\`?` }),
  };
}

/** What our own checks ask for; every other message of a `refine` is a sentence by itself. */
const KINDS = new Set([
  'text',
  'a map',
  SECONDS,
  TRIES,
  'true or false',
  'an expression, or a list of them',
  'a list',
  'a number or a share such as "30%"',
]);

function wanted(issue: Issue): string {
  if (issue.code === 'invalid_type') return TYPE_NAMES[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') return oneOf(issue.values.map(String));
  if (issue.code === 'too_small') return limit(issue.origin, 'at least', issue.minimum);
  if (issue.code === 'too_big') return limit(issue.origin, 'at most', issue.maximum);
  return issue.message.replace(/^Invalid input: (?:must be )?/, '');
}

function limit(origin: string, word: string, bound: number | bigint): string {
  if (bound === 1 && word === 'at least' && origin !== 'number' && origin !== 'int')
    return 'something, not empty';
  if (origin === 'string') return `${word} ${bound} characters long`;
  if (origin === 'array') return `${word} ${bound} entries long`;
  return `${word} ${bound}`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
};

function booleanWord(subject: string, word: string): Diagnostic {
  const meant = /^(?:yes|on|y)$/i.test(word);
  return {
    code: 'boolean-word',
    message: `${subject} must be true or false; YAML 1.2 reads \`${word}\` as text`,
    hint: `write ${meant}`,
  };
}

function isBooleanWord(value: unknown): value is string {
  return typeof value === 'string' && /^(?:yes|no|on|off|y|n)$/i.test(value);
}

/** A union is tried branch by branch: the mistake is in the branch that got furthest. */
function translateUnion(issue: z.core.$ZodIssueInvalidUnion, context: IssueContext): readonly Diagnostic[] {
  const value = valueAt(context.input, issue.path);
  const deeper = issue.errors.find((branch) => branch.every((inner) => !isTypeIssue(inner)));
  if (deeper) {
    const inner = deeper.map((each): Issue =>
      Object.assign({}, each, { path: [...issue.path, ...each.path] }),
    );
    return inner.flatMap((each) => translateIssue(each, context));
  }
  const first = { ...issue.errors[0]?.[0], path: issue.path } as Issue;
  if (value === undefined) return translateIssue(first, context);
  const words = [...new Set(issue.errors.flatMap((branch) => branch.slice(0, 1).map(wanted)))];
  const boolean = words.includes('true or false') && isBooleanWord(value);
  const name = pathName(issue.path);
  const subject = name === '' ? context.owner : `\`${name}\` of ${context.owner}`;
  const span = spanAt(context.written, issue.path) ?? context.span;
  const code = context.kind === 'key' ? 'wrong-type' : 'invalid-parameter';
  const diagnostic: Diagnostic = boolean
    ? booleanWord(subject, value)
    : { code, message: `${subject} must be ${oneOf(words, 'or')}; got ${shown(value)}` };
  return [{ ...diagnostic, ...(span && { span }) }];
}

function isTypeIssue(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function unknownKey(key: string, path: readonly PropertyKey[], context: IssueContext): Diagnostic {
  const container = valueAt(context.written, path);
  const known = [...keysAt(context.schema, path), ...(path.length === 0 ? (context.known ?? []) : [])];
  const near = nearest(key, known);
  const place = pathName(path);
  const owner = place === '' ? context.owner : `\`${place}\` of ${context.owner}`;
  const span = keySpan(container, key) ?? context.span;
  const allowed = known.length > 0 ? `it takes ${oneOf([...new Set(known)], 'and')}` : undefined;
  const hint = near === undefined ? allowed : `did you mean \`${near}\`?`;
  return {
    code: context.kind === 'key' ? 'unknown-key' : 'unknown-parameter',
    message:
      context.kind === 'key' ? `unknown key \`${key}\` in ${owner}` : `${owner} has no parameter \`${key}\``,
    ...(span && { span }),
    ...(hint !== undefined && { hint }),
  };
}

function missing(name: string, path: readonly PropertyKey[], context: IssueContext): Diagnostic {
  const parent = valueAt(context.written, path.slice(0, -1));
  const span = (path.length > 1 ? spanOf(parent) : undefined) ?? context.span ?? spanOf(parent);
  return {
    code: context.kind === 'key' ? 'missing-key' : 'missing-parameter',
    message: `${context.owner} needs \`${name}\``,
    ...(span && { span }),
  };
}

/** `a, b or c`. */
function oneOf(words: readonly string[], joiner?: 'or' | 'and'): string {
  if (joiner === undefined) return words.length === 1 ? (words[0] ?? '') : `one of ${words.join(', ')}`;
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${joiner} ${words.at(-1)}`;
}

/** A value as a message shows it: short texts as they are, everything else by its type. */
export function shown(value: unknown): string {
  if (value instanceof Secret) return 'a secret';
  if (typeof value === 'string') {
    // A message is one line, whatever was written.
    const line = value.trim().replaceAll(/\s+/g, ' ');
    return line.length > 60 ? `\`${line.slice(0, 57)}…\`` : `\`${line}\``;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return `\`${value}\``;
  return typeName(value);
}

function pathName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, step) => {
    if (typeof step === 'number') return `${name}[${step}]`;
    return name === '' ? String(step) : `${name}.${String(step)}`;
  }, '');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at;
}
