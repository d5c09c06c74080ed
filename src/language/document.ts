import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Alias,
  type Document,
  type ScalarTag,
} from 'yaml';
import type { Diagnostic } from '../model/diagnostic.ts';
import { Secret } from '../model/secret.ts';
import type { SourceFile, Span } from '../model/source.ts';
import type { Value } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { rememberOrigin, type Place } from './origin.ts';
import { translateYamlErrors } from './yaml-errors.ts';

export interface Source {
  readonly file: SourceFile;
  readonly value: Value;
}

export interface DocumentOptions {
  /** Where `!env NAME` looks; absent: the tag is refused. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where the file is named, for the message that it is missing. */
  readonly from?: Span | undefined;
}

/** Reads a YAML file into plain values that know where they were written. Undefined where it could not be read. */
export function readDocument(
  path: string,
  mistakes: Mistakes,
  options: DocumentOptions = {},
): Source | undefined {
  const text = readText(path, mistakes, options.from);
  return text === undefined ? undefined : parseText({ path: shownPath(path), text }, mistakes, options);
}

/** The same for a text that is already there. */
export function parseText(
  file: SourceFile,
  mistakes: Mistakes,
  options: DocumentOptions = {},
): Source | undefined {
  const document = parseDocument(file.text, {
    version: '1.2',
    uniqueKeys: true,
    stringKeys: true,
    strict: true,
    prettyErrors: false,
    customTags: [environmentTag(file, options.environment, mistakes)],
  });
  const errors = translateYamlErrors(document, file);
  for (const mistake of errors) mistakes.add(mistake);
  if (errors.length > 0) return undefined;
  const plain = new Plain(document, file, mistakes);
  const value = plain.value(document.contents);
  return plain.complete ? { file, value } : undefined;
}

/** As the user would type it: relative to the working directory, unless that climbs out of it. */
export function shownPath(path: string): string {
  const near = relative('.', path);
  return near.startsWith('..') ? path : near;
}

function readText(path: string, mistakes: Mistakes, from: Span | undefined): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    mistakes.add({ ...unreadable(path, error), ...(from && { span: from }) });
    return undefined;
  }
}

function unreadable(path: string, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return { code: 'file-missing', message: `there is no file ${shownPath(path)}` };
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'file-unreadable', message: `cannot read ${shownPath(path)}: ${reason}` };
}

function environmentTag(
  file: SourceFile,
  environment: DocumentOptions['environment'],
  mistakes: Mistakes,
): ScalarTag {
  return {
    tag: '!env',
    resolve: (name, onError) => {
      if (environment === undefined) onError('`!env` works in the inventory only');
      else if (environment[name] === undefined) mistakes.add(missingEnvironment(file, name));
      return new Secret(environment?.[name] ?? '');
    },
  };
}

function missingEnvironment(file: SourceFile, name: string): Diagnostic {
  const start = file.text.indexOf(`!env ${name}`);
  const span = start === -1 ? {} : { span: { file, start, end: start + name.length + 5 } };
  return {
    code: 'undefined-variable',
    message: `the environment variable ${name} is not set`,
    ...span,
    hint: `set it for this run: ${name}=… homerun …`,
  };
}

/** Turns nodes into plain values, each node once: aliases share their value, so that they cannot explode. */
class Plain {
  complete = true;
  readonly #document: Document.Parsed;
  readonly #file: SourceFile;
  readonly #mistakes: Mistakes;
  readonly #done = new Map<object, Value>();

  constructor(document: Document.Parsed, file: SourceFile, mistakes: Mistakes) {
    this.#document = document;
    this.#file = file;
    this.#mistakes = mistakes;
  }

  value(node: unknown): Value {
    if (isAlias(node)) return this.#alias(node);
    if (isScalar(node)) return node.value as Value;
    if (!isMap(node) && !isSeq(node)) return null;
    const known = this.#done.get(node);
    if (known !== undefined) return known;
    const result = isMap(node) ? this.#map(node.items) : this.#list(node.items);
    this.#done.set(node, result.value);
    rememberOrigin(result.value, this.#span(node), result.places);
    return result.value;
  }

  #map(items: readonly { key: unknown; value: unknown }[]): {
    value: object & Value;
    places: Map<string, Place>;
  } {
    const value: Record<string, Value> = {};
    const places = new Map<string, Place>();
    for (const pair of items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
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

  #list(items: readonly unknown[]): { value: object & Value; places: Map<number, Place> } {
    const places = new Map(items.map((item, index) => [index, this.#place(item)]));
    return { value: items.map((item) => this.value(item)), places };
  }

  #place(node: unknown): Place {
    const target = isAlias(node) ? (node.resolve(this.#document) ?? node) : node;
    const source = isScalar(target) && target.source !== undefined ? { source: target.source } : {};
    return { file: this.#file, span: this.#span(target), ...source };
  }

  #alias(node: Alias): Value {
    const target = node.resolve(this.#document);
    if (target !== undefined) return this.value(target);
    this.complete = false;
    this.#mistakes.add({
      code: 'yaml-syntax',
      message: `there is no anchor \`&${node.source}\` before this alias`,
      span: this.#span(node),
    });
    return null;
  }

  #span(node: unknown): Span {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    const [start, end] = range ?? [0, 0];
    return { file: this.#file, start, end: Math.max(start, end) };
  }
}
