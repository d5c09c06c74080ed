import { tokenize, type Token } from './expression-tokens.ts';
import { TextMistake } from './text-mistake.ts';

/** An expression as CEL takes it, and the way back to what the author wrote. */
export interface Rewritten {
  readonly text: string;
  /** The stretch of the author's text that a stretch of the rewritten one stands for. */
  original(start: number, end: number): { start: number; end: number };
}

type Piece = Pick<Token, 'text' | 'start'>;

/** Rewrites Ansible's words: `and`, `or`, `not`, `not in`, `is defined`, `is changed`, `True`… */
export function rewriteWords(source: string): Rewritten {
  const tokens = tokenize(source);
  const pieces = new Words(source).sequence(tokens);
  const starts: number[] = [];
  let text = '';
  for (const piece of pieces) {
    if (text !== '') text += ' ';
    starts.push(text.length);
    text += piece.text;
  }
  const pieceAt = (offset: number) => {
    const index = starts.findLastIndex((start) => start <= offset);
    return { piece: pieces[index], from: starts[index] ?? 0 };
  };
  return {
    text,
    original: (start, end) => {
      if (start >= text.length) return { start: source.trimEnd().length, end: source.trimEnd().length + 1 };
      const first = pieceAt(start);
      const last = pieceAt(Math.max(start, end - 1));
      const from =
        (first.piece?.start ?? 0) +
        (start - first.from < (first.piece?.text.length ?? 0) ? start - first.from : 0);
      const to = (last.piece?.start ?? 0) + Math.min(end - last.from, last.piece?.text.length ?? 0);
      return { start: from, end: Math.max(to, from + 1) };
    },
  };
}

const OPENS = ['(', '[', '{', '[?'];
const CLOSES = [')', ']', '}'];
const JOINS: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  '&&': '&&',
  '||': '||',
  ',': ',',
  '?': '?',
  ':': ':',
};
const COMPARES = ['==', '!=', '<', '>', '<=', '>='];
const CONSTANTS: Readonly<Record<string, string>> = {
  True: 'true',
  False: 'false',
  None: 'null',
  none: 'null',
};

class Words {
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  /** Parts joined by `and`, `or`, commas: each part is rewritten by itself. */
  sequence(tokens: readonly Token[]): readonly Piece[] {
    const result: Piece[] = [];
    let part: Token[] = [];
    let depth = 0;
    for (const [index, token] of tokens.entries()) {
      if (OPENS.includes(token.text)) depth++;
      if (CLOSES.includes(token.text)) depth--;
      const isField = tokens[index - 1]?.text === '.';
      const join = depth === 0 && token.kind !== 'text' && !isField ? JOINS[token.text] : undefined;
      if (join === undefined) part.push(token);
      else {
        result.push(...this.#part(part), { text: join, start: token.start });
        part = [];
      }
    }
    return [...result, ...this.#part(part)];
  }

  #part(tokens: readonly Token[]): readonly Piece[] {
    const [first, ...rest] = tokens;
    if (first && isWord(first, 'not')) return this.#negated(first, this.#part(rest));
    const top = topLevel(tokens);
    const is = top.findLast(({ token }) => isWord(token, 'is'));
    if (is) return this.#test(tokens.slice(0, is.index), is.token, tokens.slice(is.index + 1));
    const notIn = top.find(({ token, index }) => isWord(token, 'not') && isWord(tokens[index + 1], 'in'));
    if (notIn) {
      const without = tokens.filter((token) => token !== notIn.token);
      return this.#negated(notIn.token, this.#plain(without));
    }
    return this.#plain(tokens);
  }

  #negated(not: Token, inner: readonly Piece[]): readonly Piece[] {
    return [
      { text: '!', start: not.start },
      { text: '(', start: not.start },
      ...inner,
      { text: ')', start: not.start },
    ];
  }

  /** `x is defined`, `x is not changed`: the test takes what stands right before it, up to a comparison. */
  #test(before: readonly Token[], is: Token, after: readonly Token[]): readonly Piece[] {
    const from = topLevel(before).findLast(({ token }) => COMPARES.includes(token.text))?.index ?? -1;
    const operand = this.#part(before.slice(from + 1));
    const negated = isWord(after[0], 'not');
    const [name, ...rest] = negated ? after.slice(1) : after;
    if (operand.length === 0 || !name)
      throw this.#mistake(is, is, '`is` stands between a value and a test', 'write x is defined');
    const test = this.#named(name, operand, rest);
    const kept = this.#plain(before.slice(0, from + 1));
    return [...kept, ...(negated ? this.#negated(name, test) : test)];
  }

  #named(name: Token, operand: readonly Piece[], rest: readonly Token[]): readonly Piece[] {
    const at = (text: string): Piece => ({ text, start: name.start });
    const last = rest.at(-1);
    const field = FIELDS[name.text];
    if (rest.length > 0 && last) throw this.#unknown(name, operand, last);
    if (field !== undefined) return [...operand, at('.'), at(field)];
    if (name.text === 'succeeded' || name.text === 'success')
      return [at('!'), ...operand, at('.'), at('failed')];
    if (name.text === 'defined') return [at('defined'), at('('), ...operand, at(')')];
    if (name.text === 'undefined') return [at('!'), at('defined'), at('('), ...operand, at(')')];
    if (name.text === 'none' || name.text === 'None') return [...operand, at('=='), at('null')];
    throw this.#unknown(name, operand, name);
  }

  #unknown(name: Token, operand: readonly Piece[], last: Token): TextMistake {
    const value = operand
      .map((piece) => piece.text)
      .join('')
      .trim();
    const hints: Readonly<Record<string, string>> = {
      match: `write ${value}.matches("^…")`,
      search: `write ${value}.contains("…") or ${value}.matches("…")`,
      regex: `write ${value}.matches("…")`,
      string: `write type(${value}) == string`,
      number: `write type(${value}) == int`,
      in: `write ${value} in […]`,
      true: `write ${value}`,
      false: `write not ${value}`,
    };
    const known =
      'there are `is defined`, `is changed`, `is failed`, `is skipped`, `is succeeded`, each with `not`';
    return this.#mistake(name, last, `there is no test \`is ${name.text}\``, hints[name.text] ?? known);
  }

  #plain(tokens: readonly Token[]): readonly Piece[] {
    const result: Piece[] = [];
    for (let index = 0; index < tokens.length; index++) {
      const token = tokens[index];
      if (!token) break;
      if (token.kind === 'sign' && OPENS.includes(token.text)) {
        const close = closingOf(tokens, index);
        result.push(token, ...this.sequence(tokens.slice(index + 1, close)));
        index = close - 1;
      } else if (token.kind === 'name' && tokens[index - 1]?.text !== '.')
        result.push({ text: CONSTANTS[token.text] ?? token.text, start: token.start });
      else result.push(token);
    }
    return result;
  }

  #mistake(from: Token, to: Token, message: string, hint: string): TextMistake {
    const end = Math.min(to.start + to.text.length, this.#source.length);
    return new TextMistake('expression-syntax', message, { start: from.start, end, hint });
  }
}

const FIELDS: Readonly<Record<string, string>> = {
  changed: 'changed',
  change: 'changed',
  failed: 'failed',
  failure: 'failed',
  skipped: 'skipped',
  skip: 'skipped',
};

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'name' && token.text === word;
}

function topLevel(tokens: readonly Token[]): readonly { token: Token; index: number }[] {
  const result: { token: Token; index: number }[] = [];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (CLOSES.includes(token.text)) depth--;
    if (depth === 0 && tokens[index - 1]?.text !== '.') result.push({ token, index });
    if (OPENS.includes(token.text)) depth++;
  }
  return result;
}

function closingOf(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    if (OPENS.includes(tokens[index]?.text ?? '')) depth++;
    if (CLOSES.includes(tokens[index]?.text ?? '') && --depth === 0) return index;
  }
  return tokens.length;
}
