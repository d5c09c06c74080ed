import { z } from 'zod';
import { Secret } from './secret.ts';

// Building blocks for the parameters of modules. Wording for module authors: the message of a `regex` completes
// "`dest` of `copy` must be …"; the message of a `refine` or `superRefine` is printed as it is. An enum needs none.

/** `true` or `false`; YAML 1.2 reads `yes` and `no` as text, which is refused with a hint. */
export const flag = z.boolean();

/**
 * Text. A number that stands unquoted in YAML is taken as it was written, so `version: 1.10` stays `1.10`.
 * Refuses secrets: a parameter that may carry one is a `secretText`.
 */
export const text = textual(z.custom<string | number>(isTextOrNumber, { error: 'text' })).transform(String);

/** Text that may be a secret; a `Secret` stays one. */
export const secretText = textual(
  z.custom<string | number | Secret>((value) => isTextOrNumber(value) || value instanceof Secret, {
    error: 'text',
  }),
).transform((value) => (typeof value === 'number' ? String(value) : value));

/** A list of texts; one text alone stands for a list of one. */
export const textList = z
  .preprocess((value) => (isTextOrNumber(value) ? [value] : value), z.array(text))
  .meta({ jsonSchema: { type: ['string', 'number', 'array'], items: { type: ['string', 'number'] } } });

/** A list of texts; one text alone stands for those between its commas, as in Ansible. */
export const commaList = z
  .preprocess((value) => (isTextOrNumber(value) ? splitAtCommas(String(value)) : value), z.array(text))
  .meta({ jsonSchema: { type: ['string', 'number', 'array'], items: { type: ['string', 'number'] } } });

const CLAUSE = '[ugoa]*(?:[-+=](?:[ugo]|[rwxXst]*))+';
const MODE = new RegExp(`^(?:0?[0-7]{3,4}|${CLAUSE}(?:,${CLAUSE})*)$`);

/** Permissions of a file: `'0644'`, or `u=rw,g=r,o=`. Digits become four. */
export const mode = z
  .string()
  .regex(MODE, "three or four octal digits in quotes, such as '0644', or `u=rw,g=r,o=`")
  .transform((value) => (/^[0-7]+$/.test(value) ? value.slice(-4).padStart(4, '0') : value))
  .meta({ jsonSchema: { type: 'string' }, role: 'mode' });

/** A path on the host: absolute, or beginning with `~`. */
export const path = z.string().regex(/^(?:\/|~)[^\0]*$/, 'an absolute path, or one that begins with `~`');

/** A length of time in seconds, zero or more. */
export const seconds = z.number().min(0);

/** The language reads `source: text` to hand over the source text of a number instead of its value. */
function textual<T extends z.ZodType>(schema: T): T {
  return schema.meta({ jsonSchema: { type: ['string', 'number'] }, source: 'text' });
}

function splitAtCommas(value: string): readonly string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function isTextOrNumber(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
