import { isList, isMap, type Value } from '../model/value.ts';

/** A value as text: lists and maps as JSON, secrets as stars. */
export function textOf(value: Value): string {
  if (isList(value) || isMap(value)) return JSON.stringify(value);
  return value === null ? '' : String(value);
}
