import Handlebars from 'handlebars';
import { Secret } from '../model/secret.ts';
import { isList, isMap, typeName, type Value } from '../model/value.ts';
import { callHelper, HelperError } from './helpers.ts';
import type { NodeNote } from './template-nodes.ts';
import { print, valueOf, type Rendering } from './template-values.ts';
import { TextMistake } from './text-mistake.ts';

interface Options {
  readonly data: { readonly rendering: Rendering };
  readonly hash?: Readonly<Record<string, Value>>;
}

/** Handlebars with our four helpers, which the rewritten templates call. */
export const engine = Handlebars.create();
engine.registerHelper('__get', get);
engine.registerHelper('__out', out);
engine.registerHelper('__call', callByNote);
engine.registerHelper('__each', listOrMap);
engine.registerHelper('__condition', condition);
engine.registerHelper('raw', function raw(this: unknown, options: { fn(context: unknown): string }): string {
  return options.fn(this);
});
engine.unregisterHelper('log');

function get(base: Value | undefined, index: number, { data }: Options): Value | undefined {
  return valueOf(base, noteOf(data.rendering, index), data.rendering.lookup);
}

function out(value: Value | undefined, index: number, { data }: Options): string {
  return print(value, noteOf(data.rendering, index), data.rendering);
}

function callByNote(index: number, ...rest: readonly unknown[]): Value {
  const { data, hash = {} } = rest.at(-1) as Options;
  const note = noteOf(data.rendering, index);
  try {
    return callHelper(note.text, rest.slice(0, -1) as Value[], hash);
  } catch (error) {
    if (!(error instanceof HelperError)) throw error;
    throw new TextMistake('template-syntax', error.message, {
      start: note.start,
      end: note.end,
      file: note.file,
    });
  }
}

function listOrMap(value: Value, index: number, { data }: Options): Value {
  if (isList(value) || isMap(value)) return value;
  const { start, end, file } = noteOf(data.rendering, index);
  throw new TextMistake(
    'template-syntax',
    `{{#each}} goes over a list or a map, not over ${typeName(value)}`,
    { start, end, file },
  );
}

/** Handlebars takes a Secret for an object, and an empty list for false. */
function condition(value: Value): Value {
  return value instanceof Secret ? value.reveal() !== '' : value;
}

function noteOf(rendering: Rendering, index: number): NodeNote {
  const note = rendering.notes[index];
  if (!note) throw new Error(`no template node ${index}`);
  return note;
}
