import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commentOf, joinWords, savedWords, targetOf } from '../../../src/modules/lib/iptables-words.ts';

describe('words of a rule', () => {
  it('come back as they were, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        expect(savedWords(joinWords(words))).toEqual(words);
      }),
    );
  });

  it.each([
    [`-m comment --comment "a \\"b\\""`, ['-m', 'comment', '--comment', 'a "b"']],
    [`--log-prefix "it\\'s "`, ['--log-prefix', "it's "]],
    [`"" x`, ['', 'x']],
  ])('are told apart as iptables-save means them: %s', (text, words) => {
    expect(savedWords(text)).toEqual(words);
  });

  it('tell the target from a comment that looks like one', () => {
    const words = ['-m', 'comment', '--comment', '-j', '-j', 'ACCEPT'];
    expect(targetOf(words)).toBe('ACCEPT');
    expect(commentOf(words)).toBe('-j');
    expect(targetOf(['-s', '10.0.0.1/32'])).toBeUndefined();
  });
});
