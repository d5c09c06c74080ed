import type { SourceFile, Span } from '../model/source.ts';
import { alignScalar } from './align.ts';

/** Where one entry of a map or list was written. */
export interface Place {
  readonly file: SourceFile;
  /** The value; for an empty value, the place where it would stand. */
  readonly span: Span;
  /** The key; absent in lists. */
  readonly key?: Span;
  /** A scalar as it was typed: `0644` for the number 644. */
  readonly source?: string;
}

/** Key or index, and where it was written. */
export type Places = ReadonlyMap<string | number, Place>;

// A side table instead of wrapped values: everything downstream works on plain data, and only who reports a
// mistake asks where it came from.
const places = new WeakMap<object, Places>();
const selves = new WeakMap<object, Span>();

/** Remembers where a map or list and its entries were written. */
export function rememberOrigin(container: object, span: Span | undefined, entries: Places): void {
  places.set(container, entries);
  if (span) selves.set(container, span);
}

export function placesOf(container: object): Places {
  return places.get(container) ?? new Map();
}

export function placeOf(container: unknown, key: string | number): Place | undefined {
  return isObject(container) ? places.get(container)?.get(key) : undefined;
}

/** Where a whole map or list was written. */
export function spanOf(container: unknown): Span | undefined {
  return isObject(container) ? selves.get(container) : undefined;
}

/** The span of a key, or of the value where it has none. */
export function keySpan(container: unknown, key: string | number): Span | undefined {
  const place = placeOf(container, key);
  return place?.key ?? place?.span ?? spanOf(container);
}

export function valueSpan(container: unknown, key: string | number): Span | undefined {
  return placeOf(container, key)?.span ?? spanOf(container);
}

/** The span of the value at a path, or of its nearest ancestor that was written down. */
export function spanAt(container: unknown, path: readonly PropertyKey[]): Span | undefined {
  let span = spanOf(container);
  let at = container;
  for (const step of path) {
    if (typeof step === 'symbol' || !isObject(at)) break;
    span = placeOf(at, step)?.span ?? span;
    at = (at as Record<string | number, unknown>)[step];
  }
  return span;
}

/** The span of a stretch inside a text value, such as one name in a template. */
export function spanInside(place: Place, value: string, start: number, end: number): Span {
  const typed = place.file.text.slice(place.span.start, place.span.end);
  const [from, to] = alignScalar(typed, value, start, end);
  return { file: place.file, start: place.span.start + from, end: place.span.start + to };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
