import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { Secret } from '../model/secret.ts';
import { shown } from './issues.ts';

// Values of the house's settings. A template is let through: what it gives is known later.

type Check = (value: unknown) => boolean;

/** A value that is right by its own check; `what` ends the sentence "… is no …". */
export function leaf(check: Check, what: string): z.ZodType {
  return z.custom((value) => isTemplate(value) || check(value), {
    error: ({ input }) => `${shown(input)} is no ${what}`,
  });
}

export function isTemplate(value: unknown): boolean {
  return value instanceof Secret || (typeof value === 'string' && value.includes('{{'));
}

export const port = leaf(
  (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535,
  'port: that is a whole number from 1 to 65535, without quotes',
);

export const ipv4 = leaf(isIpv4, 'IPv4 address such as 192.168.1.2');

export const address = leaf(
  (value) => isIpv4(value) || (typeof value === 'string' && ipaddr.IPv6.isValid(value)),
  'address such as 9.9.9.9',
);

export const switched = z.union([
  z.boolean(),
  z.custom<string>((value) => isTemplate(value), { error: 'true or false' }),
]);

export const wholePath = leaf(
  (value) => typeof value === 'string' && /^\/[^\n\0]*$/.test(value),
  'path that begins with `/`',
);

export const word = leaf(
  (value) => typeof value === 'string' && /^[A-Za-z_][\w.-]*$/.test(value),
  'name: that begins with a letter; letters, digits, `_`, `.` and `-` follow',
);

export const line = leaf((value) => typeof value === 'string' && value.trim() !== '', 'text');

/** One of some words. */
export function oneOf(...words: readonly string[]): z.ZodType {
  return leaf(
    (value) => words.includes(String(value)),
    `word that is known here: write ${words.join(' or ')}`,
  );
}

export function isIpv4(value: unknown): boolean {
  return typeof value === 'string' && ipaddr.IPv4.isValidFourPartDecimal(value);
}
