import { inspect } from 'node:util';
import { formsOf, SHORTEST, throughWrapped } from './secret-forms.ts';

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
    if (this.#forms.size === 0) return text;
    return this.#masked(throughWrapped(text, (line) => this.#masked(line)));
  }

  /** The same for every text inside a plain value, keys too. */
  redactAll<T>(value: T): T {
    if (this.#forms.size === 0) return value;
    return this.#redacted(value) as T;
  }

  /** Every text inside a plain value that holds a known secret, as a secret itself. */
  taint<T>(value: T): T {
    if (this.#forms.size === 0) return value;
    return this.#tainted(value) as T;
  }

  #redacted(value: unknown): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (Array.isArray(value)) return value.map((item: unknown) => this.#redacted(item));
    if (!isPlainMap(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.redact(key), this.#redacted(item)]),
    );
  }

  #tainted(value: unknown): unknown {
    if (typeof value === 'string') return this.redact(value) === value ? value : new Secret(value, []);
    if (Array.isArray(value)) return this.#taintedList(value);
    if (!isPlainMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#tainted(item)]));
  }

  /** Lines that hold a secret only together, such as wrapped base64, are secret all of them. */
  #taintedList(list: readonly unknown[]): readonly unknown[] {
    const lines = list.filter((item) => typeof item === 'string');
    const apart = lines.map((line) => this.redact(line)).join('\n');
    if (this.redact(lines.join('\n')) === apart) return list.map((item) => this.#tainted(item));
    return list.map((item) => (typeof item === 'string' ? new Secret(item, []) : this.#tainted(item)));
  }

  #masked(text: string): string {
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

function isPlainMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
