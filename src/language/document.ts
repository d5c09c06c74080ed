import { isAlias, isMap, isScalar, isSeq, parseDocument, type Alias, type Document, type Scalar } from 'yaml';
import type { Diagnostic } from '../model/diagnostic.ts';
import { Secret } from '../model/secret.ts';
import type { SecretSource } from '../model/secret-source.ts';
import type { SourceFile, Span } from '../model/source.ts';
import type { Value } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { rememberOrigin, type Place } from './origin.ts';
import { reveal, secretTags, Tagged } from './secret-tags.ts';
import { readSource } from './source-text.ts';
import { translateYamlErrors } from './yaml-errors.ts';

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
  const document = parseDocument(file.text, {
    version: '1.2',
    uniqueKeys: true,
    stringKeys: true,
    strict: true,
    prettyErrors: false,
    customTags: secretTags,
  });
  const errors = translateYamlErrors(document, file);
  for (const mistake of errors) mistakes.add(file.hidden ? discreet(mistake) : mistake);
  if (errors.length > 0) return undefined;
  const plain = new Plain(document, file, mistakes, options.secrets);
  const value = plain.value(document.contents);
  return plain.complete ? { file, value } : undefined;
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

/** Turns nodes into plain values, each node once: aliases share their value, so that they cannot explode. */
class Plain {
  complete = true;
  readonly #document: Document.Parsed;
  readonly #file: SourceFile;
  readonly #mistakes: Mistakes;
  readonly #secrets: SecretSource | undefined;
  readonly #done = new Map<object, Value>();

  constructor(
    document: Document.Parsed,
    file: SourceFile,
    mistakes: Mistakes,
    secrets: SecretSource | undefined,
  ) {
    this.#document = document;
    this.#file = file;
    this.#mistakes = mistakes;
    this.#secrets = secrets;
  }

  value(node: unknown): Value {
    if (isAlias(node)) return this.#alias(node);
    if (isScalar(node)) return this.#scalar(node);
    if (!isMap(node) && !isSeq(node)) return null;
    const known = this.#done.get(node);
    if (known !== undefined) return known;
    const result = isMap(node) ? this.#map(node.items) : this.#list(node.items);
    this.#done.set(node, result.value);
    rememberOrigin(result.value, this.#span(node), result.places);
    return result.value;
  }

  #scalar(node: Scalar): Value {
    const { value, source } = node;
    if (value instanceof Tagged)
      return reveal(value, this.#tagSpan(node, value), this.#secrets, this.#mistakes);
    // The number that was written, not the one that it means: a secret 007 is no 7.
    if (this.#file.hidden && (typeof value === 'string' || typeof value === 'number'))
      return this.#closed(typeof value === 'number' ? (source ?? String(value)) : value);
    return value as Value;
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
    const mistake: Diagnostic = {
      code: 'yaml-syntax',
      message: `there is no anchor \`&${node.source}\` before this alias`,
      span: this.#span(node),
    };
    this.#mistakes.add(this.#file.hidden ? discreet(mistake) : mistake);
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
