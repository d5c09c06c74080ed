import { isFailure, type Module } from '../../src/model/module.ts';
import { planTask, localShell, type ShellName } from '../rig.ts';

/** What a module would do on this very machine, asked through a real shell: summaries, or why it cannot. Changes nothing. */
export async function summariesHere<P, S>(
  shell: ShellName,
  module: Module<P, S>,
  params: unknown,
): Promise<readonly string[]> {
  const plan = await planTask({ module, params, execute: localShell(shell, '/') });
  return isFailure(plan) ? [`failed: ${plan.failed}`] : plan.map(({ summary }) => summary);
}

/** Summaries for a state that is written down. */
export function summaries<P, S>(module: Module<P, S>, state: S, given: unknown): readonly string[] {
  const plan = module.plan(state, module.params.parse(given), {});
  return isFailure(plan) ? [`failed: ${plan.failed}`] : plan.map(({ summary }) => summary);
}

/** The first message about parameters that are not right. */
export function complaint<P, S>(module: Module<P, S>, given: unknown): string | undefined {
  return module.params.safeParse(given).error?.issues[0]?.message;
}
