import ipaddr from 'ipaddr.js';
import { stringify } from 'yaml';
import { quote } from '../model/script.ts';
import { Secret } from '../model/secret.ts';
import { isList, isMap, typeName, type Value } from '../model/value.ts';

/** Thrown by a helper that was given something it cannot work on. */
export class HelperError extends Error {}

type Helper = (values: readonly Value[], hash: Readonly<Record<string, Value>>) => Value;

interface Declaration {
  /** Fewest and most values it takes. */
  readonly takes: readonly [number, number];
  /** Hands values on without looking into them, so that secrets may stay closed. */
  readonly handsOn?: true;
  readonly run: Helper;
}

/** Helpers whose first value may be absent. */
export const LENIENT = new Set(['default', 'defined']);

/** Calls a helper. Secrets go in as text and come out as secrets, so that no helper can leak one. */
export function callHelper(
  name: string,
  values: readonly Value[],
  hash: Readonly<Record<string, Value>>,
): Value {
  const helper = HELPERS[name];
  if (!helper) throw new HelperError(`there is no helper \`${name}\``);
  const [least, most] = helper.takes;
  if (values.length < least || values.length > most)
    throw new HelperError(`\`${name}\` takes ${count(least, most)}, not ${values.length}`);
  // Nor are variables of other hosts worked out that nobody asks for.
  if (helper.handsOn) return helper.run(values, hash);
  if (!values.some(holdsSecret) && !Object.values(hash).some(holdsSecret)) return helper.run(values, hash);
  const opened = Object.fromEntries(Object.entries(hash).map(([key, value]) => [key, open(value)]));
  return close(helper.run(values.map(open), opened));
}

function count(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) return `at least ${least} value${least === 1 ? '' : 's'}`;
  const number = least === most ? String(least) : `${least} to ${most}`;
  return `${number} value${most === 1 ? '' : 's'}`;
}

function holdsSecret(value: Value): boolean {
  if (value instanceof Secret) return true;
  if (isList(value)) return value.some(holdsSecret);
  return isMap(value) && Object.values(value).some(holdsSecret);
}

function open(value: Value): Value {
  if (value instanceof Secret) return value.reveal();
  if (isList(value)) return value.map(open);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, open(item)]));
}

function close(value: Value): Value {
  if (typeof value === 'string') return new Secret(value);
  if (isList(value)) return value.map(close);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, close(item)]));
}

const ANY = Number.POSITIVE_INFINITY;

const HELPERS: Readonly<Record<string, Declaration>> = {
  default: {
    takes: [2, 2],
    handsOn: true,
    run: ([value, other]) => (value === undefined || value === null ? at(other) : value),
  },
  defined: { takes: [1, 1], handsOn: true, run: ([value]) => value !== undefined },
  eq: { takes: [2, 2], run: ([left, right]) => same(at(left), at(right)) },
  ne: { takes: [2, 2], run: ([left, right]) => !same(at(left), at(right)) },
  lt: { takes: [2, 2], run: ([left, right]) => compare('lt', at(left), at(right)) < 0 },
  gt: { takes: [2, 2], run: ([left, right]) => compare('gt', at(left), at(right)) > 0 },
  le: { takes: [2, 2], run: ([left, right]) => compare('le', at(left), at(right)) <= 0 },
  ge: { takes: [2, 2], run: ([left, right]) => compare('ge', at(left), at(right)) >= 0 },
  and: { takes: [1, ANY], run: (values) => values.every((value) => truth('and', value)) },
  or: { takes: [1, ANY], run: (values) => values.some((value) => truth('or', value)) },
  not: { takes: [1, 1], run: ([value]) => !truth('not', at(value)) },
  concat: { takes: [1, ANY], run: concat },
  join: {
    takes: [1, 2],
    run: ([list, separator]) =>
      listOf('join', list)
        .map((item) => word('join', item))
        .join(word('join', separator ?? ',')),
  },
  split: { takes: [2, 2], run: ([value, separator]) => word('split', value).split(word('split', separator)) },
  json: {
    takes: [1, 1],
    run: ([value], { indent }) => JSON.stringify(value, null, typeof indent === 'number' ? indent : 0),
  },
  yaml: { takes: [1, 1], run: ([value]) => stringify(value).trimEnd() },
  indent: {
    takes: [2, 2],
    run: ([value, width]) => indented(word('indent', value), wholeNumber('indent', width)),
  },
  lower: { takes: [1, 1], run: ([value]) => word('lower', value).toLowerCase() },
  upper: { takes: [1, 1], run: ([value]) => word('upper', value).toUpperCase() },
  trim: { takes: [1, 1], run: ([value]) => word('trim', value).trim() },
  replace: {
    takes: [3, 3],
    run: ([value, from, to]) =>
      word('replace', value).replaceAll(word('replace', from), () => word('replace', to)),
  },
  length: { takes: [1, 1], handsOn: true, run: ([value]) => lengthOf(value) },
  first: { takes: [1, 1], handsOn: true, run: ([list]) => end('first', listOf('first', list), 0) },
  last: { takes: [1, 1], handsOn: true, run: ([list]) => end('last', listOf('last', list), -1) },
  keys: { takes: [1, 1], handsOn: true, run: ([value]) => Object.keys(mapOf('keys', value)) },
  values: { takes: [1, 1], handsOn: true, run: ([value]) => Object.values(mapOf('values', value)) },
  contains: { takes: [2, 2], run: ([container, value]) => contains(at(container), at(value)) },
  base64: { takes: [1, 1], run: ([value]) => Buffer.from(word('base64', value)).toString('base64') },
  quote: { takes: [1, 1], run: ([value]) => quote(word('quote', value)) },
  list: { takes: [0, ANY], handsOn: true, run: (values) => [...values] },
  lookup: { takes: [2, 2], handsOn: true, run: ([container, key]) => lookUp(at(container), at(key)) },
  netmask: {
    takes: [1, 1],
    run: ([cidr]) =>
      range('netmask', cidr, (text) => ipaddr.IPv4.subnetMaskFromPrefixLength(prefixOf(text)).toString()),
  },
  prefix: { takes: [1, 1], run: ([cidr]) => range('prefix', cidr, prefixOf) },
  network: {
    takes: [1, 1],
    run: ([cidr]) => range('network', cidr, (text) => ipaddr.IPv4.networkAddressFromCIDR(text).toString()),
  },
};

/** Names of all helpers, for "did you mean". */
export const HELPER_NAMES: readonly string[] = Object.keys(HELPERS);

function at(value: Value | undefined): Value {
  return value ?? null;
}

function word(helper: string, value: Value | undefined): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new HelperError(`\`${helper}\` works on text, not on ${typeName(value)}`);
}

function wholeNumber(helper: string, value: Value | undefined): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new HelperError(`\`${helper}\` needs a whole number, not ${typeName(value)}`);
}

function listOf(helper: string, value: Value | undefined): readonly Value[] {
  if (isList(value)) return value;
  throw new HelperError(`\`${helper}\` works on a list, not on ${typeName(value)}`);
}

function mapOf(helper: string, value: Value | undefined): Readonly<Record<string, Value>> {
  if (isMap(value)) return value;
  throw new HelperError(`\`${helper}\` works on a map, not on ${typeName(value)}`);
}

function truth(helper: string, value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new HelperError(`\`${helper}\` works on true/false, not on ${typeName(value)}`);
}

function same(left: Value, right: Value): boolean {
  if (typeof left === 'object' || typeof right === 'object')
    return JSON.stringify(left) === JSON.stringify(right);
  return left === right;
}

function compare(helper: string, left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right);
  throw new HelperError(
    `\`${helper}\` compares two numbers or two texts, not ${typeName(left)} and ${typeName(right)}`,
  );
}

function concat(values: readonly Value[]): Value {
  if (values.some(isList)) return values.flatMap((value) => (isList(value) ? [...value] : [value]));
  return values.map((value) => word('concat', value)).join('');
}

function indented(text: string, width: number): string {
  // The first line stands where the mustache stands.
  return text.replaceAll(/\n(?=[^\n])/g, `\n${' '.repeat(width)}`);
}

function lengthOf(value: Value | undefined): number {
  if (isList(value) || typeof value === 'string') return value.length;
  if (isMap(value)) return Object.keys(value).length;
  if (value instanceof Secret) return value.reveal().length;
  throw new HelperError(`\`length\` works on a list, a map or text, not on ${typeName(value)}`);
}

function end(helper: string, list: readonly Value[], index: number): Value {
  const value = list.at(index);
  if (value === undefined) throw new HelperError(`\`${helper}\` of an empty list`);
  return value;
}

function contains(container: Value, value: Value): boolean {
  if (isList(container)) return container.some((item) => same(item, value));
  if (typeof container === 'string') return container.includes(word('contains', value));
  return Object.hasOwn(mapOf('contains', container), word('contains', value));
}

function lookUp(container: Value, key: Value): Value {
  const value = isList(container)
    ? container[wholeNumber('lookup', key)]
    : Object.entries(mapOf('lookup', container)).find(([name]) => name === word('lookup', key))?.[1];
  if (value === undefined) throw new HelperError(`\`lookup\`: there is no \`${word('lookup', key)}\` in it`);
  return value;
}

function range<T>(helper: string, cidr: Value | undefined, read: (text: string) => T): T {
  const text = word(helper, cidr);
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text))
    throw new HelperError(
      `\`${helper}\` works on an address with prefix length such as 192.168.1.2/24, not on \`${text}\``,
    );
  return read(text);
}

function prefixOf(cidr: string): number {
  return ipaddr.IPv4.parseCIDR(cidr)[1];
}
