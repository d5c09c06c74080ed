import { TextMistake } from './text-mistake.ts';

export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'sign';
  readonly text: string;
  readonly start: number;
}

const TOKEN =
  /\s+|(?<text>[rRbB]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))|(?<number>(?:0x[\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)u?)|(?<name>[A-Za-z_]\w*)|(?<sign>==|!=|<=|>=|&&|\|\||\.\?|\[\?|[-+*/%<>!()[\]{}.,:?])/y;

/** The words of an expression. Throws a `TextMistake` at what is none. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(text)?.groups;
    if (!groups) throw notAWord(text, at);
    for (const kind of ['text', 'number', 'name', 'sign'] as const) {
      const found = groups[kind];
      if (found !== undefined) tokens.push({ kind, text: found, start: at });
    }
  }
  const braces = tokens.findIndex(({ text: sign }, index) => sign === '{' && tokens[index + 1]?.text === '{');
  const brace = tokens[braces];
  if (brace) throw withBraces(text, brace.start);
  return tokens;
}

function withBraces(text: string, start: number): TextMistake {
  const bare = text.replaceAll(/\{\{\s*|\s*\}\}/g, '').trim();
  return new TextMistake('expression-syntax', 'an expression needs no braces', {
    start,
    end: start + 2,
    hint: `write ${bare}`,
  });
}

function notAWord(text: string, at: number): TextMistake {
  const sign = text.charAt(at);
  const where = { start: at, end: at + 1 };
  if (sign === '|') return filter(text, at);
  if (sign === '=')
    return new TextMistake('expression-syntax', 'one `=` assigns; an expression compares', {
      ...where,
      hint: 'write ==',
    });
  if (sign === '&')
    return new TextMistake('expression-syntax', 'there is no `&`', { ...where, hint: 'write `and` or &&' });
  if (sign === '~')
    return new TextMistake('expression-syntax', 'there is no `~`', {
      ...where,
      hint: 'write + between texts',
    });
  if (sign === '"' || sign === "'")
    return new TextMistake('expression-syntax', 'this text is never closed', { start: at, end: text.length });
  return new TextMistake('expression-syntax', `\`${sign}\` means nothing here`, where);
}

/** Ansible's filters have another spelling here; the message gives it. */
function filter(text: string, at: number): TextMistake {
  const [, name = '', rest = ''] = /^\|\s*(\w+)\s*(?:\(([^)]*)\))?/.exec(text.slice(at)) ?? [];
  const value = /[\w.[\]"']+\s*$/.exec(text.slice(0, at))?.[0].trim() ?? 'x';
  const hints: Readonly<Record<string, string>> = {
    length: `size(${value})`,
    count: `size(${value})`,
    default: `defined(${value}) ? ${value} : ${rest === '' ? '…' : rest}`,
    d: `defined(${value}) ? ${value} : ${rest === '' ? '…' : rest}`,
    int: `int(${value})`,
    float: `double(${value})`,
    string: `string(${value})`,
    bool: `${value} == "true"`,
    lower: `${value}.lowerAscii()`,
    upper: `${value}.upperAscii()`,
    trim: `${value}.trim()`,
    join: `${value}.join(${rest})`,
    first: `${value}[0]`,
    last: `${value}[size(${value}) - 1]`,
    select: `${value}.filter(x, …)`,
    selectattr: `${value}.filter(x, x.… == …)`,
    map: `${value}.map(x, x.…)`,
    list: value,
  };
  const hint = hints[name];
  return new TextMistake('expression-syntax', 'expressions have no filters with `|`', {
    start: at,
    end: at + Math.max(1, (/^\|\s*\w*/.exec(text.slice(at))?.[0] ?? '').length),
    hint: hint === undefined ? 'use a function such as size(x), or || for "or"' : `write ${hint}`,
  });
}
