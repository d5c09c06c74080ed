import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { SourceFile, Span } from '../model/source.ts';
import type { Value } from '../model/value.ts';

/** A mistake inside a template or expression; whoever knows where the text stands makes a diagnostic of it. */
export class TextMistake extends Error {
  readonly code: DiagnosticCode;
  /** Offsets in the text; absent: all of it. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly hint: string | undefined;
  /** The file that the offsets count in, where it is not the text that was compiled: a partial. */
  readonly file: SourceFile | undefined;
  /** Where it is, where that is known already: a variable that is defined elsewhere. */
  readonly span: Span | undefined;

  constructor(
    code: DiagnosticCode,
    message: string,
    where: {
      start?: number | undefined;
      end?: number | undefined;
      hint?: string | undefined;
      file?: SourceFile | undefined;
      span?: Span | undefined;
    } = {},
  ) {
    super(message);
    this.name = 'TextMistake';
    this.code = code;
    this.start = where.start;
    this.end = where.end;
    this.hint = where.hint;
    this.file = where.file;
    this.span = where.span;
  }
}

/** Thrown where a value is asked for that an earlier task will give. */
export class NotYet extends Error {
  readonly variable: string;
  /** The task that check mode did not run; absent: it is only a matter of waiting. */
  readonly until: string | undefined;

  constructor(variable: string, until?: string) {
    super(`${variable} is not known yet`);
    this.name = 'NotYet';
    this.variable = variable;
    this.until = until;
  }
}

const pending = new Map<string, NotYet>();

/** One error for each name: it is thrown once for every task and host, and its stack tells nothing. */
export function notYet(variable: string): NotYet {
  const known = pending.get(variable) ?? new NotYet(variable);
  pending.set(variable, known);
  return known;
}

/** One use of a variable in a template or expression. */
export interface Use {
  readonly name: string;
  /** What is asked of it: `os`, `family` in `facts.os.family`. */
  readonly rest: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly file?: SourceFile | undefined;
  /** Asked with `default` or `defined`: it may be absent. */
  readonly lenient: boolean;
}

/** The variables that a template or expression sees. */
export interface Lookup {
  /** Undefined where there is none. May throw `NotYet`, and `TextMistake` for a variable's own template. */
  get(name: string): Value | undefined;
  /** What may help where there is none. */
  hint(name: string): string | undefined;
}
