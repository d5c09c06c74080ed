import { expect, test } from 'vitest';
import { Answers } from '../../../src/modules/lib/answers.ts';

function answer(stdout: string): Answers {
  return new Answers({ code: 0, stdout, stderr: '', bytes: Buffer.from(stdout) });
}

test('reads named lines, repeated ones, and what is behind ---', () => {
  const answers = answer('a=1=2\nb=\nnoise\nc=ü\nc=y\n---\na=9\n---\nlast');
  expect(answers.get('a')).toBe('1=2');
  expect(answers.has('a')).toBe(true);
  expect(answers.has('b')).toBe(false);
  expect(answers.get('z')).toBe('');
  expect(answers.all('c')).toEqual(['ü', 'y']);
  expect(answers.rest.stdout).toBe('a=9\n---\nlast');
  expect(Buffer.from(answers.rest.bytes).toString()).toBe('a=9\n---\nlast');
});

test('nothing behind: an empty rest', () => {
  expect(answer('a=1\n').rest.stdout).toBe('');
  expect(answer('a=1\n').rest.bytes).toHaveLength(0);
});
