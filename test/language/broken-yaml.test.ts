import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadInventory, loadPlaybook, readInventory, togetherWith } from '../../src/language/index.ts';
import { DiagnosticError } from '../../src/model/diagnostic.ts';
import { folder, inventoryMistakes, load, mistakes } from './house.ts';
import { modules } from './modules.ts';

/** A play with this first task, and a second one that has a mistake of its own. */
function twoTasks(first: string): string {
  return `- hosts: pi\n  tasks:\n${first}    - name: Next\n      apt: {nam: a}\n`;
}

/** Heads and hints, without excerpts. */
function told(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^\S.*: (?:error|note): |^ {2}hint: /.test(line))
    .map((line) => line.replace(/^playbooks\/site\.yaml:/, '').trim());
}

const next = [
  expect.stringMatching(/^\d+:13: error: `apt` has no parameter `nam`$/),
  'hint: did you mean `name`?',
];

describe('one mistake in the YAML hides no other, and casts no shadow', () => {
  test.each([
    [
      'a template without quotes, and what is wrong in it',
      '    - command: {{ nowhere }} -l\n',
      [
        '3:16: error: a value that begins with `{{` must be quoted, or YAML reads it as a map',
        'hint: write command: "{{ nowhere }} -l"',
        '3:19: error: `nowhere` is not defined',
      ],
    ],
    [
      'a template without quotes between braces',
      '    - copy: {content: {{ color }}/a, dest: /b}\n',
      [
        '3:23: error: a value that begins with `{{` must be quoted, or YAML reads it as a map',
        'hint: write content: "{{ color }}/a"',
      ],
    ],
    [
      'a condition in braces',
      '    - command: ls\n      when: {{ color }} == "red"\n',
      ['4:13: error: an expression needs no braces', 'hint: write color == "red"'],
    ],
    [
      'a tab',
      '    - copy:\n        content: b\n\tdest: /a\n',
      ['5:1: error: tabs cannot indent YAML', 'hint: use spaces'],
    ],
    [
      'a line too far to the right',
      '    - copy:\n        content: b\n         dest: /a\n',
      [
        '5:10: error: this line is indented too far: it would go on with the value of the line above',
        'hint: check the indentation of this line',
      ],
    ],
    [
      'a line too far to the left',
      '    - name: One\n     command: ls\n',
      [
        '4:6: error: the indentation of this line fits none of the lines above it',
        'hint: begin it in the same column as the lines that it belongs with',
      ],
    ],
    [
      'a text of several lines that ends too far to the left',
      '    - shell: |\n        echo a\n       echo b\n',
      [
        '5:8: error: the indentation of this line fits none of the lines above it',
        'hint: begin it in the same column as the lines that it belongs with',
      ],
    ],
    [
      'no space behind the dash',
      '    - command: ls\n    -name: One\n      command: ls\n',
      ['4:5: error: a space is missing behind `-`', 'hint: write - name: One'],
    ],
    [
      'no space behind the colon',
      '    - name:One\n      command: ls\n',
      ['3:7: error: a space is missing behind `name:`', 'hint: write name: One'],
    ],
    [
      'a second colon',
      '    - name: One: two\n      command: ls\n',
      [
        '3:13: error: a second `: ` in one line makes a map inside a map',
        'hint: quote the value: name: "One: two"; or begin a line of its own with what stands in it',
      ],
    ],
    [
      'an open quote',
      '    - name: "One\n      command: ls\n    - name: "Two"\n      command: ls\n',
      [
        '3:13: error: this quote is never closed',
        'hint: close it with another ", in the same line where the text is one line',
      ],
    ],
    [
      'an open bracket',
      '    - name: One\n      copy: {content: b, dest: /a\n',
      ['4:13: error: this `{` is never closed', 'hint: close it with `}`'],
    ],
    [
      'text behind a quote',
      '    - command: ls\n      when: "a" == "b"\n',
      ['4:17: error: text goes on behind the closing quote', `hint: quote all of it: when: '"a" == "b"'`],
    ],
    [
      'an apostrophe between apostrophes',
      "    - command: 'it's'\n",
      ['3:20: error: text goes on behind the closing quote', 'hint: quote all of it: command: "it\'s"'],
    ],
    [
      'a backslash',
      '    - command: "dir C:\\dir"\n',
      [
        '3:23: error: invalid escape sequence \\d',
        'hint: write `\\\\` for a backslash, or put the text in single quotes',
      ],
    ],
    [
      'signs that no value begins with',
      '    - command: @a\n    - command: %b\n    - command: `c`\n',
      [
        '3:16: error: a value cannot begin with `@`',
        'hint: quote it: command: "@a"',
        '4:16: error: a value cannot begin with `%`',
        'hint: quote it: command: "%b"',
        '5:16: error: a value cannot begin with "`"',
        'hint: quote it: command: "`c`"',
      ],
    ],
    [
      'an alias of nothing',
      '    - apt: *packages\n',
      ['3:12: error: there is no anchor `&packages` before this alias'],
    ],
    [
      'a key twice',
      '    - command: ls\n      command: id\n',
      [
        '4:7: error: `command` stands here twice',
        '3:7: note: the first one is here',
        'hint: keep one of the two',
      ],
    ],
  ])('%s', (_, task, expected) => {
    expect(told(mistakes(twoTasks(task)))).toEqual([...expected, ...next]);
  });

  test('an asterisk for all hosts', () => {
    expect(told(mistakes('- hosts: *\n  tasks:\n    - apt: {nam: a}\n'))).toEqual([
      '1:10: error: a value cannot begin with `*`',
      'hint: quote it: hosts: "*"',
      '3:13: error: `apt` has no parameter `nam`',
      'hint: did you mean `name`?',
    ]);
  });

  test('what stands in a part that cannot be read is not called unknown elsewhere', () => {
    const text = `- hosts: pi
  tasks:
    - command: ls
      register: listing
	changed_when: false
    - command: echo {{ listing.stdout }} {{ other }}
`;
    expect(told(mistakes(text))).toEqual([
      '5:1: error: tabs cannot indent YAML',
      'hint: use spaces',
      '6:45: error: `other` is not defined',
    ]);
  });

  test('all of them at once, each with its line', () => {
    const text = `- hosts: pi
  tasks:
    - name: One: two
      command: ls
    - command: {{ color }}
    -name: Three
      command: ls
    - copy: {content: b, dest: /a
    - apt: {nam: a}
`;
    expect(told(mistakes(text)).filter((line) => line.includes('error'))).toEqual([
      '3:13: error: a second `: ` in one line makes a map inside a map',
      '5:16: error: a value that begins with `{{` must be quoted, or YAML reads it as a map',
      '6:5: error: a space is missing behind `-`',
      '8:13: error: this `{` is never closed',
      '9:13: error: `apt` has no parameter `nam`',
    ]);
  });

  test('a misspelt key is not missing besides', () => {
    expect(told(mistakes('- host: pi\n  tasks: []\n'))).toEqual([
      '1:3: error: unknown key `host` in this play',
      'hint: did you mean `hosts`?',
    ]);
  });
});

describe('inventories', () => {
  test('a broken host hides no other', () => {
    const text = `hosts:
  pi:
    adress: 192.168.1.2
    user: {{ nobody }}
  nas:
\taddress: 192.168.1.21
  vpn: address: 192.0.2.1
groups:
  all_of_them: {hosts: [pi, nas, vpm]}
`;
    expect(inventoryMistakes(text)).toMatchInlineSnapshot(`
      "inventory.yaml:3:5: error: unknown key \`adress\` in host \`pi\`
        3 |     adress: 192.168.1.2
          |     ^~~~~~
        hint: did you mean \`address\`?

      inventory.yaml:4:11: error: a value that begins with \`{{\` must be quoted, or YAML reads it as a map
        4 |     user: {{ nobody }}
          |           ^~~~~~~~~~~~
        hint: write user: "{{ nobody }}"

      inventory.yaml:4:14: error: \`nobody\` is not defined (for host pi)
        4 |     user: {{ nobody }}
          |              ^~~~~~

      inventory.yaml:6:1: error: tabs cannot indent YAML
        6 | 	address: 192.168.1.21
          | ^
        hint: use spaces

      inventory.yaml:7:8: error: a second \`: \` in one line makes a map inside a map
        7 |   vpn: address: 192.0.2.1
          |        ^
        hint: quote the value: vpn: "address: 192.0.2.1"; or begin a line of its own with what stands in it

      inventory.yaml:9:34: error: there is no host \`vpm\`
        9 |   all_of_them: {hosts: [pi, nas, vpm]}
          |                                  ^~~
        hint: did you mean \`vpn\`?"
    `);
  });

  test('its mistakes and those of the playbook are told together', () => {
    const root = folder({
      'inventory.yaml': 'hosts:\n  pi:\n    vars: {color: red\n    port: 22\n  nas: {prot: 22}\n',
      'site.yaml':
        '- hosts: pi:nas\n  tasks:\n    - apt: {nam: a}\n    - command: echo {{ color }}\n    - command: echo {{ nowhere }}\n- hosts: other\n',
    });
    const all = togetherWith(readInventory(join(root, 'inventory.yaml')), (inventory) =>
      loadPlaybook(join(root, 'site.yaml'), { inventory, modules }),
    );
    expect(all.map(({ message }) => message)).toEqual([
      'this `{` is never closed',
      'unknown key `prot` in host `nas`',
      expect.stringContaining('`apt` has no parameter `nam`'),
      expect.stringContaining('`nowhere` is not defined'),
      expect.stringContaining('`other`'),
    ]);
  });

  test('where there is none, the playbook is read all the same', () => {
    const root = folder({ 'site.yaml': '- hosts: pi\n  taks: []\n' });
    const all = togetherWith(readInventory(join(root, 'nowhere.yaml')), (inventory) =>
      loadPlaybook(join(root, 'site.yaml'), { inventory, modules }),
    );
    expect(all.map(({ code }) => code)).toEqual(['file-missing', 'unknown-key']);
  });
});

describe('files from elsewhere', () => {
  test('a byte order mark and the line ends of Windows are no mistakes, and places stay right', () => {
    const text = '\uFEFF- hosts: pi\r\n  tasks:\r\n    - command: {{ color }}\r\n    - apt: {nam: a}\r\n';
    expect(told(mistakes(text))).toEqual([
      '3:16: error: a value that begins with `{{` must be quoted, or YAML reads it as a map',
      'hint: write command: "{{ color }}"',
      '4:13: error: `apt` has no parameter `nam`',
      'hint: did you mean `name`?',
    ]);
  });

  test.each([
    ['latin1', 'this character is not UTF-8', 'LATIN1'],
    ['utf16le', 'this file is UTF-16, not UTF-8', 'UTF-16'],
  ] as const)('%s', (encoding, message, name) => {
    const root = folder({});
    const path = join(root, 'inventory.yaml');
    writeFileSync(path, Buffer.from('\u00FF\u00FE', 'latin1').subarray(0, encoding === 'latin1' ? 0 : 2));
    writeFileSync(path, Buffer.from('hosts:\n  pi: {vars: {name: gr\u00FCn}}\n', encoding), { flag: 'a' });
    const { mistakes: found } = readInventory(path);
    expect(found).toMatchObject([{ code: 'file-unreadable', message, hint: expect.stringContaining(name) }]);
    expect(() => loadInventory(path)).toThrow(DiagnosticError);
  });

  test('anchors, aliases and merge keys', () => {
    const book = load(`- hosts: pi
  vars:
    base: &base {content: a, dest: /a}
    more: &more {dest: /b, mode: '0600'}
  tasks:
    - copy: *base
    - copy: {<<: *base, dest: /c}
    - copy:
        <<: [*more, *base]
`);
    expect(book.plays[0]?.tasks).toHaveLength(3);
    expect(
      told(mistakes('- hosts: pi\n  tasks:\n    - copy: {<<: nothing, content: a, dest: /a}\n')),
    ).toEqual(['3:14: error: `copy` has no parameter `<<`', expect.stringContaining('hint: ')]);
  });
});
