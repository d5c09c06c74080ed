import type { Diagnostic } from '../model/diagnostic.ts';
import { locate, type Span } from '../model/source.ts';
import type { Failure } from '../model/module.ts';
import { NotYet, type TextMistake } from './text-mistake.ts';

/** A mistake in a template or expression as a diagnostic; `span` where it does not know its place. */
export function toDiagnostic(mistake: TextMistake | NotYet, span: Span | undefined): Diagnostic {
  if (mistake instanceof NotYet)
    return {
      code: 'undefined-variable',
      message: `\`${mistake.variable}\` is known only while a task runs`,
      ...(span && { span }),
    };
  const at = mistake.span ?? span;
  return {
    code: mistake.code,
    message: mistake.message,
    ...(at && { span: at }),
    ...(mistake.hint !== undefined && { hint: mistake.hint }),
  };
}

/** The same for somebody who watches a run: one line that begins with the place. */
export function toFailure({ message, span, hint }: Diagnostic): Failure {
  return { failed: span ? `${locate(span)}: ${message}` : message, ...(hint !== undefined && { hint }) };
}
