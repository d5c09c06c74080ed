import type { Module } from '../model/module.ts';
import type { Value, ValueMap } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { keySpan, placesOf, rememberOrigin, spanOf, type Place } from './origin.ts';

/** The parameters under their own names, wherever one of their aliases was written. */
export function withoutAliases(module: Module, written: ValueMap, mistakes: Mistakes): ValueMap {
  const aliases = module.aliases ?? {};
  const parameterOf = (name: string): string =>
    (Object.hasOwn(aliases, name) ? aliases[name] : undefined) ?? name;
  if (!Object.keys(written).some((name) => parameterOf(name) !== name)) return written;
  const result: Record<string, Value> = {};
  const places = new Map<string | number, Place>();
  const words = new Map<string, string>();
  for (const [word, value] of Object.entries(written)) {
    const name = parameterOf(word);
    const other = words.get(name);
    if (other !== undefined) {
      // The later one in the file is pointed at: whoever added it did not see the first.
      const span = keySpan(written, word);
      mistakes.add({
        code: 'invalid-parameter',
        message: `\`${other}\` and \`${word}\` of \`${module.name}\` are the same parameter`,
        ...(span && { span }),
        hint: `keep \`${name}\``,
      });
      continue;
    }
    words.set(name, word);
    result[name] = value;
    const place = placesOf(written).get(word);
    if (place) places.set(name, place);
  }
  rememberOrigin(result, spanOf(written), places);
  return result;
}
