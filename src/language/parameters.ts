import { z } from 'zod';
import type { Module } from '../model/module.ts';
import type { Span } from '../model/source.ts';
import { isList, isMap, typeName, type Value, type ValueMap } from '../model/value.ts';
import { withoutAliases } from './aliases.ts';
import { shown } from './issues.ts';
import { mergeMaps, pick } from './merge.ts';
import type { Mistakes } from './mistakes.ts';
import { keysAt, unwrap } from './schema-walk.ts';
import { keySpan, placeOf, placesOf, rememberOrigin, spanOf, valueSpan } from './origin.ts';
import { parameterHint } from './unsupported-words.ts';

/** The parameters of a task as they were written: a map, a free text, or both. Undefined where they are neither. */
export function readParameters(
  module: Module,
  raw: ValueMap,
  key: string,
  span: Span,
  mistakes: Mistakes,
): ValueMap | undefined {
  const value = raw[key] ?? null;
  const written = ownParameters(module, value, raw, key);
  if (!written) {
    const at = valueSpan(raw, key);
    const hint = isList(value) ? 'leave the dash out' : undefined;
    mistakes.add({
      code: 'wrong-type',
      message: `\`${module.name}\` takes a map of parameters; got ${typeName(value)}`,
      span: at ?? span,
      ...(hint !== undefined && { hint }),
    });
    return undefined;
  }
  const args = raw['args'];
  const given = isMap(args) ? mergeMaps([args, written]) : written;
  const all = withoutAliases(module, withoutUnsupported(module, given, mistakes), mistakes);
  // The corrected modes go on, so that the schema does not report them once more.
  const result = { ...(asTyped(module.params, all) as ValueMap), ...reportModes(module, all, mistakes) };
  rememberOrigin(result, spanOf(value) ?? keySpan(raw, key), placesOf(all));
  return result;
}

/** Ansible's parameters that this module does not take are told with what to write instead, and left out. */
function withoutUnsupported(module: Module, written: ValueMap, mistakes: Mistakes): ValueMap {
  const takes = [...keysAt(module.params, []), ...Object.keys(module.aliases ?? {})];
  const names = Object.keys(written);
  const refused = names.filter((name) => {
    const hint = parameterHint(module, name, takes);
    if (hint === undefined) return false;
    const span = keySpan(written, name);
    const message = `\`${name}\` of \`${module.name}\` is not supported`;
    mistakes.add({ code: 'not-supported', message, ...(span && { span }), hint });
    return true;
  });
  if (refused.length === 0) return written;
  const rest = pick(
    written,
    names.filter((name) => !refused.includes(name)),
  );
  rememberOrigin(rest, spanOf(written), placesOf(rest));
  return rest;
}

function ownParameters(module: Module, value: Value, raw: ValueMap, key: string): ValueMap | undefined {
  if (isMap(value)) return value;
  const empty: ValueMap = {};
  if (value === null) return empty;
  if (module.freeForm === undefined || typeof value !== 'string') return undefined;
  const free: ValueMap = { [module.freeForm]: value };
  const place = placeOf(raw, key);
  if (place) rememberOrigin(free, place.span, new Map([[module.freeForm, place]]));
  return free;
}

/** YAML 1.2 reads `mode: 0644` as the number 644, and as another one than was meant. */
function reportModes(module: Module, parameters: ValueMap, mistakes: Mistakes): ValueMap {
  const corrected: Record<string, string> = {};
  // What `set_fact` sets is the author's own.
  if (module.facts) return corrected;
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value !== 'number' || !/(?:^|_)mode$/.test(name)) continue;
    const place = placeOf(parameters, name);
    const source = place?.source ?? String(value);
    const octal = /^0o?[0-7]+$/.test(source) ? source.replace('o', '') : source.padStart(4, '0');
    corrected[name] = octal;
    mistakes.add({
      code: 'mode-number',
      message: `\`${name}\` of \`${module.name}\` must be text; YAML 1.2 reads ${shown(value)} as a number`,
      ...(place && { span: place.span }),
      hint: `write ${name}: '${octal}'`,
    });
  }
  return corrected;
}

/** Numbers as they were typed where the schema wants text: `version: 1.10` is not `1.1`. */
function asTyped(schema: unknown, value: Value): Value {
  const inner = unwrap(schema);
  if (isMap(value) && inner instanceof z.ZodObject)
    return mapValues(value, (item, key) => typedEntry(inner.shape[key], value, key, item));
  if (isMap(value) && inner instanceof z.ZodRecord)
    return mapValues(value, (item, key) => typedEntry(inner.valueType, value, key, item));
  if (isList(value) && inner instanceof z.ZodArray)
    return mapList(value, (item, index) => typedEntry(inner.element, value, index, item));
  return value;
}

function typedEntry(schema: unknown, container: object, key: string | number, value: Value): Value {
  if (typeof value !== 'number') return asTyped(schema, value);
  return wantsText(schema) ? (placeOf(container, key)?.source ?? String(value)) : value;
}

function wantsText(schema: unknown): boolean {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return wantsText(inner.element);
  return inner instanceof z.ZodType && z.globalRegistry.get(inner)?.['source'] === 'text';
}

function mapValues(map: ValueMap, change: (value: Value, key: string) => Value): ValueMap {
  const result = Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
  rememberOrigin(result, spanOf(map), placesOf(map));
  return result;
}

function mapList(list: readonly Value[], change: (value: Value, index: number) => Value): readonly Value[] {
  const result = list.map(change);
  rememberOrigin(result, spanOf(list), placesOf(list));
  return result;
}
