import { nearest } from '../model/suggest.ts';
import type { Value, ValueMap } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { keySpan } from './origin.ts';

/**
 * The known name that a key surely means. Stricter than a "did you mean": this refuses what is legal in itself, because
 * nobody would ever read it.
 */
export function meantBy(key: string, known: readonly string[]): string | undefined {
  const near = nearest(key, known);
  if (near === undefined || known.includes(key) || key.length < 4) return undefined;
  const [left, right] = [key, near].map((name) => name.toLowerCase().replaceAll(/[_-]/g, ''));
  if (left === undefined || right === undefined || left[0] !== right[0]) return undefined;
  const swapped = left.split('').toSorted().join('') === right.split('').toSorted().join('');
  return left === right || swapped || isOneOff(left, right) ? near : undefined;
}

/** Reports the keys of a map that are misspelt; gives what they mean. */
export function checkMisspelt(
  map: ValueMap,
  known: readonly string[],
  owner: string,
  mistakes: Mistakes,
  fits: (meant: string, value: Value) => boolean = () => true,
): readonly string[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const meant = meantBy(key, known);
    if (meant === undefined || !fits(meant, value)) return [];
    const span = keySpan(map, key);
    mistakes.add({
      code: 'unknown-key',
      message: `\`${key}\` is no setting of ${owner}: nothing would come of it`,
      ...(span && { span }),
      hint: `did you mean \`${meant}\`?`,
    });
    return [meant];
  });
}

/** One letter more, less or other. */
function isOneOff(left: string, right: string): boolean {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  return short.slice(short.length === long.length ? at + 1 : at) === long.slice(at + 1);
}
