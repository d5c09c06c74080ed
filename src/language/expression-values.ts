import { Secret } from '../model/secret.ts';
import type { Value } from '../model/value.ts';

const converted = new WeakMap<object, unknown>();

/** A value as CEL wants it: whole numbers as BigInt. Lists and maps are converted when somebody looks into them. */
export function toCel(value: Value): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value;
  const known = converted.get(value);
  if (known !== undefined) return known;
  const result = Array.isArray(value) ? value.map(toCel) : lazily(value as Readonly<Record<string, Value>>);
  converted.set(value, result);
  return result;
}

function lazily(map: Readonly<Record<string, Value>>): object {
  const result = {};
  for (const key of Object.keys(map))
    Object.defineProperty(result, key, { enumerable: true, get: () => toCel(map[key] ?? null) });
  return result;
}

/** What CEL gave, as a plain value. */
export function fromCel(value: unknown): Value {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Secret || value === null || typeof value !== 'object') return (value ?? null) as Value;
  if (Array.isArray(value) || value instanceof Set) return [...value].map(fromCel);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const plain = value instanceof Map || Object.getPrototypeOf(value) === Object.prototype;
  // Timestamps, durations and types have no other form than their text.
  // oxlint-disable-next-line typescript/no-base-to-string
  if (!plain) return String(value);
  return Object.fromEntries(entries.map(([key, item]: [unknown, unknown]) => [String(key), fromCel(item)]));
}
