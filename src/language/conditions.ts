import type { ValueMap } from '../model/value.ts';
import type { WrittenCondition } from './context.ts';
import { compileExpression, conditionMistake } from './expression.ts';
import { isList } from '../model/value.ts';
import { placed, type Scope } from './scope.ts';
import { NotYet, TextMistake, type Use } from './text-mistake.ts';

interface Part {
  readonly text: string | boolean;
  readonly container: object;
  readonly key: string | number;
}

/** The expressions of conditions, each with its place. */
function partsOf(conditions: readonly WrittenCondition[]): readonly Part[] {
  return conditions.flatMap(({ condition, container, key }): readonly Part[] => {
    if (!isList(condition)) return [{ text: condition, container, key }];
    return condition.map((text, index) => ({ text, container: condition, key: index }));
  });
}

export type Verdict = { readonly holds: true } | { readonly holds: false; readonly text: string };

/**
 * Whether all conditions hold. One that is false decides, even where an earlier one cannot be known yet; otherwise
 * throws `NotYet` or the first `TextMistake`.
 */
export function testAll(
  conditions: readonly WrittenCondition[],
  scope: Scope,
  only?: (uses: readonly Use[]) => boolean,
): Verdict {
  let waiting: NotYet | undefined;
  for (const { text, container, key } of partsOf(conditions)) {
    try {
      if (typeof text === 'boolean' ? text : testOne(text, scope, container, key, only)) continue;
      return { holds: false, text: String(text) };
    } catch (error) {
      if (error instanceof NotYet) waiting ??= error;
      // Behind a condition that is not known yet a mistake may be one that it guards against.
      else if (!waiting || !(error instanceof TextMistake)) throw error;
    }
  }
  if (waiting) throw waiting;
  return { holds: true };
}

function testOne(
  text: string,
  scope: Scope,
  container: object,
  key: string | number,
  only?: (uses: readonly Use[]) => boolean,
): boolean {
  try {
    const expression = compileExpression(text);
    return only && !only(expression.uses) ? true : expression.test(scope);
  } catch (error) {
    throw placed(error, text, container, key);
  }
}

export interface CheckedExpression {
  readonly uses: readonly Use[];
  readonly text: string;
  readonly container: object;
  readonly key: string | number;
}

/** Syntax and types, which no host is needed for. Gives what can be checked further; reports the rest. */
export function checkConditions(
  conditions: readonly WrittenCondition[],
  report: (mistake: TextMistake) => void,
): readonly CheckedExpression[] {
  return partsOf(conditions).flatMap(({ text, container, key }) => {
    if (typeof text === 'boolean') return [];
    try {
      const mistake = conditionMistake(text);
      // Names are checked with what the host will know, which gives the better words.
      if (mistake && mistake.code !== 'undefined-variable') throw mistake;
      return [{ uses: compileExpression(text).uses, text, container, key }];
    } catch (error) {
      const known = placed(error, text, container, key);
      if (!(known instanceof TextMistake)) throw known;
      report(known);
      return [];
    }
  });
}

/** `changed_when: …` of a task as a condition; undefined where it is not written. */
export function conditionAt(raw: ValueMap, key: string): WrittenCondition | undefined {
  const condition = raw[key];
  return condition === undefined
    ? undefined
    : { condition: condition as WrittenCondition['condition'], container: raw, key };
}
