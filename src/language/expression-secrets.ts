import type { Environment } from '@marcbachmann/cel-js';
import { Secret } from '../model/secret.ts';

type Either = Secret | string;

/** Secrets in expressions can be compared and looked into; to make longer texts of them is for templates. */
export function registerSecrets(target: Environment): Environment {
  target.registerType('secret', { ctor: Secret, fields: {} });
  for (const pair of ['secret == secret', 'secret == string'])
    target.registerOperator(pair, (left: Either, right: Either) => open(left) === open(right));
  for (const [name, test] of Object.entries(TESTS))
    // What a host repeats of a secret is one itself, so both sides may be.
    for (const sides of [`secret.${name}(string)`, `secret.${name}(secret)`, `string.${name}(secret)`])
      target.registerFunction(`${sides}: bool`, (text: Either, other: Either) =>
        test(open(text), open(other)),
      );
  return target.registerFunction('secret.size(): int', sizeOf).registerFunction('size(secret): int', sizeOf);
}

const TESTS: Readonly<Record<string, (text: string, other: string) => boolean>> = {
  contains: (text, other) => text.includes(other),
  startsWith: (text, other) => text.startsWith(other),
  endsWith: (text, other) => text.endsWith(other),
  matches: (text, pattern) => new RegExp(pattern).test(text),
};

function sizeOf(secret: Secret): bigint {
  return BigInt(Array.from(secret.reveal()).length);
}

function open(value: Either): string {
  return value instanceof Secret ? value.reveal() : value;
}
