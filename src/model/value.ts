import { Secret } from './secret.ts';

/** What a variable can hold: YAML's core types, and secrets, which print as stars. */
export type Value = null | boolean | number | string | Secret | readonly Value[] | ValueMap;

export interface ValueMap {
  readonly [key: string]: Value;
}

export function isMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

/** The name of a value's type as an author of YAML knows it: text, number, true/false, list, map, nothing. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (value instanceof Secret || typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  if (typeof value === 'boolean') return 'true/false';
  return Array.isArray(value) ? 'a list' : 'a map';
}

/** Every secret inside a value. */
export function secretsIn(value: Value): readonly Secret[] {
  if (value instanceof Secret) return [value];
  if (isList(value)) return value.flatMap(secretsIn);
  return isMap(value) ? Object.values(value).flatMap(secretsIn) : [];
}
