import type { Value, ValueMap } from '../model/value.ts';
import { placesOf, rememberOrigin, type Place } from './origin.ts';

/** One map of several, the later stronger, that still knows where each entry was written. */
export function mergeMaps(maps: readonly ValueMap[]): ValueMap {
  const values: Record<string, Value> = {};
  const places = new Map<string | number, Place>();
  for (const map of maps) {
    for (const [key, value] of Object.entries(map)) {
      values[key] = value;
      const place = placesOf(map).get(key);
      if (place) places.set(key, place);
      else places.delete(key);
    }
  }
  rememberOrigin(values, undefined, places);
  return values;
}

/** Some entries of a map. */
export function pick(map: ValueMap, keys: readonly string[]): ValueMap {
  const entries = Object.entries(map).filter(([key]) => keys.includes(key));
  const picked = Object.fromEntries(entries);
  rememberOrigin(
    picked,
    undefined,
    new Map([...placesOf(map)].filter(([key]) => Object.hasOwn(picked, key))),
  );
  return picked;
}
