import { typeName, type ValueMap } from '../model/value.ts';
import { valueSpan } from './origin.ts';
import type { Scope } from './scope.ts';
import { isTemplate } from './template.ts';
import { TextMistake } from './text-mistake.ts';

/** Seconds. A timer of Node's takes no more, and would ring at once instead. */
const LONGEST = 2_147_483;

export const SECONDS = `a number of seconds from 0 to ${LONGEST}`;
export const TRIES = 'a whole number from 0 on';

type NumberKey = 'timeout' | 'delay' | 'retries';

/** What a keyword that takes a number wants, in words. */
export function numberWords(key: NumberKey): string {
  return key === 'retries' ? TRIES : SECONDS;
}

/** Whether this may stand there: such a number, or a template that is to give one. */
export function fitsNumber(key: NumberKey, value: unknown): boolean {
  if (typeof value === 'string') return isTemplate(value);
  if (typeof value !== 'number' || !(value >= 0)) return false;
  return key === 'retries' ? Number.isSafeInteger(value) : value <= LONGEST;
}

/** A number, or what a template gives for it. Throws a `TextMistake` where it is none that the keyword takes. */
export function numberOf(value: number | string, scope: Scope, raw: ValueMap, key: NumberKey): number {
  const rendered = scope.render(value, raw, key);
  if (typeof rendered === 'number' && fitsNumber(key, rendered)) return rendered;
  const got = typeof rendered === 'number' ? `\`${rendered}\`` : typeName(rendered);
  throw new TextMistake('wrong-type', `\`${key}\` must be ${numberWords(key)}; got ${got}`, {
    span: valueSpan(raw, key),
  });
}
