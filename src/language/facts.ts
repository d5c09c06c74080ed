import { factsShape } from '../model/facts.ts';
import { nearest } from '../model/suggest.ts';

interface Shape {
  readonly [field: string]: string | Shape;
}

/** What is wrong with a path into the facts; undefined where nothing is, or where nothing can be told. */
export function factMistake(path: readonly string[]): { message: string; hint: string } | undefined {
  let shape: string | Shape = factsShape;
  let owner = 'facts';
  for (const field of path) {
    if (typeof shape === 'string') return undefined;
    const inner: string | Shape | undefined = Object.hasOwn(shape, field) ? shape[field] : undefined;
    if (inner === undefined) {
      const near = nearest(field, Object.keys(shape));
      const hint =
        near === undefined ? `it has ${Object.keys(shape).join(', ')}` : `did you mean \`${near}\`?`;
      return { message: `\`${owner}\` has no \`${field}\``, hint };
    }
    shape = inner;
    owner = `${owner}.${field}`;
  }
  return undefined;
}
