import { inspect } from 'node:util';
import { formsOf, SHORTEST } from './secret-forms.ts';

const MASK = '********';

/** A value that must never be shown. Printing it in any way gives stars; only `reveal` gives the text. */
export class Secret {
  readonly #text: string;
  readonly #parts: readonly string[] | undefined;

  constructor(text: string, parts?: readonly string[]) {
    this.#text = text;
    this.#parts = parts;
  }

  /** What must not be seen of a text that is mostly no secret, such as the key in a VPN profile; absent: every line. */
  get parts(): readonly string[] | undefined {
    return this.#parts;
  }

  /** The text itself, for the wire and nothing else. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** Replaces known secrets, in the forms in which tools echo them, by stars. */
export class Redactor {
  readonly #known = new Set<string>();
  /** By their first letters, the longest first, or a short secret would leave the tail of a longer one in sight. */
  readonly #forms = new Map<number, string[]>();
  /** Tells at a glance that nothing begins here, which is so nearly everywhere. */
  readonly #beginnings = new Uint8Array(65536);

  /** Texts under 4 characters are not masked: they would hide half of every line. */
  add(secret: Secret | string): void {
    const text = typeof secret === 'string' ? secret : secret.reveal();
    const parts = typeof secret === 'string' ? undefined : secret.parts;
    for (const part of parts ?? []) this.add(part);
    if (parts !== undefined || this.#known.has(text)) return;
    this.#known.add(text);
    for (const form of formsOf(text)) this.#learn(form);
  }

  redact(text: string): string {
    let result = '';
    // What lies before it is either in the result or masked.
    let done = 0;
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      const length = this.#lengthAt(text, at);
      if (length === 0) continue;
      // Secrets that overlap are masked as one.
      if (at >= done) result += text.slice(done, at) + MASK;
      done = Math.max(done, at + length);
    }
    return done === 0 ? text : result + text.slice(done);
  }

  /** The same for every text inside a plain value, keys too. */
  redactAll<T>(value: T): T {
    if (this.#forms.size === 0) return value;
    const redact = (text: string): string => this.redact(text);
    return through(value, redact, redact) as T;
  }

  /** Every text inside a plain value that holds a known secret, as a secret itself. */
  taint<T>(value: T): T {
    if (this.#forms.size === 0) return value;
    const close = (text: string): unknown => (this.redact(text) === text ? text : new Secret(text, []));
    return through(value, close, (key) => key) as T;
  }

  #learn(form: string): void {
    const key = beginning(form, 0);
    const forms = this.#forms.get(key) ?? [];
    if (forms.includes(form)) return;
    this.#forms.set(
      key,
      [...forms, form].sort((left, right) => right.length - left.length),
    );
    this.#beginnings[key & 0xffff] = 1;
  }

  #lengthAt(text: string, at: number): number {
    const key = beginning(text, at);
    if (this.#beginnings[key & 0xffff] === 0) return 0;
    return this.#forms.get(key)?.find((form) => text.startsWith(form, at))?.length ?? 0;
  }
}

/** A number for the first four letters of a form. */
function beginning(text: string, at: number): number {
  let key = 0;
  for (let next = at; next < at + SHORTEST; next++) key = Math.imul(key, 31) + text.charCodeAt(next);
  return key;
}

/** A plain value with every text and every key in it changed. */
function through(value: unknown, change: (text: string) => unknown, name: (key: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item: unknown) => through(item, change, name));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [name(key), through(item, change, name)]),
  );
}
