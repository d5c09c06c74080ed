import { expand, expression } from './regexp.ts';
import { lineEnd, splitLines, withoutEnd } from './text.ts';

/** What `lineinfile` asks of a text. */
export interface LineEdit {
  readonly line: string;
  readonly regexp?: string | undefined;
  readonly search_string?: string | undefined;
  /** `EOF` or a regular expression. */
  readonly insertafter?: string | undefined;
  /** `BOF` or a regular expression. */
  readonly insertbefore?: string | undefined;
  readonly backrefs: boolean;
  readonly firstmatch: boolean;
}

/** Which lines are meant: by `regexp`, by `search_string`, or else exactly this `line`. */
export interface LineSearch {
  readonly line?: string | undefined;
  readonly regexp?: string | undefined;
  readonly search_string?: string | undefined;
}

/** The text with the line in it, by Ansible's rules: the last match is replaced, or else the line is inserted. */
export function putLine(text: string, edit: LineEdit): string {
  const lines = splitLines(text);
  const found = findLine(lines, edit);
  if (found !== undefined) {
    const old = lines[found] ?? '';
    lines[found] = replacement(old, edit) + old.slice(withoutEnd(old).length);
    return lines.join('');
  }
  if (edit.backrefs || lines.some((line) => withoutEnd(line) === edit.line)) return text;
  insert(lines, placeFor(lines, edit), edit.line);
  return lines.join('');
}

/** The text without any line that matches, or that is exactly this one. */
export function dropLines(text: string, { line, regexp, search_string: search }: LineSearch): string {
  const wanted = matcher(regexp, search) ?? ((candidate: string) => candidate === line);
  return splitLines(text)
    .filter((candidate) => !wanted(withoutEnd(candidate)))
    .join('');
}

/** Puts a line before the one with this number, each with an end of its own. */
function insert(lines: string[], at: number, line: string): void {
  const end = lineEnd(lines);
  const previous = lines[at - 1];
  if (previous !== undefined && !previous.endsWith('\n')) lines[at - 1] = previous + end;
  lines.splice(at, 0, line + end);
}

/** The line after the last match, or before it; the end of the text where nothing matches. */
export function placeFor(
  lines: readonly string[],
  {
    insertafter,
    insertbefore,
    firstmatch = false,
  }: Partial<Pick<LineEdit, 'insertafter' | 'insertbefore' | 'firstmatch'>>,
): number {
  if (insertbefore === 'BOF' || insertafter === 'BOF') return 0;
  const pattern = insertbefore ?? insertafter ?? 'EOF';
  if (pattern === 'EOF') return lines.length;
  const found = findBy(lines, matcher(pattern), firstmatch);
  if (found === undefined) return lines.length;
  return insertbefore === undefined ? found + 1 : found;
}

function findLine(
  lines: readonly string[],
  { regexp, search_string: search, firstmatch }: LineEdit,
): number | undefined {
  return findBy(lines, matcher(regexp, search), firstmatch);
}

type Matcher = (line: string) => boolean;

function findBy(lines: readonly string[], matches: Matcher | undefined, first: boolean): number | undefined {
  if (matches === undefined) return undefined;
  const test = (line: string): boolean => matches(withoutEnd(line));
  const found = first ? lines.findIndex(test) : lines.findLastIndex(test);
  return found === -1 ? undefined : found;
}

function matcher(regexp?: string, search?: string): Matcher | undefined {
  if (regexp !== undefined) {
    const pattern = expression(regexp);
    return (line) => pattern.test(line);
  }
  return search === undefined ? undefined : (line) => line.includes(search);
}

/** With `backrefs`, `\1` and its kin stand for what the groups of `regexp` matched. */
function replacement(old: string, { line, regexp, backrefs }: LineEdit): string {
  if (!backrefs || regexp === undefined) return line;
  const match = expression(regexp).exec(withoutEnd(old));
  return match ? expand(line, { parts: match, names: match.groups ?? {} }) : line;
}
