import { expect, test } from 'vitest';
import type { Inputs } from '../../src/model/module.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Value } from '../../src/model/value.ts';
import { assert } from '../../src/modules/assert.ts';
import { debug } from '../../src/modules/debug.ts';
import { fail } from '../../src/modules/fail.ts';
import { setFact } from '../../src/modules/set_fact.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();

function values(name: string, ...evaluated: readonly Value[]): { inputs: Inputs } {
  const list = evaluated.map((value, index) => ({ text: `x${index}`, value }));
  return { inputs: { [name]: { kind: 'values', values: list } } };
}

test('debug says a text, or any value without its secrets', async () => {
  expect((await box.apply(debug, { msg: 'Hello' })).result).toEqual({ msg: 'Hello' });
  expect((await box.apply(debug, { msg: [1, true] })).result).toEqual({ msg: '[\n  1,\n  true\n]' });
  const { result } = await box.apply(debug, { var: 'x0' }, values('var', { key: new Secret('sesame') }));
  expect(result).toEqual({ msg: 'x0: {\n  "key": "********"\n}' });
  expect(debug.params.safeParse({ msg: 'a', var: 'b' }).success).toBe(false);
});

test('assert names the first that does not hold', async () => {
  const that = ['x0', 'x1'];
  expect((await box.apply(assert, { that }, values('that', true, true))).result).toEqual({
    msg: 'all of it holds',
  });
  const quiet = await box.apply(assert, { that, quiet: true }, values('that', true));
  expect(quiet.result).toEqual({});
  const { failure } = await box.apply(assert, { that }, values('that', true, false));
  expect(failure).toEqual({ failed: '`x1` does not hold' });
  const said = await box.apply(assert, { that, fail_msg: 'Not here.' }, values('that', false));
  expect(said.failure).toEqual({ failed: 'Not here.' });
  const text = await box.apply(assert, { that }, values('that', 'yes'));
  expect(text.failure).toEqual({ failed: '`x0` gives text', hint: 'it must give true or false' });
});

test('fail fails', async () => {
  expect((await box.apply(fail, { msg: 'No.' })).failure).toEqual({ failed: 'No.' });
});

test('set_fact gives variables', () => {
  expect(setFact.facts?.({ a: 1, b: ['x'] })).toEqual({ a: 1, b: ['x'] });
});
