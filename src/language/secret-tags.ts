import { isScalar, Scalar, type Tags, type YAMLSeq } from 'yaml';
import type { Diagnostic } from '../model/diagnostic.ts';
import { Secret } from '../model/secret.ts';
import type { Revealed, SecretSource } from '../model/secret-source.ts';
import type { Span } from '../model/source.ts';
import { splitWords } from '../model/words.ts';
import type { Mistakes } from './mistakes.ts';

type Kind = 'env' | 'secret' | 'vault' | 'command';

/** A value that a tag stands for, until its place is known and it can be looked up. */
export class Tagged {
  readonly kind: Kind;
  readonly words: readonly string[];

  constructor(kind: Kind, words: readonly string[]) {
    this.kind = kind;
    this.words = words;
  }
}

/** `!env NAME`, `!secret |` age, `!vault |` ansible-vault, `!command "program argument"` or `!command [program, argument]`. */
export const secretTags: Tags = [
  ...(['env', 'secret', 'vault', 'command'] as const).map((kind) => ({
    tag: `!${kind}`,
    resolve: (text: string) => new Tagged(kind, [text]),
  })),
  { tag: '!command', collection: 'seq', resolve: commandOfList },
];

function commandOfList(list: unknown, fail: (message: string) => void): Scalar {
  const words = (list as YAMLSeq).items.map((item) => (isScalar(item) ? item.source : undefined));
  if (words.length === 0 || words.includes(undefined)) fail('`!command` takes a list of texts');
  return new Scalar(new Tagged('command', ['', ...words.map((word) => word ?? '')]));
}

/** Looks a tagged value up. What is wrong with it is a mistake at its place; the secret is then empty. */
export function reveal(
  { kind, words }: Tagged,
  span: Span,
  secrets: SecretSource | undefined,
  mistakes: Mistakes,
): Secret {
  const answer = secrets ? ask(kind, words, secrets) : noSource(`\`!${kind}\``);
  if (answer.kind === 'failed') mistakes.add(refusal(kind, answer, span));
  const secret = new Secret(answer.kind === 'known' ? answer.text : '');
  secrets?.loaded(secret);
  return secret;
}

/** The answer where nobody has given a source of secrets, as in a library call. */
export function noSource(what: string): Revealed {
  return { kind: 'failed', failed: `${what} cannot be read here: there is no source of secrets` };
}

function ask(kind: Kind, [text = '', ...list]: readonly string[], secrets: SecretSource): Revealed {
  if (kind === 'env') return secrets.environment(text.trim());
  if (kind === 'secret') return secrets.age(text);
  if (kind === 'vault') return secrets.vault(text);
  const argv = list.length > 0 ? list : splitWords(text);
  if (argv === undefined) return { kind: 'failed', failed: 'a quote in this command is not closed' };
  if (argv.length === 0) return { kind: 'failed', failed: '`!command` needs a command' };
  return secrets.command(argv);
}

function refusal(
  kind: Kind,
  { failed, hint }: Extract<Revealed, { kind: 'failed' }>,
  span: Span,
): Diagnostic {
  // Of a block only the line that begins it: the rest is armor.
  const [head = ''] = span.file.text.slice(span.start, span.end).split('\n', 1);
  return {
    code: kind === 'env' ? 'undefined-variable' : 'secret-unreadable',
    message: failed,
    span: { ...span, end: span.start + Math.max(1, head.trimEnd().length) },
    ...(hint !== undefined && { hint }),
  };
}
