import { Environment, EvaluationError, type ASTNode } from '@marcbachmann/cel-js';
import { factsShape } from '../model/facts.ts';
import { Secret } from '../model/secret.ts';
import { typeName, type Value } from '../model/value.ts';
import { celMistake, isAbsent, type CelError } from './expression-errors.ts';
import { registerSecrets } from './expression-secrets.ts';
import { usesOf } from './expression-uses.ts';
import { fromCel, toCel } from './expression-values.ts';
import { rewriteWords, type Rewritten } from './expression-words.ts';
import { TextMistake, type Lookup, type Use } from './text-mistake.ts';

export interface Expression {
  readonly text: string;
  /** Every variable that it names, whether or not an evaluation gets there. */
  readonly uses: readonly Use[];
  /** What its types tell before any value is known; undefined where they fit. */
  readonly mistake: TextMistake | undefined;
  /** Throws a `TextMistake`, or `NotYet` where a value is not known yet. */
  evaluate(lookup: Lookup): Value;
  /** The same for a condition: anything but true or false is a mistake. */
  test(lookup: Lookup): boolean;
}

const cache = new Map<string, Expression>();

/** Compiles an expression; equal texts once. Throws a `TextMistake`. */
export function compileExpression(text: string): Expression {
  const known = cache.get(text);
  if (known) return known;
  const rewritten = rewriteWords(text);
  const run = guarded(rewritten, () => running.parse(rewritten.text));
  const uses = usesOf(run.ast, (start, end) => rewritten.original(start, end));
  const evaluate = (lookup: Lookup): unknown =>
    guarded(rewritten, () => run(new Variables(lookup)), { lookup, uses });
  const expression: Expression = {
    text,
    uses,
    mistake: typeMistake(rewritten),
    evaluate: (lookup) => fromCel(evaluate(lookup)),
    test: (lookup) => condition(evaluate(lookup)),
  };
  cache.set(text, expression);
  return expression;
}

const conditions = new Map<string, TextMistake | undefined>();

/** The mistake of a condition that cannot be true or false. */
export function conditionMistake(text: string): TextMistake | undefined {
  if (!conditions.has(text)) conditions.set(text, findConditionMistake(text));
  return conditions.get(text);
}

function findConditionMistake(text: string): TextMistake | undefined {
  const expression = compileExpression(text);
  if (expression.mistake) return expression.mistake;
  const { type } = checking.check(rewriteWords(text).text);
  if (type === undefined || type === 'bool' || type === 'dyn') return undefined;
  return notACondition(CEL_TYPES[type.replace(/<.*/, '')] ?? type);
}

function condition(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw notACondition(value instanceof Secret ? 'a secret' : typeName(value));
}

function notACondition(got: string): TextMistake {
  return new TextMistake('expression-type', `a condition must give true or false; this gives ${got}`, {
    hint: 'compare it with something, such as x == "text" or size(x) > 0',
  });
}

const CEL_TYPES: Readonly<Record<string, string>> = {
  int: 'a number',
  double: 'a number',
  string: 'text',
  list: 'a list',
  map: 'a map',
  null: 'nothing',
};

/** Variables are asked for one by one, so that what is not needed need not be known. */
class Variables extends Map<string, unknown> {
  readonly #lookup: Lookup;

  constructor(lookup: Lookup) {
    super();
    this.#lookup = lookup;
  }

  override get(name: string): unknown {
    const value = this.#lookup.get(name);
    return value === undefined ? undefined : toCel(value);
  }
}

/** Two environments: the checking one knows the types of facts, which at run time would have to be converted. */
const running = strictEquality(environment());
const checking = environment().registerVariable('facts', { schema: factsShape });

function environment(): Environment {
  const bare = new Environment({
    unlistedVariablesAreDyn: true,
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
  });
  return registerSecrets(bare).registerFunction('defined(ast): bool', isDefined);
}

/** CEL says `8080 == "8080"` is false where it knows the types only at run time; nobody who writes that means it. */
function strictEquality(target: Environment): Environment {
  const pairs = [
    ['int', 'string'],
    ['double', 'string'],
    ['bool', 'string'],
    ['bool', 'int'],
  ] as const;
  for (const [left, right] of pairs)
    target.registerOperator(`${left} == ${right}`, (...values: readonly unknown[]) => {
      const node = values[2] as ASTNode;
      const message = `no such overload: ${nameOfType(values[0])} ${node.op} ${nameOfType(values[1])}`;
      throw new EvaluationError({ code: 'no_such_overload', message, node });
    });
  return target.registerOperator('int == double', sameNumber);
}

function sameNumber(left: bigint | number, right: bigint | number): boolean {
  return Number(left) === Number(right);
}

function nameOfType(value: unknown): string {
  if (value instanceof Secret) return 'secret';
  const names: Readonly<Record<string, string>> = { bigint: 'int', number: 'double', boolean: 'bool' };
  return names[typeof value] ?? typeof value;
}

interface Walker<Result> {
  check(ast: ASTNode, context: unknown): unknown;
  run(ast: ASTNode, context: unknown): Result;
  getType(name: string): unknown;
}

/** `defined(a.b)`: true where nothing on the way is missing. */
function isDefined({ args }: { args: readonly ASTNode[] }): object {
  const [inner] = args;
  return {
    typeCheck(checker: Walker<unknown>, _: unknown, context: unknown) {
      if (inner) checker.check(inner, context);
      return checker.getType('bool');
    },
    evaluate(evaluator: Walker<unknown>, _: unknown, context: unknown) {
      try {
        if (inner) evaluator.run(inner, context);
        return true;
      } catch (error) {
        if (isAbsent(error)) return false;
        throw error;
      }
    },
  };
}

function typeMistake(rewritten: Rewritten): TextMistake | undefined {
  const { error } = checking.check(rewritten.text);
  return error ? celMistake(error, rewritten) : undefined;
}

function guarded<T>(rewritten: Rewritten, work: () => T, at?: { lookup: Lookup; uses: readonly Use[] }): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'summary' in error)
      throw celMistake(error as CelError, rewritten, at);
    throw error;
  }
}
