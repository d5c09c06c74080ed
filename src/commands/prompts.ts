import type { Prompt } from '../model/playbook.ts';
import { Secret, type Redactor } from '../model/secret.ts';
import type { Value } from '../model/value.ts';
import { UsageError, type Terminal } from './terminal.ts';

/** Asks a person for the variables of `vars_prompt`, each once. What is typed unseen stays so. */
export async function askPrompts(
  prompts: readonly Prompt[],
  terminal: Terminal,
  redactor: Redactor,
): Promise<ReadonlyMap<string, Value>> {
  const answers = new Map<string, Value>();
  for (const prompt of prompts) {
    if (answers.has(prompt.name)) continue;
    const text = await askOne(prompt, terminal);
    const value = prompt.isHidden ? new Secret(text) : text;
    if (value instanceof Secret) redactor.add(value);
    answers.set(prompt.name, value);
  }
  return answers;
}

async function askOne(prompt: Prompt, terminal: Terminal): Promise<string> {
  const { name, otherwise, isHidden: hidden, isRepeated } = prompt;
  if (!terminal.canAsk) {
    if (otherwise !== undefined) return otherwise;
    throw new UsageError(
      `there is no terminal to ask: ${prompt.question}`,
      `give it with \`-e ${name}=VALUE\``,
    );
  }
  const usual = otherwise === undefined || hidden ? '' : ` [${otherwise}]`;
  const question = `${prompt.question.replace(/\s*:?\s*$/, '')}${usual}: `;
  for (;;) {
    const typed = await terminal.ask(question, { hidden });
    const answer = typed === '' ? (otherwise ?? '') : typed;
    if (!isRepeated || (await terminal.ask(`Once more, ${question}`, { hidden })) === typed) return answer;
    terminal.error('These differ; try again.\n');
  }
}
