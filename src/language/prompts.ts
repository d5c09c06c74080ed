import type { Prompt } from '../model/playbook.ts';
import { Secret } from '../model/secret.ts';
import type { SecretSource } from '../model/secret-source.ts';
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { badName } from './names.ts';
import { valueSpan } from './origin.ts';
import type { PlaySource } from './plays.ts';
import type { Layer } from './scope.ts';
import { notYet } from './text-mistake.ts';

/** What a person was asked before the run: answers by the name of the variable. */
export type Answers = ReadonlyMap<string, Value>;

/** What a play's `vars_prompt` asks for, without what the command line says already. */
export function promptsOf(
  { keywords, raw }: PlaySource,
  extra: ValueMap,
  mistakes: Mistakes,
): readonly Prompt[] {
  const written = raw['vars_prompt'];
  return (keywords.vars_prompt ?? []).flatMap((prompt, index): readonly Prompt[] => {
    const { name } = prompt;
    const bad = badName(name);
    const span = valueSpan(isList(written) && isMap(written[index]) ? written[index] : raw, 'name');
    if (bad) mistakes.add({ ...bad, ...(span && { span }) });
    if (Object.hasOwn(extra, name)) return [];
    return [
      {
        name,
        question: prompt.prompt ?? `Value of ${name}`,
        isHidden: prompt.private,
        isRepeated: prompt.confirm,
        ...(prompt.default !== undefined && { otherwise: prompt.default }),
      },
    ];
  });
}

/** The variables of the command line: what answers a private question is a secret, as it is where it is typed. */
export function withClosedAnswers(
  extra: ValueMap,
  plays: readonly PlaySource[],
  secrets: SecretSource | undefined,
): ValueMap {
  const asked = plays.flatMap(({ keywords }) => keywords.vars_prompt ?? []);
  const hidden = new Set(asked.filter((prompt) => prompt.private).map((prompt) => prompt.name));
  const close = (value: Value): Value => {
    if (typeof value !== 'string' && typeof value !== 'number') return value;
    const secret = new Secret(String(value));
    secrets?.loaded(secret);
    return secret;
  };
  const entries = Object.entries(extra).filter(([name]) => hidden.has(name));
  return { ...extra, ...Object.fromEntries(entries.map(([name, value]) => [name, close(value)])) };
}

/** The answers as variables, taken as they are. What nobody was asked yet is not known. */
export function answerLayer(prompts: readonly Prompt[], answers: Answers): Layer {
  const values: Record<string, Value> = {};
  for (const { name } of prompts)
    Object.defineProperty(values, name, {
      enumerable: true,
      get: () => {
        const answer = answers.get(name);
        if (answer === undefined) throw notYet(name);
        return answer;
      },
    });
  return { values, data: true };
}
