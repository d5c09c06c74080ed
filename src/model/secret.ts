import { inspect } from 'node:util';

const MASK = '********';

/** A value that must never be shown. Printing it in any way gives stars; only `reveal` gives the text. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
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
  readonly #forms = new Set<string>();

  /** Texts under 4 characters are not masked: they would hide half of every line. */
  add(secret: Secret | string): void {
    const text = typeof secret === 'string' ? secret : secret.reveal();
    for (const form of [text, ...text.split('\n')]) {
      if (form.length < 4) continue;
      this.#forms.add(form);
      this.#forms.add(form.replaceAll("'", `'\\''`));
      this.#forms.add(Buffer.from(form).toString('base64'));
      this.#forms.add(JSON.stringify(form).slice(1, -1));
      this.#forms.add(encodeURIComponent(form));
    }
  }

  redact(text: string): string {
    let result = text;
    // Longest first, or a short secret would leave the tail of a longer one in sight.
    for (const form of [...this.#forms].sort((a, b) => b.length - a.length))
      result = result.replaceAll(form, MASK);
    return result;
  }

  /** The same for every text inside a plain value. */
  redactAll<T>(value: T): T {
    if (this.#forms.size === 0) return value;
    if (typeof value === 'string') return this.redact(value) as T;
    if (Array.isArray(value)) return value.map((item: unknown) => this.redactAll(item)) as T;
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.redactAll(item as unknown)]),
    ) as T;
  }
}
