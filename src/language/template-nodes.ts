import type { SourceFile } from '../model/source.ts';

/** What is remembered of one place of a template for the time when it is rendered. */
export interface NodeNote {
  readonly start: number;
  readonly end: number;
  /** As it was written, for messages. */
  readonly text: string;
  /** A variable's name; absent where the value comes from `this`, a block parameter or `@index`. */
  readonly root?: string | undefined;
  readonly rest: readonly string[];
  readonly lenient: boolean;
  readonly file?: SourceFile | undefined;
}

/** The parts of Handlebars' syntax tree that are built by hand. */
export function number(value: number, loc: hbs.AST.SourceLocation): hbs.AST.NumberLiteral {
  return { type: 'NumberLiteral', value, original: value, loc };
}

export function nothing(loc: hbs.AST.SourceLocation): hbs.AST.Expression {
  return { type: 'NullLiteral', loc };
}

export function path(
  original: string,
  loc: hbs.AST.SourceLocation,
  parts: { depth?: number; data?: boolean; parts?: string[] } = {},
): hbs.AST.PathExpression {
  return {
    type: 'PathExpression',
    data: parts.data ?? false,
    depth: parts.depth ?? 0,
    parts: parts.parts ?? [original],
    original,
    loc,
  };
}

export function call(
  helper: string,
  params: hbs.AST.Expression[],
  loc: hbs.AST.SourceLocation,
  hash?: hbs.AST.Hash,
): hbs.AST.SubExpression {
  // Handlebars takes an absent hash; its types do not say so.
  return { type: 'SubExpression', path: path(helper, loc), params, hash: hash as hbs.AST.Hash, loc };
}
