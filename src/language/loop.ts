import { isList, typeName, type Value, type ValueMap } from '../model/value.ts';
import { keySpan, valueSpan } from './origin.ts';
import type { Scope } from './scope.ts';
import type { StepSource } from './step.ts';
import { NotYet, TextMistake, type Use } from './text-mistake.ts';

/** The list that a task loops over. Throws where it is none. */
export function loopOf({ raw }: StepSource, scope: Scope): readonly Value[] {
  const list = scope.render(raw['loop'] ?? null, raw, 'loop');
  if (isList(list)) return list;
  throw new TextMistake('wrong-type', `\`loop\` must be a list; got ${typeName(list)}`, {
    span: valueSpan(raw, 'loop') ?? keySpan(raw, 'loop'),
    hint: 'a map becomes a list by {{keys NAME}} or {{values NAME}}',
  });
}

/** The variables of each turn: `item`, and `index` counted from 0. */
export function turnsOf(
  source: StepSource,
  list: readonly Value[],
): readonly { item: Value; values: ValueMap }[] {
  const [itemName, indexName] = loopNames(source);
  return list.map((item, index) => ({ item, values: { [itemName]: item, [indexName]: index } }));
}

/** The variables of a turn of which nothing is known yet. */
export function unknownTurn(source: StepSource): ValueMap {
  const values = {};
  for (const name of loopNames(source))
    Object.defineProperty(values, name, {
      enumerable: true,
      get: () => {
        throw new NotYet(name);
      },
    });
  return values;
}

/** True where an expression names the item, so that it must be asked anew for each turn. */
export function mentionsLoop(source: StepSource, uses: readonly Use[]): boolean {
  const names = loopNames(source);
  return uses.some((use) => names.includes(use.name));
}

function loopNames({ keywords }: StepSource): readonly [string, string] {
  const control = keywords.loop_control;
  return [control?.loop_var ?? 'item', control?.index_var ?? 'index'];
}
