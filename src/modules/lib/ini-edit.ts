import { lineEnd, splitLines, withoutEnd } from './text.ts';

/** What `ini_file` asks of a text. */
export interface IniOption {
  /** Undefined: what stands before the first section. */
  readonly section?: string | undefined;
  /** Undefined: only the section is wanted. */
  readonly option?: string | undefined;
  /** None: the option alone. */
  readonly values: readonly string[];
  readonly exclusive: boolean;
  readonly no_extra_spaces: boolean;
  readonly ignore_spaces: boolean;
  readonly modify_inactive_option: boolean;
}

/** A line that holds the option, or did until it was commented out. */
interface Place {
  readonly at: number;
  readonly active: boolean;
  /** Undefined where there is no `=`. */
  readonly value: string | undefined;
}

/** The text with the option in its section: in the place of an old line, or else at the section's end. */
export function putOption(text: string, asked: IniOption): string {
  const lines = splitLines(text);
  const end = lineEnd(lines);
  // Of several sections of one name, readers take what the last one says.
  const found = findSections(lines, asked.section).at(-1);
  if (!found) return appendSection(lines, asked, end);
  if (asked.option === undefined) return text;
  const { option } = asked;
  const wanted: (string | undefined)[] = asked.values.length === 0 ? [undefined] : [...new Set(asked.values)];
  const places = placesOf(lines, found, option);
  const active = places.filter((place) => place.active);
  const inactive = asked.modify_inactive_option ? places.filter((place) => !place.active) : [];
  const set = new Map<number, string>();
  const use = (place: Place | undefined, value: string | undefined): boolean => {
    if (!place) return false;
    const keeps = asked.ignore_spaces && place.active && place.value === value;
    set.set(place.at, keeps ? (lines[place.at] ?? '') : written(option, value, asked) + end);
    return true;
  };
  const free = (place: Place): boolean => !set.has(place.at);
  // Lines that say it already come first, so that none of them is moved.
  let missing = wanted.filter(
    (value) =>
      !use(
        active.find((place) => free(place) && place.value === value),
        value,
      ),
  );
  if (asked.exclusive) missing = missing.filter((value) => !use(active.find(free), value));
  const same = (value: string | undefined) => (place: Place) => free(place) && place.value === value;
  missing = missing.filter((value) => !use(inactive.find(same(value)), value));
  // A remark with another value is no loss only where there is to be one value.
  if (asked.exclusive) missing = missing.filter((value) => !use(inactive.find(free), value));
  const dropped = new Set(asked.exclusive ? active.filter(free).map(({ at }) => at) : []);
  const insertAt = lastWord(lines, found);
  const added = missing.map((value) => written(option, value, asked) + end);
  const edited = lines.flatMap((line, index) => {
    const kept = dropped.has(index) ? [] : [set.get(index) ?? line];
    const here = index === insertAt - 1 && added.length > 0;
    return here ? [...kept.map((each) => ended(each, end)), ...added] : kept;
  });
  return [...(insertAt === 0 ? added : []), ...edited].join('');
}

/** The text without the option; where not `exclusive`, only without its lines with one of the values. */
export function dropOption(text: string, asked: IniOption & { readonly option: string }): string {
  const lines = splitLines(text);
  const gone = findSections(lines, asked.section)
    .flatMap((found) => placesOf(lines, found, asked.option))
    .filter(({ active, value }) => active && (asked.exclusive || asked.values.includes(value ?? '')))
    .map(({ at }) => at);
  return lines.filter((_, index) => !gone.includes(index)).join('');
}

/** The text without a section and all that is in it, wherever it stands. */
export function dropSection(text: string, section: string): string {
  const lines = splitLines(text);
  const gone = findSections(lines, section);
  return lines.filter((_, at) => !gone.some(({ head, end }) => at >= head && at < end)).join('');
}

interface Section {
  /** The line with its name; that before the first line for what has none. */
  readonly head: number;
  /** The line behind its last. */
  readonly end: number;
}

/** All of this name, in order. A mark of Unicode at the start of a file belongs to no name. */
function findSections(lines: readonly string[], section: string | undefined): readonly Section[] {
  const heads = lines.flatMap((line, at) => (line.replace(/^\uFEFF/, '').startsWith('[') ? [at] : []));
  const named = (at: number): boolean => (lines[at] ?? '').replace(/^\uFEFF/, '').startsWith(`[${section}]`);
  return (section === undefined ? [-1] : heads.filter(named)).map((head) => ({
    head,
    end: heads.find((at) => at > head) ?? lines.length,
  }));
}

function placesOf(lines: readonly string[], { head, end }: Section, option: string): readonly Place[] {
  return lines.flatMap((line, at) => {
    if (at <= head || at >= end) return [];
    const [, mark = '', name = '', value] =
      /^([#;]?)[ \t]*([^=]*?)[ \t]*(?:=[ \t]*(.*))?$/.exec(withoutEnd(line)) ?? [];
    return name === option ? [{ at, active: mark === '', value: value?.trimEnd() }] : [];
  });
}

/** Behind the last line of a section that is neither empty nor a comment. */
function lastWord(lines: readonly string[], { head, end }: Section): number {
  for (let at = end - 1; at > head; at--)
    if (!/^[ \t]*(?:[#;].*)?\r?\n?$/.test(lines[at] ?? '')) return at + 1;
  return head === -1 ? 0 : head + 1;
}

function appendSection(lines: readonly string[], asked: IniOption, end: string): string {
  const { section = '', option, values } = asked;
  const all = option === undefined ? [] : values.length === 0 ? [undefined] : [...new Set(values)];
  const options = all.map((value) => written(option ?? '', value, asked) + end);
  const last = lines.at(-1);
  const before = last === undefined ? [] : [...lines.slice(0, -1), ended(last, end)];
  return [...before, `[${section}]${end}`, ...options].join('');
}

function written(option: string, value: string | undefined, { no_extra_spaces: tight }: IniOption): string {
  if (value === undefined) return option;
  return tight ? `${option}=${value}` : `${option} = ${value}`.trimEnd();
}

function ended(line: string, end: string): string {
  return line.endsWith('\n') ? line : line + end;
}
