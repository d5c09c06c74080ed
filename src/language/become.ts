import type { Host } from '../model/inventory.ts';
import type { Become } from '../model/playbook.ts';
import type { ValueMap } from '../model/value.ts';
import type { Context } from './context.ts';
import { keySpan, valueSpan } from './origin.ts';
import type { Scope } from './scope.ts';
import { TextMistake } from './text-mistake.ts';
import { typeName } from '../model/value.ts';

/** As whom a task runs: the task's own words, then those around it, then the command line's, then the inventory's. */
export function becomeOf(
  { become, loading }: Context,
  host: Host,
  scope: Scope,
  raw: ValueMap,
): Become | undefined {
  const options = loading.become;
  const own = host.connection.become;
  const wished = become.enabled === undefined ? undefined : flagOf(become.enabled, scope, raw, 'become');
  if (!(wished ?? options.enabled ?? own !== undefined)) {
    if (wished === undefined) refuseUserAlone(raw);
    return undefined;
  }
  const user = become.user === undefined ? undefined : scope.render(become.user, raw, 'become_user');
  if (user !== undefined && (typeof user !== 'string' || user === ''))
    throw new TextMistake('wrong-type', `\`become_user\` must be text; got ${typeName(user)}`, {
      span: valueSpan(raw, 'become_user'),
    });
  const password = options.password ?? own?.password;
  return {
    user: user ?? options.user ?? own?.user ?? 'root',
    method: become.method ?? options.method ?? own?.method ?? 'sudo',
    ...(password && { password }),
  };
}

/** Where a task names a user and nobody asks to become one, it would run as somebody else. */
function refuseUserAlone(raw: ValueMap): void {
  const key = ['become_user', 'become_method'].find((each) => raw[each] !== undefined);
  if (key === undefined) return;
  throw new TextMistake('missing-key', `\`${key}\` does nothing without \`become: true\``, {
    span: keySpan(raw, key),
    hint: 'add `become: true`, here or in the play',
  });
}

/** True or false, or a template that gives it. */
export function flagOf(value: boolean | string, scope: Scope, raw: ValueMap, key: string): boolean {
  const rendered = scope.render(value, raw, key);
  if (typeof rendered === 'boolean') return rendered;
  throw new TextMistake('wrong-type', `\`${key}\` must be true or false; got ${typeName(rendered)}`, {
    span: valueSpan(raw, key),
  });
}
