import { expect, test } from 'vitest';
import type { ShownChange } from '../../src/model/event.ts';
import { differenceLines } from '../../src/report/difference.ts';

const show = (change: Omit<ShownChange, 'summary'>, atMost = 200) =>
  differenceLines({ summary: 'change it', ...change }, atMost)
    .map((line) => line.text)
    .join('\n');

test('single lines stand beside each other', () => {
  expect(show({ before: '0644', after: '0600' })).toBe('0644 → 0600');
  expect(show({ before: 'a\n', after: 'b\n', subject: '/etc/x' })).toBe('/etc/x: a → b');
  expect(show({ after: 'b' })).toBe('(absent) → b');
  expect(show({ before: '', after: 'b' })).toBe('(empty) → b');
  expect(show({ before: 'a' })).toBe('a → (absent)');
});

test('nothing differs, nothing is shown', () => {
  expect(show({})).toBe('');
  expect(show({ before: 'a\nb\n', after: 'a\nb\n' })).toBe('');
});

test('several lines are a unified diff', () => {
  expect(show({ before: 'a\nb\n', after: 'a\nc\n', subject: '/etc/x' })).toMatchInlineSnapshot(`
    "--- /etc/x
    +++ /etc/x
    @@ -1,2 +1,2 @@
     a
    -b
    +c"
  `);
});

test('a new file and one that goes', () => {
  expect(show({ after: 'a\nb\n', subject: '/etc/x' })).toMatchInlineSnapshot(`
    "--- (absent)
    +++ /etc/x
    @@ -1,0 +1,2 @@
    +a
    +b"
  `);
  expect(show({ before: 'a\nb\n', subject: '/etc/x' })).toMatchInlineSnapshot(`
    "--- /etc/x
    +++ (absent)
    @@ -1,2 +1,0 @@
    -a
    -b"
  `);
});

test('a missing final newline is told only where it is part of the difference', () => {
  expect(show({ before: 'a\nb', after: 'a\nc' })).not.toContain('No newline');
  expect(show({ after: 'a\nc' })).not.toContain('No newline');
  expect(show({ before: 'a\nb', after: 'a\nb\n' })).toMatchInlineSnapshot(`
    "--- before
    +++ after
    @@ -1,2 +1,2 @@
     a
    -b
    \\ No newline at end of file
    +b"
  `);
});

test('a long diff is cut, and says how to see all of it', () => {
  const after = Array.from({ length: 300 }, (_, index) => `line ${index}\n`).join('');
  const lines = show({ after }).split('\n');
  expect(lines).toHaveLength(201);
  expect(lines.at(-1)).toBe('… 103 more lines (-v shows all)');
  expect(show({ after }, Number.POSITIVE_INFINITY).split('\n')).toHaveLength(303);
});

test('two texts that share nothing do not stall the run', () => {
  const text = (word: string) => Array.from({ length: 9000 }, (_, index) => `${word}${index}\n`).join('');
  expect(show({ before: text('a'), after: text('b') })).toMatchInlineSnapshot(`
    "--- before
    +++ after
    too different to show: 9000 lines before, 9000 lines after"
  `);
});
