import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinScripts, quote, raw, sh } from '../../src/model/script.ts';
import { Secret } from '../../src/model/secret.ts';

const SHELLS: readonly (readonly [string, ...string[]])[] = [
  ['dash'],
  ['bash'],
  ['bash', '--posix'],
  ['busybox', 'ash'],
];

/** Nasty pieces more often than by chance: what means something to a shell, and what does to an encoding. */
const word = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        "'",
        '"',
        '\\',
        '$',
        '`',
        '!',
        '\n',
        '\t',
        ' ',
        '*',
        '~',
        '#',
        '-',
        ';',
        '&',
        '(',
        'a',
        'é',
        '😀',
        '\r',
        '\x7f',
        '\x1b',
      ),
    )
    .map((pieces) => pieces.join('')),
  fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
);

describe.each(SHELLS)('quoting for %s %s', (program, ...options) => {
  const run = (script: string): Buffer => spawnSync(program, [...options, '-c', script]).stdout;

  it('gives every word back as it was', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        const script = sh`for word in ${words}; do printf '%s\\0' "$word"; done`;
        expect(run(script.text).toString()).toBe(words.map((text) => `${text}\0`).join(''));
      }),
      { numRuns: 60 },
    );
  });

  it('survives being quoted again and again, as `eval` and `sh -c` do it', () => {
    fc.assert(
      fc.property(word, (text) => {
        const script = `eval ${quote(`eval ${quote(`printf %s ${quote(text)}`)}`)}`;
        expect(run(script).toString()).toBe(text);
      }),
      { numRuns: 60 },
    );
  });
});

describe('sh', () => {
  it('quotes texts, numbers and lists, and takes scripts as they are', () => {
    const script = sh`rm ${raw('-f')} ${'a b'} ${7} ${['x', "y'z"]}`;
    expect(script).toEqual({ text: `rm -f 'a b' '7' 'x' 'y'\\''z'`, secrets: [] });
  });

  it('remembers the secrets that stand in it, also those of scripts in it', () => {
    const [one, two] = [new Secret('one'), new Secret('two')];
    const script = joinScripts([sh`echo ${one}`, sh`{ ${sh`echo ${[two]}`}; }`]);
    expect(script.text).toBe("echo 'one'\n{ echo 'two'; }");
    expect(script.secrets).toEqual([one, two]);
  });

  it('refuses a NUL, which no shell can carry', () => {
    expect(() => quote('a\0b')).toThrow(RangeError);
  });
});
