import type { ShownScript } from '../model/event.ts';
import { isFailure, type Action, type Change, type Output, type Plan } from '../model/module.ts';
import type { HostContext } from './context.ts';
import { forgetPrepared, type Acting, type Entry, type Unit } from './entry.ts';
import type { Answers } from './exchange.ts';
import { awaitReturn } from './await-return.ts';
import { failureOf, finish, NOTHING, resultOf, shownScript } from './finish.ts';
import { missingHandler } from './handlers.ts';
import { settleError } from './lost.ts';
import { actionOutputs } from './requests.ts';
import { Saves } from './save.ts';
import { settle } from './settle.ts';

/** Decides how a turn ended whose actions were sent. False where the answers behind it must not be used. */
export async function concludeActing(
  context: HostContext,
  queue: Entry[],
  acting: Acting,
  answers: Answers,
  milliseconds: number,
): Promise<boolean> {
  const { unit, plan, state } = acting;
  const replies = answers.actions;
  const expected = answers.lengths.reduce((sum, length) => sum + length, 0);
  const awaits = plan.find((change) => change.awaits)?.awaits;
  const lostOnTheWay = awaits && answers.error?.kind === 'lost';
  if (replies.length < expected && !lostOnTheWay) {
    settleError(context, queue, unit.entry, unit, answers.error, true, milliseconds);
    return false;
  }
  const actions = plan.flatMap((change) => change.actions);
  const outputs = actionOutputs(replies, answers.lengths);
  const broken = outputs.find((output, index) => !isFine(actions[index], output));
  const back = awaits && !broken ? await awaitReturn(context, unit.item, awaits) : undefined;
  if (back && 'error' in back) {
    settleError(context, queue, unit.entry, unit, back.error, true, milliseconds + back.milliseconds);
    return false;
  }
  if (back) outputs.push(back.answer);
  const failure = broken ? failureOf(broken, '') : acting.saves?.finish();
  const changed = plan.some((change) => change.harmless !== true);
  const result = resultOf(unit, state, outputs, changed);
  const failed = failure
    ? { ...result, failed: true, ...(broken ? { rc: broken.code } : {}), msg: failure.failed }
    : result;
  const scripts = [...probeScripts(acting), ...actionScripts(actions, outputs)];
  const happened = {
    changes: plan,
    scripts,
    milliseconds: milliseconds + (back?.milliseconds ?? 0),
    ...(failure ? { failure } : {}),
  };
  const settled = await settle(context, queue, unit, failed, happened);
  // What comes after may read on this machine what has just arrived.
  if (acting.saves) forgetPrepared(queue);
  // What was looked at behind it was seen before the host went away.
  return settled === 'done' && !back;
}

/** Looks at an answer: a turn that needs actions is given back, any other is finished. */
export async function judge(
  context: HostContext,
  queue: Entry[],
  unit: Unit,
  answer: Output | undefined,
): Promise<Acting | 'done' | 'again'> {
  const check = unit.item.checkMode ?? context.settings.check;
  const missing = missingHandler(context, unit.item.notify);
  const { state, plan } =
    missing === undefined
      ? stateAndPlan(unit, answer)
      : { state: undefined, plan: { failed: `there is no handler \`${missing}\`` } };
  const scripts = probeScripts({ unit, answer });
  if (isFailure(plan)) {
    if (check && context.leftOut !== undefined) {
      const message = `unknown until ${context.leftOut}: ${plan.failed}`;
      finish(context, queue, unit.entry, unit, { outcome: 'unknown', result: NOTHING, message, scripts });
      return 'done';
    }
    return settle(
      context,
      queue,
      unit,
      { ...NOTHING, failed: true, msg: plan.failed },
      { failure: plan, scripts },
    );
  }
  const toDo = check ? plan.filter((change) => change.harmless !== true) : plan;
  if (check && plan.some((change) => change.asks === true)) {
    const message = 'unknown until it has run';
    finish(context, queue, unit.entry, unit, { outcome: 'unknown', result: NOTHING, message, scripts });
    return 'done';
  }
  if (toDo.length > 0 && !check) return { unit, state, plan: toDo, answer, ...savesOf(context, toDo) };
  if (toDo.length > 0) context.leftOut ??= `'${unit.entry.task.name}' has run`;
  const result = resultOf(unit, state, [], toDo.length > 0);
  return settle(context, queue, unit, result, { changes: toDo, scripts });
}

function savesOf({ settings }: HostContext, plan: readonly Change[]): Pick<Acting, 'saves'> {
  const isSaving = plan.some((change) => change.actions.some((action) => action.kind === 'save'));
  return isSaving ? { saves: new Saves(settings.saver, plan) } : {};
}

function stateAndPlan(unit: Unit, answer: Output | undefined): { state: unknown; plan: Plan } {
  const { module, params, inputs } = unit.item;
  try {
    const state = unit.probe.kind === 'known' ? unit.probe.state : answer && unit.probe.parse(answer);
    return { state, plan: module.plan(state, params, inputs) };
  } catch (error) {
    // The run must go on for the other hosts; the operator gets what is needed to report it.
    const failed = `the module ${module.name} did not understand the host's answer: ${error instanceof Error ? error.message : String(error)}`;
    return {
      state: undefined,
      plan: { failed, hint: 'this is a mistake in homerun; please report it with the output of -vvv' },
    };
  }
}

function isFine(action: Action | undefined, output: Output): boolean {
  if (action?.kind !== 'run' || action.okCodes === undefined) return output.code === 0;
  return action.okCodes === 'any' || action.okCodes.includes(output.code);
}

function probeScripts({ unit, answer }: Pick<Acting, 'unit' | 'answer'>): ShownScript[] {
  return unit.probe.kind === 'ask' && answer ? [shownScript('probe', unit.probe.script, answer)] : [];
}

function actionScripts(actions: readonly Action[], outputs: readonly Output[]): ShownScript[] {
  return outputs.map((output, index) => {
    const action = actions[index];
    if (action?.kind === 'run') return shownScript('action', action.script, output);
    return shownScript('action', { text: action ? carried(action) : '', secrets: [] }, output);
  });
}

function carried(action: Exclude<Action, { kind: 'run' }>): string {
  if (action.kind === 'upload') return `# upload ${action.bytes.length} bytes to ${action.path}`;
  return `# bring ${action.size} bytes of ${action.from} to ${action.to} on this machine`;
}
