import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, Failure } from '../model/module.ts';
import type { TaskResult } from '../model/playbook.ts';
import type { HostContext } from './context.ts';
import type { Entry, Unit } from './entry.ts';
import { finish, type Happened } from './finish.ts';
import { takeBack } from './handlers.ts';

/** How a turn ended, before the author's words on it. */
export type Ended = Omit<Happened, 'outcome' | 'result'>;

/** Applies `changed_when`, `failed_when`, `until` and `ignore_errors`, and finishes the turn. */
export async function settle(
  context: HostContext,
  queue: Entry[],
  unit: Unit,
  now: TaskResult,
  ended: Ended,
): Promise<'done' | 'again'> {
  const { item, entry } = unit;
  const check = item.checkMode ?? context.settings.check;
  const { result, happened } = withEarlierTries(unit, now, ended, check);
  const conclusion = item.conclude(result);
  if (!('changed' in conclusion)) {
    if (check && result.changed) {
      // The expression asks for what only a run can tell.
      finish(context, queue, entry, unit, {
        ...happened,
        outcome: 'unknown',
        result,
        message: 'unknown until it has run',
      });
      return 'done';
    }
    finishFailed(
      context,
      queue,
      unit,
      { ...result, failed: true, msg: conclusion.failed },
      { ...happened, failure: conclusion },
    );
    return 'done';
  }
  const { changed, failed } = conclusion;
  const final: TaskResult = { ...result, changed, failed };
  const again = check ? 'enough' : await tryAgain(context, unit, final);
  if (again === 'again') {
    if (!now.failed) entry.earlier = happened.changes ?? [];
    return 'again';
  }
  if (failed || again !== 'enough') {
    const failure = again === 'enough' ? (happened.failure ?? failureFrom(final)) : again;
    finishFailed(context, queue, unit, { ...final, failed: true }, { ...happened, failure });
    return 'done';
  }
  if (check && changed) context.leftOut = 'the changes above are made';
  if (!changed) takeBack(context, unit);
  const { failure: _, ...rest } = happened;
  const message = typeof final['msg'] === 'string' ? { message: final['msg'] } : {};
  finish(context, queue, entry, unit, {
    ...rest,
    ...message,
    outcome: changed ? 'changed' : 'ok',
    result: final,
    changes: changed ? changesOf(rest, final) : [],
  });
  return 'done';
}

/** A turn that was tried several times tells of all that it changed, and how often it was tried. */
function withEarlierTries(
  unit: Unit,
  result: TaskResult,
  happened: Ended,
  check: boolean,
): { result: TaskResult; happened: Ended } {
  const { item, entry } = unit;
  if (!item.retry || check) return { result, happened };
  const latest = happened.changes ?? [];
  // A command that was tried five times is one line all the same.
  const repeated = new Set(latest.map((change) => change.summary));
  const changes = [...entry.earlier.filter((change) => !repeated.has(change.summary)), ...latest];
  const changed = result.changed || entry.earlier.some((change) => change.harmless !== true);
  return { result: { ...result, changed, attempts: entry.attempts + 1 }, happened: { ...happened, changes } };
}

function finishFailed(
  context: HostContext,
  queue: Entry[],
  unit: Unit,
  result: TaskResult,
  happened: Ended,
): void {
  takeBack(context, unit);
  finish(context, queue, unit.entry, unit, {
    ...happened,
    result,
    outcome: unit.item.ignoreErrors ? 'ignored' : 'failed',
  });
}

/** `changed_when` may call a change what no plan showed. */
function changesOf(happened: Ended, result: TaskResult): readonly Change[] {
  const changes = (happened.changes ?? []).filter((change) => change.harmless !== true);
  if (changes.length > 0) return changes;
  const message = typeof result['msg'] === 'string' ? result['msg'] : 'changed_when says so';
  return [{ summary: message, actions: [] }];
}

async function tryAgain(
  context: HostContext,
  unit: Unit,
  result: TaskResult,
): Promise<'again' | 'enough' | Failure> {
  const { retry } = unit.item;
  if (!retry) return 'enough';
  const enough = retry.until(result);
  if (enough === true) return 'enough';
  if (enough !== false) return enough;
  unit.entry.attempts++;
  if (unit.entry.attempts > retry.times)
    return {
      failed: `gave up after ${retry.times + 1} ${retry.times === 0 ? 'try' : 'tries'}: \`until\` never held`,
    };
  const options = context.settings.signal ? { signal: context.settings.signal } : {};
  // An interruption ends the wait; the loop above sees the signal itself.
  await sleep(retry.delay * 1000, undefined, options).catch(() => undefined);
  return 'again';
}

function failureFrom(result: TaskResult): Failure {
  const { msg, rc } = result;
  if (typeof msg === 'string' && msg !== '') return { failed: msg };
  return { failed: typeof rc === 'number' ? `exit code ${rc}` : '`failed_when` says so' };
}
