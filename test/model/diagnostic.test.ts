import { describe, expect, test } from 'vitest';
import { DiagnosticError, renderDiagnostic } from '../../src/model/diagnostic.ts';
import { locate, positionAt, type SourceFile } from '../../src/model/source.ts';

const file: SourceFile = {
  path: 'playbooks/site.yaml',
  text: '- hosts: pi\n\tbecom: true\n\n  tags: [a]\r\nlast',
};

function at(text: string): { file: SourceFile; start: number; end: number } {
  const start = file.text.indexOf(text);
  return { file, start, end: start + text.length };
}

describe('a diagnostic', () => {
  test('shows place, message, the line, a caret as wide as the span, and the hint', () => {
    const text = renderDiagnostic({
      code: 'wrong-type',
      message: 'must be a list',
      span: at('pi'),
      hint: 'write\n[pi]',
    });
    expect(text).toBe(`playbooks/site.yaml:1:10: error: must be a list
  1 | - hosts: pi
    |          ^~
  hint: write
        [pi]`);
  });

  test('keeps tabs before the caret, so that it stands under the word', () => {
    expect(renderDiagnostic({ code: 'unknown-key', message: 'x', span: at('becom') })).toBe(
      'playbooks/site.yaml:2:2: error: x\n  2 | \tbecom: true\n    | \t^~~~~',
    );
  });

  test('has no excerpt of an empty line, and no place where there is none', () => {
    const empty = { file, start: file.text.indexOf('\n\n') + 1, end: file.text.indexOf('\n\n') + 1 };
    expect(renderDiagnostic({ code: 'yaml-syntax', message: 'x', span: empty })).toBe(
      'playbooks/site.yaml:3:1: error: x',
    );
    expect(renderDiagnostic({ code: 'unknown-tag', message: 'x', hint: 'y' })).toBe('error: x\n  hint: y');
  });

  test('does not draw beyond the end of a line, nor its carriage return', () => {
    const span = { ...at('[a]'), end: file.text.length };
    expect(renderDiagnostic({ code: 'wrong-type', message: 'x', span })).toBe(
      'playbooks/site.yaml:4:9: error: x\n  4 |   tags: [a]\n    |         ^~~',
    );
    const end = { file, start: file.text.length, end: file.text.length + 5 };
    expect(renderDiagnostic({ code: 'yaml-syntax', message: 'x', span: end })).toBe(
      'playbooks/site.yaml:5:5: error: x\n  5 | last\n    |     ^',
    );
  });

  test('shows other places that explain it', () => {
    const related = [{ span: at('pi'), message: 'the first one is here' }];
    expect(renderDiagnostic({ code: 'yaml-duplicate-key', message: 'x', span: at('last'), related })).toBe(
      'playbooks/site.yaml:5:1: error: x\n  5 | last\n    | ^~~~\nplaybooks/site.yaml:1:10: note: the first one is here\n  1 | - hosts: pi\n    |          ^~',
    );
  });

  test('stands with the others in the error that ends a stage', () => {
    const error = new DiagnosticError([
      { code: 'unknown-tag', message: 'one' },
      { code: 'unknown-tag', message: 'two' },
    ]);
    expect(error.message).toBe('error: one\n\nerror: two');
    expect(error.diagnostics).toHaveLength(2);
  });
});

test('positions count lines and columns from 1, and stay inside the file', () => {
  expect(positionAt(file, 0)).toEqual({ line: 1, column: 1 });
  expect(positionAt(file, file.text.indexOf('last'))).toEqual({ line: 5, column: 1 });
  expect(positionAt(file, 9999)).toEqual({ line: 5, column: 5 });
  expect(positionAt(file, -1)).toEqual({ line: 1, column: 1 });
  expect(locate(at('becom'))).toBe('playbooks/site.yaml:2:2');
});
