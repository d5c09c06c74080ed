import { findGroup, isLocked } from './passwd.ts';
import type { UserParams } from './user-params.ts';
import type { UserState } from './user-state.ts';

/** One thing of a user that is not as asked. */
export interface Difference {
  readonly what:
    | 'uid'
    | 'group'
    | 'groups'
    | 'comment'
    | 'home'
    | 'home folder'
    | 'shell'
    | 'expiry'
    | 'longest'
    | 'shortest'
    | 'warning';
  readonly is: string;
  readonly shall: string;
}

/** All differences of a user that exists, but for its password and keys. */
export function compareUser(state: UserState, given: UserParams): readonly Difference[] {
  const { account, groups } = state;
  if (!account) return [];
  const differences: Difference[] = [];
  const compare = (what: Difference['what'], is: string, shall: string | undefined): void => {
    if (shall !== undefined && shall !== is) differences.push({ what, is, shall });
  };
  compare('uid', String(account.uid), given.uid === undefined ? undefined : String(given.uid));
  const primary = groups.find((group) => group.gid === account.gid)?.name ?? String(account.gid);
  // A number and the name behind it are the same group.
  compare(
    'group',
    primary,
    given.group === undefined ? undefined : (findGroup(groups, given.group)?.name ?? given.group),
  );
  const { is, shall } = memberships(state, given, account.name);
  compare('groups', is.join(','), shall?.join(','));
  compare('comment', account.comment, given.comment);
  compare('home', account.home, given.home);
  compare('shell', account.shell, given.shell);
  const day = expiryDay(given);
  if (day !== undefined) compare('expiry', dateOf(state.shadow?.expires ?? -1), dateOf(day));
  const age = (what: Difference['what'], is: number | undefined, shall: number | undefined): void =>
    compare(what, String(is ?? -1), shall === undefined ? undefined : String(shall));
  age('longest', state.shadow?.longest, given.password_expire_max);
  age('shortest', state.shadow?.shortest, given.password_expire_min);
  age('warning', state.shadow?.warning, given.password_expire_warn);
  if (
    given.create_home &&
    !state.hasHome &&
    !(given.home !== undefined && given.move_home && given.home !== account.home)
  )
    differences.push({ what: 'home folder', is: 'missing', shall: given.home ?? account.home });
  return differences;
}

/** Groups besides the primary one: as they are, and as they shall be. */
function memberships(
  { groups }: UserState,
  { groups: wanted, append }: UserParams,
  name: string,
): { is: readonly string[]; shall: readonly string[] | undefined } {
  const is = groups.filter((group) => group.members.includes(name)).map((group) => group.name);
  const named = wanted?.filter((word) => word !== '').map((word) => findGroup(groups, word)?.name ?? word);
  if (named === undefined) return { is: is.sort(), shall: undefined };
  return { is: is.sort(), shall: [...new Set(append ? [...is, ...named] : named)].sort() };
}

/** Days since 1970; -1: never. */
export function expiryDay({ expires }: UserParams): number | undefined {
  if (expires === undefined) return undefined;
  if (typeof expires === 'number') return expires < 0 ? -1 : Math.floor(expires / 86_400);
  return Math.floor(Date.parse(`${expires}T00:00:00Z`) / 86_400_000);
}

export function dateOf(day: number): string {
  return day < 0 ? 'never' : new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** Whether to lock or to unlock; undefined: neither. `hash`: what stands there once the password is set. */
export function lockWanted(hash: string, { password_lock: lock }: UserParams): boolean | undefined {
  if (lock === undefined || lock === isLocked(hash)) return undefined;
  // Without any hash behind the mark there is nothing to unlock.
  return !lock && /^[!*]*$/.test(hash) ? undefined : lock;
}
