import { nearest } from '../model/suggest.ts';
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import type { Secret } from '../model/secret.ts';
import type { Runtime } from '../model/playbook.ts';
import { placeOf, rememberOrigin, placesOf, spanInside } from './origin.ts';
import { hostvarsOf } from './hostvars.ts';
import { compileText, isTemplate } from './template.ts';
import { NotYet, notYet, TextMistake, type Lookup } from './text-mistake.ts';

/** Variables of one origin. `data` is taken as it is: what a host said is never compiled as a template. */
export interface Layer {
  readonly values: ValueMap;
  readonly data?: boolean;
}

export interface ScopeOptions {
  /** The weakest first. */
  readonly layers: readonly Layer[];
  /** Results and facts; stronger than all layers but the last `overriding` ones. */
  readonly runtime?: Runtime | undefined;
  readonly overriding?: readonly Layer[];
  /** More to say of a name that is not defined. */
  readonly explain?: ((name: string) => string | undefined) | undefined;
}

/** The variables of one host at one task. Templates in them are rendered when somebody asks, with cycles reported. */
export class Scope implements Lookup {
  /** Every secret that a template has put into a text. */
  readonly printed = new Set<Secret>();
  readonly #layers: readonly Layer[];
  readonly #runtime: Runtime | undefined;
  readonly #runtimeAt: number;
  readonly #explain: ScopeOptions['explain'];
  readonly #done = new Map<string, Value>();
  readonly #underWay: { readonly layer: number; readonly name: string }[] = [];

  constructor({ layers, runtime, overriding = [], explain }: ScopeOptions) {
    this.#layers = [...layers, ...overriding];
    this.#runtimeAt = layers.length;
    this.#runtime = runtime;
    this.#explain = explain;
  }

  get(name: string): Value | undefined {
    const last = this.#underWay.at(-1);
    // A variable that names itself means the weaker one of that name: `users: "{{concat users extra}}"`.
    return this.#find(name, last?.name === name ? last.layer : this.#layers.length);
  }

  hint(name: string): string | undefined {
    const explained = this.#explain?.(name);
    if (explained !== undefined) return explained;
    const near = nearest(name, this.names());
    return near === undefined ? undefined : `did you mean \`${near}\`?`;
  }

  /** True where there is a variable of this name, whether or not its value is known yet. */
  has(name: string): boolean {
    return (
      this.#runtime?.has(name) === true || this.#layers.some(({ values }) => Object.hasOwn(values, name))
    );
  }

  /** True where what is registered or set under this name does not count. */
  outranks(name: string): boolean {
    return this.#layers.slice(this.#runtimeAt).some(({ values }) => Object.hasOwn(values, name));
  }

  names(): ReadonlySet<string> {
    return new Set([
      ...this.#layers.flatMap(({ values }) => Object.keys(values)),
      ...(this.#runtime?.keys() ?? []),
    ]);
  }

  /** A value with all templates in it rendered; the same object where there are none. */
  render(value: Value, container: object, key: string | number): Value {
    if (typeof value === 'string') return isTemplate(value) ? this.#text(value, container, key) : value;
    if (isList(value)) return this.#list(value);
    return isMap(value) ? this.#map(value) : value;
  }

  #find(name: string, below: number): Value | undefined {
    for (let layer = below - 1; layer >= 0; layer--) {
      if (layer === this.#runtimeAt - 1) {
        const known = this.#fromRuntime(name);
        if (known !== undefined) return known;
      }
      const values = this.#layers[layer]?.values;
      if (values && Object.hasOwn(values, name)) return this.#entry(layer, name, values);
    }
    return this.#runtimeAt === 0 ? this.#fromRuntime(name) : undefined;
  }

  #fromRuntime(name: string): Value | undefined {
    const known = this.#runtime?.get(name);
    if (known === undefined) return undefined;
    if (known.kind === 'known') return known.value;
    if (known.kind === 'hosts') return hostvarsOf(known.hosts);
    throw known.kind === 'unknown' ? new NotYet(name, known.until) : notYet(name);
  }

  #entry(layer: number, name: string, values: ValueMap): Value {
    const raw = values[name] ?? null;
    if (this.#layers[layer]?.data) return raw;
    const key = `${layer} ${name}`;
    const done = this.#done.get(key);
    if (done !== undefined) return done;
    if (this.#underWay.some((entry) => entry.layer === layer && entry.name === name)) throw this.#loop(name);
    this.#underWay.push({ layer, name });
    try {
      const value = this.render(raw, values, name);
      this.#done.set(key, value);
      return value;
    } finally {
      this.#underWay.pop();
    }
  }

  #loop(name: string): TextMistake {
    const from = this.#underWay.findIndex((entry) => entry.name === name);
    const names = [...this.#underWay.slice(from).map((entry) => entry.name), name];
    return new TextMistake('variable-loop', `variables need each other: ${names.join(' → ')}`);
  }

  #text(text: string, container: object, key: string | number): Value {
    try {
      return compileText(text).render(this, (secret) => this.printed.add(secret));
    } catch (error) {
      throw placed(error, text, container, key);
    }
  }

  #list(list: readonly Value[]): Value {
    if (isPlain(list)) return list;
    const result = list.map((item, index) => this.render(item, list, index));
    rememberOrigin(result, undefined, placesOf(list));
    return result;
  }

  #map(map: ValueMap): Value {
    if (isPlain(map)) return map;
    const result = Object.fromEntries(
      Object.entries(map).map(([key, item]) => [key, this.render(item, map, key)]),
    );
    rememberOrigin(result, undefined, placesOf(map));
    return result;
  }
}

/** Gives a mistake inside a text its place in the file. */
export function placed(error: unknown, text: string, container: object, key: string | number): unknown {
  if (!(error instanceof TextMistake) || error.span) return error;
  const { code, message, hint, file, start = 0, end = text.length } = error;
  if (file) return new TextMistake(code, message, { hint, span: { file, start, end } });
  const place = placeOf(container, key);
  const span = place && spanInside(place, text, start, Math.max(end, start));
  return new TextMistake(code, message, { hint, span });
}

const plain = new WeakMap<object, boolean>();

/** True where nothing in a list or map is a template; remembered, as the same values are rendered for every task. */
export function isPlain(value: Value): boolean {
  if (typeof value === 'string') return !isTemplate(value);
  if (!isList(value) && !isMap(value)) return true;
  const known = plain.get(value);
  if (known !== undefined) return known;
  const result = Object.values(value).every(isPlain);
  plain.set(value, result);
  return result;
}
