import Handlebars from 'handlebars';
import type { Secret } from '../model/secret.ts';
import type { SourceFile } from '../model/source.ts';
import type { Value } from '../model/value.ts';
import { parseTemplate } from './template-parse.ts';
import { Pass, type PartialCall } from './template-pass.ts';
import type { NodeNote } from './template-nodes.ts';
import { engine } from './template-run.ts';
import { simpleTemplate } from './template-simple.ts';
import { resultOf, type Rendering } from './template-values.ts';
import { TextMistake, type Lookup, type Use } from './text-mistake.ts';

export interface Template {
  /** Every variable that it names at all, whether or not a rendering gets there. */
  readonly uses: readonly Use[];
  /**
   * Text; or the value itself where the template is exactly one mustache. A secret in the text makes the text secret.
   * Throws a `TextMistake`, or `NotYet` where a value is not known yet. `printed` is told each secret on its way.
   */
  render(lookup: Lookup, printed?: (secret: Secret) => void): Value;
}

/** Finds a partial by name; throws a `TextMistake` where there is none. */
export type PartialLoader = (name: string) => SourceFile;

/** True where a text has to go through the template engine at all. */
export function isTemplate(text: string): boolean {
  // Jinja's statements too, so that they are not taken for text.
  return text.includes('{{') || text.includes('{%');
}

const cache = new Map<string, Template>();

/** A template inside a value. Equal texts are compiled once. Throws a `TextMistake`. */
export function compileText(text: string): Template {
  const known = cache.get(text);
  if (known) return known;
  const template =
    simpleTemplate(text) ??
    compileTemplate(text, (name) => {
      throw new TextMistake('template-syntax', `the partial \`${name}\` works in template files only`);
    });
  cache.set(text, template);
  return template;
}

/** A template with partials. Throws a `TextMistake`. */
export function compileTemplate(text: string, loadPartial: PartialLoader): Template {
  const notes: NodeNote[] = [];
  const uses: Use[] = [];
  const partials: Record<string, HandlebarsTemplateDelegate> = {};
  const unit = { notes, uses, partial };
  const program = parseTemplate(text);
  const [only] = program.body;
  const native = program.body.length === 1 && only?.type === 'MustacheStatement';
  new Pass(text, unit).program(program);
  const run = compile(program);

  return {
    uses,
    render: (lookup, printed) => {
      const rendering: Rendering = { lookup, notes, native, value: undefined, secrets: [], printed };
      const result = guard(() => run({}, { data: { rendering }, partials }));
      return resultOf(result, rendering);
    },
  };

  function partial(name: string, call: PartialCall): string {
    const key = [name, call.context, ...call.arguments].join(' ');
    if (key in partials) return key;
    const file = loadPartial(name);
    // Known before it is walked, so that a partial may call itself.
    partials[key] = () => '';
    partials[key] = walkPartial(file, call);
    return key;
  }

  function walkPartial(file: SourceFile, call: PartialCall): HandlebarsTemplateDelegate {
    try {
      const parsed = parseTemplate(file.text);
      new Pass(file.text, unit, { file, call }).program(parsed);
      return compile(parsed);
    } catch (error) {
      if (!(error instanceof TextMistake) || error.file || error.span) throw error;
      const { start = 0, end = start + 1, hint } = error;
      throw new TextMistake(error.code, error.message, { start, end, hint, file });
    }
  }
}

function compile(program: hbs.AST.Program): HandlebarsTemplateDelegate {
  return engine.compile(program, {
    noEscape: true,
    knownHelpers: {
      __get: true,
      __out: true,
      __call: true,
      __each: true,
      __condition: true,
      raw: true,
    } as unknown as KnownHelpers,
  });
}

/** Partials that call each other without end show as a full stack. */
function guard(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError)
      throw new TextMistake('include-loop', 'its partials call each other without end');
    if (error instanceof Handlebars.Exception) throw new TextMistake('template-syntax', error.message);
    throw error;
  }
}
