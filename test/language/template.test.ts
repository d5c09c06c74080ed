import { describe, expect, test } from 'vitest';
import { compileTemplate, compileText } from '../../src/language/template.ts';
import { TextMistake, type Lookup } from '../../src/language/text-mistake.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Value, ValueMap } from '../../src/model/value.ts';

const values: ValueMap = {
  name: 'pi',
  port: 8080,
  yes: true,
  no: false,
  empty: null,
  list: ['a', 'b'],
  users: [
    { name: 'ann', keys: ['k1'] },
    { name: 'bob', keys: [] },
  ],
  os: { family: 'debian', version: '12' },
  password: new Secret('hunter22'),
  cidr: '192.168.1.2/24',
};

const lookup = lookupIn(values);

describe('native types', () => {
  test.each<[string, Value]>([
    ['{{list}}', ['a', 'b']],
    ['{{ no }}', false],
    ['{{port}}', 8080],
    ['{{os}}', { family: 'debian', version: '12' }],
    ['{{empty}}', null],
    ['{{concat list "c"}}', ['a', 'b', 'c']],
    ['{{os.version}}', '12'],
    ['{{users.[1].name}}', 'bob'],
    [' {{port}}', ' 8080'],
  ])('%s', (text, expected) => {
    expect(render(text)).toEqual(expected);
  });
});

describe('text', () => {
  test.each<[string, string]>([
    ['{{name}}:{{port}}', 'pi:8080'],
    ['<{{name}}> & "{{name}}"', '<pi> & "pi"'],
    ['{{#if yes}}a{{else}}b{{/if}}', 'a'],
    ['{{#unless yes}}a{{else if no}}b{{else}}c{{/unless}}', 'c'],
    ['{{#each users}}{{@index}}={{name}}/{{@root.port}} {{/each}}', '0=ann/8080 1=bob/8080 '],
    [
      '{{#each users}}{{#each keys}}{{this}} of {{../name}} in {{../../name}}{{/each}}{{/each}}',
      'k1 of ann in pi',
    ],
    ['{{#each users as |user i|}}{{i}}{{user.name}}{{name}}{{/each}}', '0annann1bobbob'],
    ['{{#each os}}{{@key}}={{this}} {{/each}}', 'family=debian version=12 '],
    ['{{#each users}}{{#if keys}}{{name}}{{/if}}{{/each}}', 'ann'],
    ['{{#with os}}{{family}}{{/with}}', 'debian'],
    ['{{default nope "x"}} {{default os.nope 1}} {{default empty 2}} {{default name 3}}', 'x 1 2 pi'],
    ['{{defined nope}} {{defined os.family}} {{defined os.nope.deep}}', 'false true false'],
    ['{{#if (eq os.family "debian")}}d{{/if}}', 'd'],
    ['{{#if (and yes (not no))}}d{{/if}}', 'd'],
    ['{{join list ","}} {{length list}} {{first list}} {{last list}}', 'a,b 2 a b'],
    ['{{upper name}} {{replace name "i" "$&"}} {{quote "it\'s"}}', "PI p$& 'it'\\''s'"],
    ['{{join (split "a b" " ") "-"}} {{contains list "a"}} {{contains name "x"}}', 'a-b true false'],
    ['{{netmask cidr}} {{prefix cidr}} {{network cidr}}', '255.255.255.0 24 192.168.1.0'],
    [
      '{{json os}} {{base64 name}} {{join (keys os)}}',
      '{"family":"debian","version":"12"} cGk= family,version',
    ],
    ['a\n  {{indent "x\ny" 2}}', 'a\n  x\n  y'],
    ['docker ps --format "\\{{.Names}}" {{name}}', 'docker ps --format "{{.Names}}" pi'],
    ['{{{{raw}}}}{{.Names}}{{{{/raw}}}}', '{{.Names}}'],
    ['{{lookup os "family"}} {{lookup list 1}}', 'debian b'],
    ['{{!-- a comment --}}x', 'x'],
    ['{{#each list}}\n- {{this}}\n{{/each}}\nend', '- a\n- b\nend'],
  ])('%s', (text, expected) => {
    expect(render(text)).toBe(expected);
  });
});

describe('secrets', () => {
  test('one in a text makes the text secret', () => {
    const printed: Secret[] = [];
    const value = compileText('pw={{password}}').render(lookup, (secret) => printed.push(secret));
    expect(value).toBeInstanceOf(Secret);
    expect((value as Secret).reveal()).toBe('pw=hunter22');
    expect(printed.map((secret) => secret.reveal())).toEqual(['hunter22']);
  });

  test('helpers keep them secret', () => {
    const value = render('{{base64 password}}');
    expect(value).toBeInstanceOf(Secret);
    expect((value as Secret).reveal()).toBe('aHVudGVyMjI=');
    expect(render('{{eq password "x"}}')).toBe(false);
    expect(render('{{#if password}}set{{/if}}')).toBe('set');
    expect(JSON.stringify(render('{{list "a" password}}'))).toBe('["a","********"]');
  });
});

describe('mistakes', () => {
  test.each<[string, string, string | undefined, string]>([
    ['{{nope}}', '`nope` is not defined', undefined, 'nope'],
    ['{{#if nope}}x{{/if}}', '`nope` is not defined', undefined, 'nope'],
    ['{{#if (eq os.famly "d")}}x{{/if}}', '`os` has no `famly`', 'did you mean `family`?', 'os.famly'],
    ['{{#each nope}}x{{/each}}', '`nope` is not defined', undefined, 'nope'],
    ['{{json x indent=nope}}', '`x` is not defined', undefined, 'x'],
    ['{{json os indent=nope}}', '`nope` is not defined', undefined, 'nope'],
    ['{{nope.deep.x}}', '`nope` is not defined', undefined, 'nope.deep.x'],
    ['{{name.first}}', '`name` is text and has no `first`', undefined, 'name.first'],
    ['{{users.[7]}}', '`users` is a list of 2 and has no `7`', undefined, 'users.[7]'],
    ['{{os.constructor}}', '`os` has no `constructor`', 'it has family, version', 'os.constructor'],
    [
      '{{lookup os "constructor"}}',
      '`lookup`: there is no `constructor` in it',
      undefined,
      '{{lookup os "constructor"}}',
    ],
    ['{{os.__proto__}}', '`os` has no `__proto__`', 'it has family, version', 'os.__proto__'],
    ['x {{list}}', 'a list cannot stand inside text', 'write {{join list ","}} or {{json list}}', '{{list}}'],
    ['x {{os}}', 'a map cannot stand inside text', 'write {{json os}}, or name one of its fields', '{{os}}'],
    [
      'x {{empty}}',
      'nothing cannot stand inside text',
      'write {{default empty ""}} where nothing is meant to be empty text',
      '{{empty}}',
    ],
    ['{{#each name}}x{{/each}}', '{{#each}} goes over a list or a map, not over text', undefined, 'name'],
    [
      '{{#each users}}{{port}}{{/each}}',
      '`port` is not defined',
      'inside {{#each}} and {{#with}} a name means a field of the item; write @root.name for a variable',
      'port',
    ],
    ['{{uper name}}', 'there is no helper `uper`', 'did you mean `upper`?', 'uper'],
    ['{{join name}}', '`join` works on a list, not on text', undefined, '{{join name}}'],
    ['{{eq name}}', '`eq` takes 2 values, not 1', undefined, '{{eq name}}'],
    ['{{#wiht os}}{{/wiht}}', 'there is no block {{#wiht}}', 'did you mean {{#with}}?', 'wiht'],
    ['{{name | upper}}', 'templates have no filters with `|`', 'helpers come first: {{upper name}}', '|'],
    [
      "{{ name | default('x') }}",
      'templates have no filters with `|`',
      "helpers come first: {{default name 'x'}}",
      '|',
    ],
    ['{{port + 1}}', 'templates have no operator `+`', 'work it out in `vars:` or in the playbook', '+'],
    ['{{#if name == "pi"}}x{{/if}}', 'templates have no operator `==`', 'write (eq a b)', '='],
    ['{{list.0}}', 'a number cannot follow a dot', 'write list.[0]', '0'],
    [
      'docker --format {{.Names}}',
      'this is no template',
      'write \\{{ where two braces are meant as they are',
      '.',
    ],
    ['{{#if name}}x', 'a block is opened and never closed', 'close it: {{/if}}, {{/each}}, …', ''],
    ['{{#if name}}x{{/each}}', '{{#if}} is closed by {{/each}}', undefined, 'i'],
    [
      '{% if name %}x{% endif %}',
      '`{% … %}` is not known here',
      'write {{#if …}} … {{/if}} or {{#each …}} … {{/each}}',
      '{%',
    ],
    ['{{@nope}}', 'there is no `@nope`', 'there are @index, @key, @first, @last and @root', '@nope'],
    ['{{../name}}', '`../name` means nothing here', 'it works inside {{#each}} and {{#with}}', '../name'],
  ])('%s', (text, message, hint, at) => {
    const mistake = mistakeOf(() => render(text));
    expect([mistake.message, mistake.hint]).toEqual([message, hint]);
    expect(text.slice(mistake.start, mistake.end)).toBe(at);
  });
});

describe('partials', () => {
  const files: Record<string, string> = {
    head: '# {{name}} {{title}}\n',
    plain: 'port {{port}}\n',
    item: '{{name}};',
    bad: 'line\n{{nope}}',
    again: '{{> again}}',
  };
  const load = (name: string) => {
    const text = files[name];
    if (text === undefined) throw new TextMistake('file-missing', `there is no partial \`${name}\``);
    return { path: `templates/${name}.hbs`, text };
  };

  test('see the variables, their arguments, and the item of a loop', () => {
    expect(compileTemplate('{{> head title="x"}}{{> plain}}', load).render(lookup)).toBe(
      '# pi x\nport 8080\n',
    );
    expect(compileTemplate('{{#each users}}{{> item}}{{/each}}', load).render(lookup)).toBe('ann;bob;');
    expect(compileTemplate('{{> item os.nope}}', load).uses).toHaveLength(1);
    expect(compileTemplate('a\n  {{> plain}}\nb', load).render(lookup)).toBe('a\n  port 8080\nb');
  });

  test('their mistakes stand in their own file', () => {
    const mistake = mistakeOf(() => compileTemplate('{{> bad}}', load).render(lookup));
    expect([mistake.message, mistake.file?.path, mistake.start]).toEqual([
      '`nope` is not defined',
      'templates/bad.hbs',
      7,
    ]);
  });

  test('one that is missing or calls itself without end is a mistake', () => {
    const missing = mistakeOf(() => compileTemplate('x {{> nope}}', load));
    expect([missing.message, missing.start]).toEqual(['there is no partial `nope`', 2]);
    expect(mistakeOf(() => compileTemplate('{{> again}}', load).render(lookup)).message).toBe(
      'its partials call each other without end',
    );
  });
});

test('names are collected whether or not a rendering reaches them', () => {
  const { uses } = compileText('{{#if a}}{{b.c}}{{else}}{{default d.e "x"}}{{/if}}{{#each f}}{{g}}{{/each}}');
  expect(uses.map(({ name, rest, lenient }) => [name, [...rest], lenient])).toEqual([
    ['a', [], false],
    ['b', ['c'], false],
    ['d', ['e'], true],
    ['f', [], false],
  ]);
});

test('what a value holds is never compiled', () => {
  const template = compileText('{{x}}');
  expect(template.render(lookupIn({ x: '{{name}}' }))).toBe('{{name}}');
});

function lookupIn(map: ValueMap): Lookup {
  return { get: (name) => map[name], hint: () => undefined };
}

function render(text: string): Value {
  return compileText(text).render(lookup);
}

function mistakeOf(work: () => unknown): TextMistake {
  try {
    work();
  } catch (error) {
    if (error instanceof TextMistake) return error;
    throw error;
  }
  throw new Error('no mistake was found');
}
