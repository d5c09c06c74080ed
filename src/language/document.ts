import { isAlias, isMap, isScalar, isSeq, type Alias, type Document, type Scalar } from 'yaml';
import type { Diagnostic } from '../model/diagnostic.ts';
import { Secret } from '../model/secret.ts';
import type { SecretSource } from '../model/secret-source.ts';
import type { SourceFile, Span } from '../model/source.ts';
import { isList, isMap as isPlainMap, type Value } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { placeOf, rememberOrigin, type Place } from './origin.ts';
import { reveal, Tagged } from './secret-tags.ts';
import { readSource } from './source-text.ts';
import { parseRepaired } from './yaml-repair.ts';

export interface Source {
  readonly file: SourceFile;
  readonly value: Value;
}

export interface DocumentOptions {
  /** What opens `!secret` and its kin, and encrypted files; absent: they are refused. */
  readonly secrets?: SecretSource | undefined;
  /** Every text in the file is a secret, also where the file is not encrypted. */
  readonly confidential?: boolean;
  /** Where the file is named, for the message that it is missing. */
  readonly from?: Span | undefined;
}

/** Reads a YAML file into plain values that know where they were written. Undefined where it could not be read. */
export function readDocument(
  path: string,
  mistakes: Mistakes,
  options: DocumentOptions = {},
): Source | undefined {
  const file = readSource(path, mistakes, options);
  if (file === undefined) return undefined;
  return parseText(options.confidential ? { ...file, hidden: true } : file, mistakes, options);
}

/** The same for a text that is already there. */
export function parseText(
  file: SourceFile,
  mistakes: Mistakes,
  options: DocumentOptions = {},
): Source | undefined {
  const { document, mistakes: errors, templates, gaps } = parseRepaired(file);
  for (const mistake of errors) mistakes.add(file.hidden ? discreet(mistake) : mistake);
  for (const gap of gaps) mistakes.leftOut(file, gap);
  if (!document || (errors.length > 0 && document.contents === null)) return undefined;
  const plain = new Plain(document, file, mistakes, templates, options.secrets);
  return { file, value: plain.value(document.contents) };
}

/** Messages of the parser quote what they stumble over. */
function discreet({ code, span }: Diagnostic): Diagnostic {
  return {
    code,
    message: code === 'yaml-duplicate-key' ? 'a key stands here twice' : 'this is no YAML',
    ...(span && { span }),
    hint: 'what is in this file is not shown here: look at it with an editor, or `homerun secret edit FILE`',
  };
}

/** A whole number of so many digits that it would be another one: it stays the text that was typed. */
function isRounded(value: unknown, source: string | undefined): source is string {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^[-+]?\d+$/.test(source ?? '');
}

/** A few lines can name each other often enough to fill every memory. */
const MOST_ALIASED = 1_000_000;

/** Turns nodes into plain values, each node once: aliases share their value, so that they cannot explode. */
class Plain {
  readonly #document: Document.Parsed;
  readonly #file: SourceFile;
  readonly #mistakes: Mistakes;
  readonly #templates: ReadonlyMap<number, string>;
  readonly #secrets: SecretSource | undefined;
  readonly #done = new Map<object, Value>();
  /** Lists and maps that are being read: an alias to one of them would have no end. */
  readonly #open = new Set<object>();
  /** How many values each list and map holds, those of its aliases written out. */
  readonly #sizes = new WeakMap<object, number>();
  #aliased = 0;

  constructor(
    document: Document.Parsed,
    file: SourceFile,
    mistakes: Mistakes,
    templates: ReadonlyMap<number, string>,
    secrets: SecretSource | undefined,
  ) {
    this.#document = document;
    this.#file = file;
    this.#mistakes = mistakes;
    this.#templates = templates;
    this.#secrets = secrets;
  }

  value(node: unknown): Value {
    if (isAlias(node)) return this.#alias(node);
    if (isScalar(node)) return this.#scalar(node);
    if (!isMap(node) && !isSeq(node)) return null;
    const known = this.#done.get(node);
    if (known !== undefined) return known;
    this.#open.add(node);
    const result = isMap(node) ? this.#map(node.items) : this.#list(node.items);
    this.#open.delete(node);
    this.#done.set(node, result.value);
    const sizes = Object.values(result.value).map((value) => this.#sizeOf(value));
    this.#sizes.set(
      result.value,
      sizes.reduce((sum, size) => sum + size, 1),
    );
    rememberOrigin(result.value, this.#span(node), result.places);
    return result.value;
  }

  #scalar(node: Scalar): Value {
    const template = this.#templates.get(node.range?.[0] ?? -1);
    const { value, source } = template === undefined ? node : { value: template, source: template };
    if (value instanceof Tagged)
      return reveal(value, this.#tagSpan(node, value), this.#secrets, this.#mistakes);
    // The number that was written, not the one that it means: a secret 007 is no 7.
    if (this.#file.hidden && (typeof value === 'string' || typeof value === 'number'))
      return this.#closed(typeof value === 'number' ? (source ?? String(value)) : value);
    return isRounded(value, source) ? source : (value as Value);
  }

  #closed(text: string): Secret {
    const secret = new Secret(text);
    this.#secrets?.loaded(secret);
    return secret;
  }

  #map(items: readonly { key: unknown; value: unknown }[]): {
    value: object & Value;
    places: Map<string, Place>;
  } {
    const value: Record<string, Value> = {};
    const places = new Map<string, Place>();
    for (const pair of items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      if (key === '<<' && this.#merge(pair.value, items, value, places)) continue;
      // Not by assignment, or a key `__proto__` would become the map's prototype.
      Object.defineProperty(value, key, {
        value: this.value(pair.value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
      places.set(key, { ...this.#place(pair.value ?? pair.key), key: this.#span(pair.key) });
    }
    return { value, places };
  }

  /** `<<: *other` takes the entries of another map, or of several; false where it stands for no map. */
  #merge(
    node: unknown,
    own: readonly { key: unknown }[],
    into: Record<string, Value>,
    places: Map<string, Place>,
  ): boolean {
    const written = new Set(own.map(({ key }) => (isScalar(key) ? String(key.value) : '')));
    const given = this.value(node);
    const others = isList(given) ? given : [given];
    if (!others.every(isPlainMap)) return false;
    for (const other of others)
      for (const [key, value] of Object.entries(other)) {
        if (written.has(key) || Object.hasOwn(into, key)) continue;
        Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
        const place = placeOf(other, key);
        if (place) places.set(key, place);
      }
    return true;
  }

  #list(items: readonly unknown[]): { value: object & Value; places: Map<number, Place> } {
    const places = new Map(items.map((item, index) => [index, this.#place(item)]));
    return { value: items.map((item) => this.value(item)), places };
  }

  #place(node: unknown): Place {
    const target = isAlias(node) ? (node.resolve(this.#document) ?? node) : node;
    const span = this.#span(target);
    const source = this.#templates.get(span.start) ?? (isScalar(target) ? target.source : undefined);
    return { file: this.#file, span, ...(source !== undefined && { source }) };
  }

  #alias(node: Alias): Value {
    const target = node.resolve(this.#document);
    if (target === undefined)
      return this.#refuse(node, `there is no anchor \`&${node.source}\` before this alias`);
    if (this.#open.has(target))
      return this.#refuse(node, `this alias stands inside of \`&${node.source}\` itself`);
    const value = this.value(target);
    const isTold = this.#aliased > MOST_ALIASED;
    this.#aliased += this.#sizeOf(value);
    if (isTold) return null;
    return this.#aliased > MOST_ALIASED
      ? this.#refuse(node, `the aliases up to here stand for more than ${MOST_ALIASED} values`)
      : value;
  }

  #sizeOf(value: Value): number {
    return typeof value === 'object' && value !== null ? (this.#sizes.get(value) ?? 1) : 1;
  }

  #refuse(node: Alias, message: string): null {
    const mistake: Diagnostic = { code: 'yaml-syntax', message, span: this.#span(node) };
    this.#mistakes.add(this.#file.hidden ? discreet(mistake) : mistake);
    this.#mistakes.leftOut(this.#file, this.#span(node));
    return null;
  }

  /** The parser's range of a value begins behind its tag. */
  #tagSpan(node: Scalar, { kind }: Tagged): Span {
    const span = this.#span(node);
    const start = this.#file.text.lastIndexOf(`!${kind}`, span.start);
    return start === -1 ? span : { ...span, start };
  }

  #span(node: unknown): Span {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    const [start, end] = range ?? [0, 0];
    return { file: this.#file, start, end: Math.max(start, end) };
  }
}
