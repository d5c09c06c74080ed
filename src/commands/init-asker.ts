import { loadExtraVariables } from '../language/index.ts';
import { nearest } from '../model/suggest.ts';
import { isList, typeName, type Value } from '../model/value.ts';
import { ANSWERS } from './init-answers.ts';
import type { Check } from './init-checks.ts';
import { UsageError, type Terminal } from './terminal.ts';

/** Gives an answer that the check finds right; `usual` is what Enter takes, and absent where nothing can be guessed. */
export type Ask = (
  name: string,
  question: string,
  usual: string | undefined,
  check: Check,
) => Promise<string>;

/** Takes what was given beforehand, asks for the rest, and where nobody is there takes the usual. */
export function asker(given: ReadonlyMap<string, string>, terminal: Terminal | undefined): Ask {
  return async (name, question, usual, check) => {
    const known = given.get(name);
    if (known !== undefined) return sure(name, known, check);
    if (!terminal) {
      if (usual !== undefined) return sure(name, usual, check);
      throw new UsageError(`there is no answer for ${name}`, `give it: --answer ${name}=…`);
    }
    for (;;) {
      const offer = usual === undefined ? '' : ` [${usual}]`;
      const answer = (await terminal.ask(`${question}${offer}: `)).trim() || (usual ?? '');
      const wrong = check(answer);
      if (wrong === undefined) return answer;
      terminal.error(`  ${wrong}\n`);
    }
  };
}

/** The answers of `--answer NAME=VALUE` and `--answer @FILE.yaml`, later ones over earlier ones. */
export function givenAnswers(texts: readonly string[]): ReadonlyMap<string, string> {
  const vague = texts.find((text) => !/^@|^\{|=/.test(text));
  if (vague !== undefined)
    throw new UsageError(`\`--answer ${vague}\` says no value`, 'write NAME=VALUE, or @FILE.yaml');
  const answers = Object.entries(loadExtraVariables(texts));
  const known = new Set<string>(ANSWERS);
  for (const [name] of answers) {
    if (known.has(name)) continue;
    const meant = nearest(name, ANSWERS);
    const hint = meant === undefined ? `there are ${ANSWERS.join(', ')}` : `did you mean ${meant}?`;
    throw new UsageError(`homerun init asks for no ${name}`, hint);
  }
  return new Map(answers.map(([name, value]) => [name, written(name, value)]));
}

function sure(name: string, answer: string, check: Check): string {
  const wrong = check(answer);
  if (wrong !== undefined) throw new UsageError(`${name}: ${answer}: ${wrong}`);
  return answer;
}

/** As it would be typed. */
function written(name: string, value: Value): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (isList(value)) return value.length === 0 ? 'none' : value.map((item) => written(name, item)).join(' ');
  throw new UsageError(`${name} takes a text, a number, a list or true and false, not ${typeName(value)}`);
}
