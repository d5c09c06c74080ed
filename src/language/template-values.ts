import { SHORTEST } from '../model/secret-forms.ts';
import { Secret } from '../model/secret.ts';
import { nearest } from '../model/suggest.ts';
import { isList, isMap, typeName, type Value } from '../model/value.ts';
import type { NodeNote } from './template-nodes.ts';
import { TextMistake, type Lookup } from './text-mistake.ts';

/** What one rendering carries along. */
export interface Rendering {
  readonly lookup: Lookup;
  readonly notes: readonly NodeNote[];
  /** The template is one mustache: its value is wanted, not its text. */
  readonly native: boolean;
  value: Value | undefined;
  /** What was printed of secrets. */
  readonly secrets: Secret[];
  readonly printed: ((secret: Secret) => void) | undefined;
}

/** The value that a name stands for. `base` is what a name that is no variable begins at: `this`, a block parameter. */
export function valueOf(base: Value | undefined, note: NodeNote, lookup: Lookup): Value | undefined {
  const start = note.root === undefined ? base : lookup.get(note.root);
  if (start !== undefined) return walk(start, note);
  if (note.lenient) return undefined;
  throw undefinedVariable(note, note.root ?? note.text, lookup);
}

/** A value as it stands in a text. */
export function print(value: Value | undefined, note: NodeNote, rendering: Rendering): string {
  if (rendering.native) {
    rendering.value = value ?? null;
    return '';
  }
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Secret) {
    rendering.secrets.push(value);
    rendering.printed?.(value);
    return value.reveal();
  }
  throw notText(value, note);
}

/** What a rendering gives in the end. */
export function resultOf(text: string, { native, value, secrets }: Rendering): Value {
  if (native && value !== undefined) return value;
  if (secrets.length === 0) return text;
  const parts = secrets.flatMap((secret) => secret.parts ?? [secret.reveal()]);
  // What is too short to be masked on its own is hidden with everything around it.
  return parts.some((part) => part.length < SHORTEST) ? new Secret(text) : new Secret(text, parts);
}

/** Follows the rest of a path; what is not there is a mistake unless `default` or `defined` asked. */
function walk(start: Value, note: NodeNote): Value | undefined {
  let value = start;
  const walked =
    note.root === undefined ? note.text.split('.').slice(0, -note.rest.length || undefined) : [note.root];
  for (const key of note.rest) {
    const inner = field(value, key);
    if (inner === undefined) {
      if (note.lenient) return undefined;
      if (walked.length === 0) throw undefinedVariable(note, key);
      throw missingField(value, key, walked.join('.'), note);
    }
    value = inner;
    walked.push(key);
  }
  return value;
}

/** Own fields only: `constructor` and its like are no data. */
function field(value: Value, key: string): Value | undefined {
  if (isList(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined;
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function missingField(value: Value, key: string, owner: string, note: NodeNote): TextMistake {
  const where = { start: note.start, end: note.end, file: note.file };
  if (isMap(value)) {
    const keys = Object.keys(value);
    const near = nearest(key, keys);
    const has =
      keys.length === 0
        ? 'it is empty'
        : `it has ${keys.slice(0, 8).join(', ')}${keys.length > 8 ? ', …' : ''}`;
    return new TextMistake('undefined-variable', `\`${owner}\` has no \`${key}\``, {
      ...where,
      hint: near === undefined ? has : `did you mean \`${near}\`?`,
    });
  }
  const message = isList(value)
    ? `\`${owner}\` is a list of ${value.length} and has no \`${key}\``
    : `\`${owner}\` is ${typeName(value)} and has no \`${key}\``;
  return new TextMistake('undefined-variable', message, where);
}

function undefinedVariable(note: NodeNote, name: string, lookup?: Lookup): TextMistake {
  const hint =
    note.root === undefined
      ? 'inside {{#each}} and {{#with}} a name means a field of the item; write @root.name for a variable'
      : lookup?.hint(name);
  return new TextMistake('undefined-variable', `\`${name}\` is not defined`, {
    start: note.start,
    end: note.end,
    file: note.file,
    hint,
  });
}

function notText(value: Value | undefined, note: NodeNote): TextMistake {
  const inner = note.text.replaceAll(/^\{\{~?|~?\}\}$/g, '').trim();
  const argument = inner.includes(' ') ? `(${inner})` : inner;
  const hint = isList(value)
    ? `write {{join ${argument} ","}} or {{json ${argument}}}`
    : isMap(value)
      ? `write {{json ${argument}}}, or name one of its fields`
      : `write {{default ${argument} ""}} where nothing is meant to be empty text`;
  return new TextMistake('template-syntax', `${typeName(value)} cannot stand inside text`, {
    start: note.start,
    end: note.end,
    file: note.file,
    hint,
  });
}
