import { describe, expect, test } from 'vitest';
import { compileExpression, conditionMistake } from '../../src/language/expression.ts';
import { NotYet, TextMistake, type Lookup } from '../../src/language/text-mistake.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Value, ValueMap } from '../../src/model/value.ts';

const values: ValueMap = {
  name: 'pi',
  port: 8080,
  half: 0.5,
  yes: true,
  no: false,
  empty: null,
  names: ['a', 'b'],
  numbers: [1, 2, 3],
  users: [{ name: 'ann', uid: 1000 }],
  result: { changed: true, failed: false, skipped: false, rc: 0, stdout: 'a\nb', stdout_lines: ['a', 'b'] },
  os: { family: 'debian', version: '12' },
  password: new Secret('hunter22'),
  part: new Secret('hunter'),
};

const lookup: Lookup = {
  get(name) {
    if (name === 'later') throw new NotYet('later');
    return Object.hasOwn(values, name) ? values[name] : undefined;
  },
  hint: () => undefined,
};

describe('values', () => {
  test.each<[string, Value]>([
    ['port + 1', 8081],
    ['port', 8080],
    ['port == 8080.0 and half == 0.5 and empty != "x" and name != empty', true],
    ['half * 2.0', 1],
    ['numbers.map(n, n * 2)', [2, 4, 6]],
    ['os', { family: 'debian', version: '12' }],
    ['name == "pi" and port > 80', true],
    ['name == "x" or yes', true],
    ['not no', true],
    ['not name == "x"', true],
    ['not (name == "pi") or no', false],
    ['"a" in names', true],
    ['"c" not in names', true],
    ['name + "x" not in names and yes', true],
    ['nope is defined', false],
    ['nope.deep.x is not defined', true],
    ['os.nope is defined or os.family is defined', true],
    ['name is undefined', false],
    ['result is changed and result is not failed', true],
    ['result is succeeded and not result is skipped', true],
    ['empty is none', true],
    ['yes == True and no == False and empty == None', true],
    ['size(names) == 2 && names[0] == "a"', true],
    ['users.exists(u, u.name == "ann" and not u.uid == 0)', true],
    ['os.?nope.orValue("x")', 'x'],
    ['result.stdout.contains("and or not")', false],
    ['"and" + " or"', 'and or'],
    ['yes ? "a" : "b"', 'a'],
    ['[name, 1]', ['pi', 1]],
    ['{"a": port}', { a: 8080 }],
    ['no and later', false],
    ['later and no', false],
    ['yes or later', true],
    ['(name == "pi")', true],
    ['[1, 2].all(x, x not in [3])', true],
  ])('%s', (text, expected) => {
    expect(compileExpression(text).evaluate(lookup)).toEqual(expected);
  });

  test('a value that is not known yet is waited for only where it matters', () => {
    expect(() => compileExpression('yes and later').evaluate(lookup)).toThrow(NotYet);
    expect(() => compileExpression('later.rc == 0').evaluate(lookup)).toThrow(NotYet);
    expect(() => compileExpression('later is defined').evaluate(lookup)).toThrow(NotYet);
  });

  test('a secret stays one, and makes no longer text', () => {
    expect(compileExpression('password').evaluate(lookup)).toBeInstanceOf(Secret);
    expect(mistakeOf('"a" + password + "b"').message).toBe('`+` does not work between text and a secret');
  });

  test.each([
    ['password == "hunter22"', true],
    ['"hunter22" == password', true],
    ['password != "hunter22"', false],
    ['password == password', true],
    ['password.contains("ter")', true],
    ['password.startsWith("h") and password.endsWith("23")', false],
    ['password.matches("^[a-z]+[0-9]+$")', true],
    ['password.startsWith(part) and password.contains(part) and not part.endsWith(password)', true],
    ['"a hunter".contains(part) and not result.stdout.matches(part)', true],
    ['size(password) > 7 and password.size() == 8', true],
    ['password is defined and password != ""', true],
  ])('%s: secrets can be compared', (text, expected) => {
    expect(compileExpression(text).test(lookup)).toBe(expected);
  });
});

describe('mistakes', () => {
  test.each<[string, string, string | undefined, string]>([
    ['nope == 1', '`nope` is not defined', undefined, 'nope'],
    ['yes and os.famly == "x"', '`os` has no `famly`', 'did you mean `family`?', 'famly'],
    [
      'name == "pi" and port + "x" == "b"',
      '`+` does not work between a whole number and text',
      'write string(x) around the number',
      'port + "x"',
    ],
    [
      'port > "1"',
      '`>` does not work between a whole number and text',
      'write int(x) around the text, or quotes around the number',
      'port > "1"',
    ],
    [
      'yes and port == "8080"',
      '`==` does not work between a whole number and text',
      'write int(x) around the text, or quotes around the number',
      'port == "8080"',
    ],
    ['"8080" != port', '`!=` does not work between a whole number and text', undefined, '"8080" != port'],
    ['not port', '`not` does not work on a whole number', undefined, 'not port'],
    ['name = "pi"', 'one `=` assigns; an expression compares', 'write ==', '='],
    ['names | length > 0', 'expressions have no filters with `|`', 'write size(names)', '| length'],
    [
      'name | default("x") == "y"',
      'expressions have no filters with `|`',
      'write defined(name) ? name : "x"',
      '| default',
    ],
    ['yes & no', 'there is no `&`', 'write `and` or &&', '&'],
    ['{{ yes }}', 'an expression needs no braces', 'write yes', '{{'],
    ['name == "pi', 'this text is never closed', undefined, '"pi'],
    [
      'result.stdout is match("a")',
      'there is no test `is match`',
      'write result.stdout.matches("^…")',
      'match("a")',
    ],
    [
      'name is strange',
      'there is no test `is strange`',
      'there are `is defined`, `is changed`, `is failed`, `is skipped`, `is succeeded`, each with `not`',
      'strange',
    ],
    ['is defined', '`is` stands between a value and a test', 'write x is defined', 'is'],
    ['name ==', 'the expression ends too early', undefined, ''],
    [
      'name port',
      'this does not fit here',
      'an operator such as `and`, `or`, == may be missing before it',
      'port',
    ],
    ['name.foo()', 'there is no function `foo` for such a value', undefined, 'name.foo()'],
    ['names[7] == "a"', 'there is nothing at this index', undefined, 'names[7]'],
  ])('%s', (text, message, hint, at) => {
    const mistake = mistakeOf(text);
    expect(mistake.message).toBe(message);
    expect(hint ?? mistake.hint).toBe(mistake.hint);
    expect(text.slice(mistake.start, mistake.end)).toBe(at);
  });

  test.each([
    ['facts.os.famly == "debian"', 'what stands before it has no `famly`'],
    ['facts.memory_mb == "512"', '`==` does not work between a whole number and text'],
    ['"text"', 'a condition must give true or false; this gives text'],
    ['facts.memory_mb', 'a condition must give true or false; this gives a number'],
    ['facts.memory_mb > 512 and yes', undefined],
  ])('types tell before a run: %s', (text, message) => {
    expect(conditionMistake(text)?.message).toBe(message);
  });

  test('a condition must give true or false', () => {
    expect(compileExpression('yes').test(lookup)).toBe(true);
    expect(() => compileExpression('name').test(lookup)).toThrow(
      'a condition must give true or false; this gives text',
    );
  });
});

test('names are collected with the fields that are asked of them', () => {
  const { uses } = compileExpression('a.b["c"] == d and e.exists(x, x.y == f) and has(g.h) and i is defined');
  expect(uses.map(({ name, rest, lenient }) => [[name, ...rest].join('.'), lenient])).toEqual([
    ['a.b.c', false],
    ['d', false],
    ['e', false],
    ['f', false],
    ['g.h', true],
    ['i', true],
  ]);
});

function mistakeOf(text: string): TextMistake {
  try {
    compileExpression(text).evaluate(lookup);
  } catch (error) {
    if (error instanceof TextMistake) return error;
    throw error;
  }
  throw new Error('no mistake was found');
}
