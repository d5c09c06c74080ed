import { execFileSync } from 'node:child_process';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quote } from '../../src/model/script.ts';
import { Redactor, Secret } from '../../src/model/secret.ts';

const AWKWARD = `pä'ss "w$rd" \\ 5+5/ü?&<x>`;

function redactor(...secrets: readonly (string | Secret)[]): Redactor {
  const result = new Redactor();
  for (const secret of secrets) result.add(secret);
  return result;
}

function bash(script: string, argument: string): string {
  const env = { LC_ALL: 'C.UTF-8' };
  return execFileSync('bash', ['--norc', '-c', script, '', argument], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('a secret', () => {
  test('prints as stars in every way', () => {
    const secret = new Secret('hunter22', ['hunter']);
    const shown = [
      String(secret),
      JSON.stringify({ secret }),
      inspect({ secret }, { showHidden: true, depth: 9 }),
    ];
    expect(shown.join('\n')).not.toContain('hunter');
    expect(Object.keys(secret)).toEqual([]);
  });
});

describe('what is masked', () => {
  const forms: Readonly<Record<string, (text: string) => string>> = {
    'as it is': (text) => text,
    'in single quotes': quote,
    'in single quotes, twice': (text) => quote(quote(text)),
    'in double quotes': (text) => `"${text.replaceAll(/["\\$`]/g, String.raw`\$&`)}"`,
    'as JSON': (text) => JSON.stringify({ text }),
    'as JSON in JSON': (text) => JSON.stringify(JSON.stringify([text])),
    'in a URL': (text) => `https://user:${encodeURIComponent(text)}@host/`,
    'in a query': (text) => new URLSearchParams({ text }).toString(),
    'in base64': (text) => Buffer.from(text).toString('base64'),
    'in base64url': (text) => Buffer.from(text).toString('base64url'),
    'as printf %q says it': (text) => bash('printf %q "$1"', text),
    'as bash -x says it': (text) => bash('exec 2>&1; set -x; true "$1"', text),
    'as echo of dash says it': (text) =>
      execFileSync('dash', ['-c', 'echo "$1"', '', text], { encoding: 'utf8' }),
    'as Python quotes it': (text) => `'${text.replaceAll("'", `'"'"'`)}'`,
  };

  test.each(Object.entries(forms))('%s', (_name, form) => {
    const masked = redactor(AWKWARD).redact(`before ${form(AWKWARD)} after`);
    expect(masked).toContain('before ');
    expect(masked).toContain(' after');
    expect(masked).not.toMatch(/rd|w\$|5\+5|NSs1/);
  });

  test('in base64 of a longer text, wherever it begins and whatever is around it', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 20 });
    const secret = fc
      .string({ unit: 'grapheme', minLength: 6, maxLength: 40 })
      .filter((word) => word.trim() === word);
    fc.assert(
      fc.property(text, secret, text, (before, word, after) => {
        const whole = Buffer.from(before + word + after).toString('base64');
        const masked = redactor(word).redact(whole);
        expect(masked).toContain('********');
        // What stays may hold some bits of the letters at the ends, and no more.
        const left = (masked.split('********').at(0) ?? '').length;
        expect(left).toBeLessThanOrEqual(Math.ceil((Buffer.byteLength(before) * 8) / 6) + 1);
      }),
    );
  });

  test('each line of a long one, and each line of its base64 as base64 prints it', () => {
    const key = Array.from({ length: 6 }, (_, index) => `line-${index}-`.repeat(9)).join('\n') + '\n';
    const masked = redactor(key).redact(`found: line-3-${'line-3-'.repeat(8)}!`);
    expect(masked).toBe('found: ********!');
    const encoded = execFileSync('base64', { input: key, encoding: 'utf8' });
    expect(redactor(key).redact(encoded).length).toBeLessThan(20);
  });

  test('secrets that overlap leave nothing of one another in sight', () => {
    expect(redactor('abcdef', 'defghi').redact('<abcdefghi>')).toBe('<********>');
    expect(redactor('abcd', 'abcdefgh').redact('<abcdefgh>')).toBe('<********>');
  });

  test('of a text with parts only the parts, of one without all of it', () => {
    const profile = 'remote example.net\nkey: s3cret-key\n';
    expect(redactor(new Secret(profile, ['s3cret-key'])).redact(profile)).toBe(
      'remote example.net\nkey: ********\n',
    );
    expect(redactor(new Secret(profile, ['s3cret-key']), profile).redact('remote example.net')).toBe(
      '********',
    );
  });

  test('keys of maps too, and nothing but texts is changed', () => {
    const value = { 'hunter22 x': [1, true, null, 'say hunter22'], fine: new Secret('x') };
    expect(redactor('hunter22').redactAll(value)).toEqual({
      '******** x': [1, true, null, 'say ********'],
      fine: value.fine,
    });
  });

  test('nothing of three letters, which would hide half of every line', () => {
    expect(redactor('the').redact('the other')).toBe('the other');
  });

  test('whatever the secret and the text around it are', () => {
    const word = fc.string({ unit: 'binary', minLength: 4, maxLength: 30 });
    fc.assert(
      fc.property(word, fc.string(), fc.string(), (secret, before, after) => {
        expect(
          redactor(secret)
            .redact(before + secret + after)
            .split('********')
            .join('\0'),
        ).not.toContain(secret);
      }),
    );
  });
});

test('lines of base64 that hold a secret only together', () => {
  const masking = redactor('a secret that lies across the end of a line');
  const text = `${'x'.repeat(40)}a secret that lies across the end of a line and more`;
  for (const width of [64, 76]) {
    const encoded = execFileSync('base64', [`--wrap=${width}`], { input: text, encoding: 'utf8' });
    expect(masking.redact(`before\n${encoded}after`)).toMatch(/^before\n\w+\*+\w+=*\nafter$/);
    const { lines, other } = masking.taint({ lines: encoded.trim().split('\n'), other: ['as', 'it', 'is'] });
    expect(lines.every((line: unknown) => line instanceof Secret)).toBe(true);
    expect(other).toEqual(['as', 'it', 'is']);
  }
  const harmless = execFileSync('base64', { input: 'nothing of ours '.repeat(20), encoding: 'utf8' });
  expect(masking.redact(harmless)).toBe(harmless);
});

test('what a host answered becomes a secret where it holds one', () => {
  const { stdout, stderr } = redactor('hunter22').taint({ stdout: 'pw=hunter22\n', stderr: '' });
  expect(stdout).toBeInstanceOf(Secret);
  expect(stderr).toBe('');
});

test('many secrets cost little: 200 of them, 10 000 events', () => {
  const masking = new Redactor();
  for (let index = 0; index < 200; index++) masking.add(`secret number ${index} of the house`);
  const event = {
    kind: 'task-finished',
    host: 'pi',
    scripts: [{ text: 'x y z '.repeat(100), stdout: 'secret number 7 of the house' }],
  };
  let masked = 0;
  for (let index = 0; index < 10_000; index++)
    if (masking.redactAll(event).scripts[0]?.stdout === '********') masked++;
  expect(masked).toBe(10_000);
}, 20_000);
