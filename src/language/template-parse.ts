import Handlebars from 'handlebars';
import { TextMistake } from './text-mistake.ts';

/** Parses a template; a syntax error comes with its place and with what to write instead. */
export function parseTemplate(text: string): hbs.AST.Program {
  const jinja = /\{%-?\s*(?:if|for|else|elif|endif|endfor|set|include|macro|raw)\b/.exec(text);
  if (jinja)
    throw new TextMistake('template-syntax', '`{% … %}` is not known here', {
      start: jinja.index,
      end: jinja.index + 2,
      hint: 'write {{#if …}} … {{/if}} or {{#each …}} … {{/each}}',
    });
  try {
    return Handlebars.parse(text);
  } catch (error) {
    throw explain(text, error instanceof Error ? error : new Error(String(error)));
  }
}

function explain(text: string, error: Error & { lineNumber?: unknown; column?: unknown }): TextMistake {
  const start = placeOf(text, error);
  const open = text.lastIndexOf('{{', start);
  const mustache = text.slice(Math.max(open, 0)).split('}}', 1)[0] ?? '';
  const [message, hint] = words(mustache, error.message, text.length <= start);
  return new TextMistake('template-syntax', message, { start, end: start + 1, hint });
}

function words(mustache: string, message: string, atEnd: boolean): [string, string | undefined] {
  const filter = /^\{\{-?\s*(\S+)\s*\|\s*(\w+)(?:\((.*?)\))?/.exec(mustache);
  if (filter) {
    const [, value = '', name = '', rest = ''] = filter;
    return [
      'templates have no filters with `|`',
      `helpers come first: {{${[name, value, rest].filter(Boolean).join(' ')}}}`,
    ];
  }
  const mismatch = /^(\S+) doesn't match (\S+)/.exec(message);
  if (mismatch) return [`{{#${mismatch[1]}}} is closed by {{/${mismatch[2]}}}`, undefined];
  if (/^\{\{\s*\./.test(mustache) || /^\{\{[^\w\s#/^>~!@{&]/.test(mustache))
    return ['this is no template', 'write \\{{ where two braces are meant as they are'];
  const index = /^\{\{.*?(\w+)\.(\d+)/.exec(mustache);
  if (index) return ['a number cannot follow a dot', `write ${index[1]}.[${index[2]}]`];
  const operator = /[\w\])"']\s*([=!<>]=|[<>+*/-])\s*/.exec(mustache.slice(2));
  if (operator) return [`templates have no operator \`${operator[1]}\``, operatorHint(operator[1] ?? '')];
  if (/got 'EOF'/.test(message) || atEnd)
    return ['a block is opened and never closed', 'close it: {{/if}}, {{/each}}, …'];
  if (/\[/.test(mustache))
    return ['square brackets come after a dot', 'write name.[key], or (lookup name "key")'];
  return ['this is no template', 'write {{name}} or {{helper value}}; \\{{ gives two braces as they are'];
}

function operatorHint(operator: string): string {
  const helper = { '==': 'eq', '!=': 'ne', '<': 'lt', '>': 'gt', '<=': 'le', '>=': 'ge' }[operator];
  return helper === undefined ? 'work it out in `vars:` or in the playbook' : `write (${helper} a b)`;
}

/** Handlebars tells most places only by a drawing: the last 20 characters, and a caret under where it stopped. */
function placeOf(text: string, error: Error & { lineNumber?: unknown; column?: unknown }): number {
  const { lineNumber, column } = error;
  if (typeof lineNumber === 'number' && typeof column === 'number') return offsetOf(text, lineNumber, column);
  const [head = '', drawing = '', caret = ''] = error.message.split('\n');
  const past = drawing.slice(0, caret.indexOf('^')).replace(/^\.\.\./, '');
  const line = Number(/on line (\d+)/.exec(head)?.[1] ?? 1);
  const from = offsetOf(text, line, 0);
  for (let at = from; at <= text.length; at++) {
    if (
      text
        .slice(Math.max(0, at - 200), at)
        .replaceAll('\n', '')
        .endsWith(past)
    )
      return at;
  }
  return from;
}

/** Offset of a line counted from 1 and a column counted from 0, as Handlebars gives them. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let count = 1; count < line; count++) {
    const next = text.indexOf('\n', start);
    if (next === -1) break;
    start = next + 1;
  }
  return start + column;
}
