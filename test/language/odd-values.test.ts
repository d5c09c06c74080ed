import { describe, expect, test } from 'vitest';
import { loadExtraVariables } from '../../src/language/index.ts';
import { inventoryMistakes, load, mistakes, params, prepare, secretsOf, work } from './house.ts';

/** A play for the Pi with these tasks, each indented by four spaces. */
function play(tasks: string): string {
  return `- hosts: pi\n  tasks:\n${tasks}`;
}

/** The first lines of the mistakes, without their file. */
function told(tasks: string): readonly string[] {
  const lines = mistakes(play(tasks)).split('\n');
  return lines.flatMap((line) => /^playbooks\/site\.yaml:(.*)$/.exec(line)?.[1] ?? []);
}

describe('numbers', () => {
  test('below zero, in parts, or longer than a timer can wait, are refused', () => {
    expect(
      told(`    - {command: ls, retries: -1, delay: -3}
    - {command: ls, retries: 1.5, delay: .nan}
    - {command: ls, timeout: -1}
    - {command: ls, timeout: 1e12}
    - {command: ls, timeout: '{{negative}}', vars: {negative: -5}}
    - {command: ls, retries: '{{color}}'}
`),
    ).toEqual([
      '3:30: error: `retries` of this task must be a whole number from 0 on; got `-1`',
      '3:41: error: `delay` of this task must be a number of seconds from 0 to 2147483; got `-3`',
      '4:30: error: `retries` of this task must be a whole number from 0 on; got `1.5`',
      '4:42: error: `delay` of this task must be a number of seconds from 0 to 2147483; got `NaN`',
      '5:30: error: `timeout` of this task must be a number of seconds from 0 to 2147483; got `-1`',
      '6:30: error: `timeout` of this task must be a number of seconds from 0 to 2147483; got `1000000000000`',
      '7:30: error: `timeout` must be a number of seconds from 0 to 2147483; got `-5`',
      '8:30: error: `retries` must be a whole number from 0 on; got text',
    ]);
  });

  test('of more digits than a number holds keep all of them', () => {
    const playbook = load(
      '- hosts: pi\n  vars: {id: 123456789012345678, small: 42}\n  tasks:\n    - command: echo {{id}} {{small}}\n',
    );
    expect(params(playbook)).toEqual({ cmd: 'echo 123456789012345678 42' });
  });

  test('a `timeout` of 0 is none, as in Ansible', () => {
    const playbook = load(
      '- hosts: pi\n  timeout: 5\n  tasks:\n    - {command: ls}\n    - {command: ls, timeout: 0}\n',
    );
    expect([0, 1].map((index) => work(prepare(playbook, index))[0]?.timeout)).toEqual([5, undefined]);
  });
});

describe('names', () => {
  test('of the environment that no shell takes', () => {
    expect(told("    - {command: ls, environment: {'A B': c, 'B=': d, '': e}}\n")).toEqual([
      '3:35: error: `A B` cannot be the name of an environment variable',
    ]);
  });

  test('that `set_fact` cannot give, and a mode that is the own of an author', () => {
    expect(
      told(`    - set_fact: {facts: 1, item: 2, x-y: 3, '{{color}}': 4}
    - set_fact: {wifi_mode: 5}
`),
    ).toEqual([
      '3:18: error: a variable cannot be called `facts`: homerun itself sets it',
      '3:28: error: a variable cannot be called `item`: homerun itself sets it',
      '3:37: error: a variable cannot be called `x-y`: a name has letters, digits and underscores',
      '3:45: error: a variable cannot be called `{{color}}`: a name has letters, digits and underscores',
    ]);
  });

  test('one for both the item and its number', () => {
    expect(
      told(`    - {command: ls, loop: [1], loop_control: {loop_var: index}}
    - {command: ls, loop: [1], loop_control: {index_var: item}}
    - {command: ls, loop: [1], loop_control: {loop_var: x, index_var: x}}
    - {command: ls, loop: [1], loop_control: {loop_var: index, index_var: item}}
`),
    ).toEqual([
      '3:57: error: the item and its number cannot both be called `index`',
      '4:58: error: the item and its number cannot both be called `item`',
      '5:57: error: the item and its number cannot both be called `x`',
    ]);
  });
});

describe('secrets', () => {
  test('have a length, as in conditions', () => {
    const playbook = load(
      '- hosts: pi\n  vars: {password: !env P}\n  tasks:\n    - command: echo {{length password}}\n',
      {
        secrets: secretsOf({ P: 'correct horse' }),
      },
    );
    expect(params(playbook)).toEqual({ cmd: 'echo 13' });
  });
});

test('a comparison of constants that cannot hold is told once', () => {
  expect(told(`    - {command: ls, when: "'a' == 1"}\n`)).toEqual([
    '3:28: error: `==` does not work between a whole number and text',
  ]);
});

describe('aliases', () => {
  test('that stand inside of what they name', () => {
    expect(mistakes('- hosts: pi\n  tasks: &all\n    - block: *all\n')).toMatchInlineSnapshot(`
      "playbooks/site.yaml:3:14: error: this alias stands inside of \`&all\` itself
        3 |     - block: *all
          |              ^~~~"
    `);
  });

  test('that stand for more than a memory holds are told once', () => {
    const lines = ['  a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level++)
      lines.push(
        `  a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`,
      );
    expect(mistakes(`- hosts: pi\n  vars:\n  ${lines.join('\n  ')}\n`)).toMatchInlineSnapshot(`
      "playbooks/site.yaml:8:49: error: the aliases up to here stand for more than 1000000 values
        8 |     a5: &a5 [*a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4]
          |                                                 ^~~"
    `);
  });
});

test('two variables in one `-e` are no text with an equals sign', () => {
  expect(() => loadExtraVariables(['a=1 b=2'])).toThrow(
    '`-e` takes one variable at a time; the text of `a` seems to hold another one',
  );
  const texts = ['a=1 2', 'url=http://x/?a=b', '{"c": "1 b=2"}'];
  expect(loadExtraVariables(texts)).toEqual({ a: '1 2', url: 'http://x/?a=b', c: '1 b=2' });
});

test('a host is not called as the group of all is', () => {
  expect(inventoryMistakes('hosts:\n  all: {}\n')).toMatchInlineSnapshot(`
    "inventory.yaml:2:3: error: a host cannot be called \`all\`
      2 |   all: {}
        |   ^~~
      hint: where plays name hosts, this is a group"
  `);
});
