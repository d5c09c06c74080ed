import type { SourceFile } from '../model/source.ts';
import { nearest } from '../model/suggest.ts';
import { HELPER_NAMES, LENIENT } from './helpers.ts';
import { call, nothing, number, path, type NodeNote } from './template-nodes.ts';
import { offsetOf } from './template-parse.ts';
import { TextMistake, type Use } from './text-mistake.ts';

/** Whose fields a bare name means: the variables, the item of an `#each`, or a partial's own arguments. */
type Context = 'variables' | 'item';

/** What a template and its partials share. */
export interface Unit {
  readonly notes: NodeNote[];
  readonly uses: Use[];
  /** Gives the name under which a partial is registered for such a call. */
  partial(name: string, call: PartialCall): string;
}

export interface PartialCall {
  readonly context: Context;
  readonly arguments: readonly string[];
}

const BLOCKS = ['if', 'unless', 'each', 'with', 'raw'];
const DATA = ['index', 'key', 'first', 'last'];

/**
 * Rewrites a template so that every name goes through `__get` and every output through `__out`: Handlebars itself
 * takes undefined names silently in `#if`, `#each`, arguments and subexpressions, and prints lists as `1,2`.
 */
export class Pass {
  readonly #text: string;
  readonly #file: SourceFile | undefined;
  readonly #unit: Unit;
  readonly #arguments: readonly string[];
  readonly #contexts: Context[];
  #blockParameters: string[] = [];

  constructor(text: string, unit: Unit, options: { file?: SourceFile; call?: PartialCall } = {}) {
    this.#text = text;
    this.#file = options.file;
    this.#unit = unit;
    this.#arguments = options.call?.arguments ?? [];
    this.#contexts = [options.call?.context ?? 'variables'];
  }

  program(program: hbs.AST.Program | undefined): void {
    for (const statement of program?.body ?? []) this.#statement(statement);
  }

  #statement(node: hbs.AST.Statement): void {
    if (node.type === 'MustacheStatement') this.#mustache(node as hbs.AST.MustacheStatement);
    else if (node.type === 'BlockStatement') this.#block(node as hbs.AST.BlockStatement);
    else if (node.type === 'PartialStatement') this.#partial(node as hbs.AST.PartialStatement);
    else if (node.type !== 'ContentStatement' && node.type !== 'CommentStatement')
      throw this.#mistake(node, 'decorators and partial blocks are not supported');
  }

  #mustache(node: hbs.AST.MustacheStatement): void {
    const { loc } = node;
    if (node.path.type !== 'PathExpression') throw this.#mistake(node, 'a constant needs no braces');
    const name = node.path as hbs.AST.PathExpression;
    const isCall = node.params.length > 0 || (node.hash?.pairs.length ?? 0) > 0;
    const value = isCall
      ? this.#call(node as unknown as hbs.AST.SubExpression, name)
      : this.#get(name, false);
    node.path = path('__out', loc);
    node.params = [value, number(this.#note(node), loc)];
    delete (node as Partial<typeof node>).hash;
  }

  #block(node: hbs.AST.BlockStatement): void {
    const name = node.path.original;
    if (!BLOCKS.includes(name)) {
      const near = nearest(name, BLOCKS);
      const hint =
        near === undefined
          ? 'there are {{#if}}, {{#unless}}, {{#each}}, {{#with}} and {{{{raw}}}}'
          : `did you mean {{#${near}}}?`;
      throw this.#mistake(node.path, `there is no block {{#${name}}}`, hint);
    }
    if (name === 'raw') return;
    if (node.params.length !== 1) throw this.#mistake(node.path, `{{#${name}}} takes one value`);
    const [condition] = node.params.map((param) => this.#expression(param, false));
    const { loc } = node;
    const opens = name === 'each' || name === 'with';
    const checker = name === 'each' ? '__each' : name === 'with' ? undefined : '__condition';
    if (condition)
      node.params = [
        checker === undefined
          ? condition
          : call(checker, [condition, number(this.#note(node.params[0] ?? node), loc)], loc),
      ];
    const outer = this.#blockParameters;
    this.#blockParameters = [...outer, ...(node.program?.blockParams ?? [])];
    if (opens) this.#contexts.push('item');
    this.program(node.program);
    if (opens) this.#contexts.pop();
    this.#blockParameters = outer;
    this.program(node.inverse);
  }

  #partial(node: hbs.AST.PartialStatement): void {
    const name = node.name as hbs.AST.PathExpression;
    if (node.name.type !== 'PathExpression')
      throw this.#mistake(node, 'the name of a partial must be written out');
    const pairs = node.hash?.pairs ?? [];
    for (const pair of pairs) pair.value = this.#expression(pair.value, false);
    node.params = node.params.map((param) => this.#expression(param, false));
    const context = node.params.length > 0 ? 'item' : (this.#contexts.at(-1) ?? 'variables');
    const options = { context, arguments: pairs.map((pair) => pair.key) } as const;
    const registered = this.#within(node, () => this.#unit.partial(name.original, options));
    node.name = path(registered, node.loc);
  }

  #expression(node: hbs.AST.Expression, lenient: boolean): hbs.AST.Expression {
    if (node.type === 'PathExpression') return this.#get(node as hbs.AST.PathExpression, lenient);
    if (node.type !== 'SubExpression') return node;
    const inner = node as hbs.AST.SubExpression;
    return this.#call(inner, inner.path);
  }

  #call(node: hbs.AST.SubExpression, name: hbs.AST.PathExpression): hbs.AST.SubExpression {
    if (!HELPER_NAMES.includes(name.original)) {
      const near = nearest(name.original, HELPER_NAMES);
      throw this.#mistake(
        name,
        `there is no helper \`${name.original}\``,
        near === undefined ? `there are ${HELPER_NAMES.join(', ')}` : `did you mean \`${near}\`?`,
      );
    }
    const params = node.params.map((param, index) =>
      this.#expression(param, index === 0 && LENIENT.has(name.original)),
    );
    for (const pair of node.hash?.pairs ?? []) pair.value = this.#expression(pair.value, false);
    const index = this.#note(node, { text: name.original });
    return call('__call', [number(index, node.loc), ...params], node.loc, node.hash);
  }

  /** A name becomes `(__get base note)`: the base is what Handlebars can find, the rest of the path is walked strictly. */
  #get(node: hbs.AST.PathExpression, lenient: boolean): hbs.AST.Expression {
    const { loc } = node;
    const [head = '', ...tail] = node.parts;
    const explicit = /^(?:\.\.?\/|this(?:[./]|$)|\.$|\.\.$)/.test(node.original);
    const atRoot = node.data && head === 'root';
    if (node.data && !atRoot && !DATA.includes(head))
      throw this.#mistake(
        node,
        `there is no \`@${head}\``,
        `there are ${DATA.map((name) => `@${name}`).join(', ')} and @root`,
      );
    if (node.data && !atRoot)
      return this.#strict(node, path(`@${head}`, loc, { data: true, parts: [head] }), tail, lenient);
    if (!explicit && !node.data && this.#blockParameters.includes(head))
      return this.#strict(node, path(head, loc), tail, lenient);
    const context = atRoot ? 'variables' : this.#contexts[this.#contexts.length - 1 - node.depth];
    const own =
      context === 'item' ||
      (!atRoot && node.depth === 0 && this.#contexts.length === 1 && this.#arguments.includes(head));
    if (own)
      return this.#strict(
        node,
        path(node.depth === 0 ? 'this' : '..', loc, { depth: node.depth, parts: [] }),
        node.parts,
        lenient,
      );
    const [name = '', ...rest] = atRoot ? tail : node.parts;
    if (name === '' || context === undefined)
      throw this.#mistake(
        node,
        `\`${node.original}\` means nothing here`,
        'it works inside {{#each}} and {{#with}}',
      );
    const note = this.#note(node, { root: name, rest, lenient });
    this.#unit.uses.push({ name, rest, lenient, ...this.#place(node), file: this.#file });
    return call('__get', [nothing(loc), number(note, loc)], loc);
  }

  #strict(
    node: hbs.AST.PathExpression,
    base: hbs.AST.Expression,
    rest: readonly string[],
    lenient: boolean,
  ): hbs.AST.Expression {
    return call('__get', [base, number(this.#note(node, { rest, lenient }), node.loc)], node.loc);
  }

  #note(node: hbs.AST.Node, more: Partial<NodeNote> = {}): number {
    const place = this.#place(node);
    const text = this.#text.slice(place.start, place.end);
    return this.#unit.notes.push({ ...place, text, rest: [], lenient: false, file: this.#file, ...more }) - 1;
  }

  #place({ loc }: hbs.AST.Node): { start: number; end: number } {
    return {
      start: offsetOf(this.#text, loc.start.line, loc.start.column),
      end: offsetOf(this.#text, loc.end.line, loc.end.column),
    };
  }

  #mistake(node: hbs.AST.Node, message: string, hint?: string): TextMistake {
    return new TextMistake('template-syntax', message, { ...this.#place(node), hint, file: this.#file });
  }

  /** A mistake without a place gets this node's. */
  #within<T>(node: hbs.AST.Node, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof TextMistake) || error.start !== undefined || error.span) throw error;
      throw new TextMistake(error.code, error.message, {
        ...this.#place(node),
        hint: error.hint,
        file: this.#file,
      });
    }
  }
}
