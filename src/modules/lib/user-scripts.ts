import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { type Difference, dateOf } from './user-difference.ts';
import type { UserParams } from './user-params.ts';
import type { UserState } from './user-state.ts';

/** Creates a user. */
export function addScript(given: UserParams, full: boolean, expiry: number | undefined): Script {
  const { name, uid, group, groups = [], comment, home, shell, system } = given;
  const wanted = groups.filter((word) => word !== '');
  if (!full) return addBusybox(given, wanted);
  const options = [
    ...(uid === undefined ? [] : ['-u', String(uid)]),
    ...(given.non_unique ? ['-o'] : []),
    ...(group === undefined ? [] : ['-g', group]),
    ...(wanted.length === 0 ? [] : ['-G', wanted.join(',')]),
    ...(comment === undefined ? [] : ['-c', comment]),
    ...(home === undefined ? [] : ['-d', home]),
    ...(shell === undefined ? [] : ['-s', shell]),
    ...(system ? ['-r'] : []),
    ...(expiry === undefined || expiry < 0 ? [] : ['-e', dateOf(expiry)]),
    ...(given.skeleton === undefined || !given.create_home ? [] : ['-k', given.skeleton]),
    ...(given.umask === undefined ? [] : ['-K', `UMASK=${given.umask}`]),
    given.create_home ? '-m' : '-M',
  ];
  // A group of the user's own name that is there already is meant; useradd would refuse.
  const own =
    group === undefined
      ? sh`if grep -q ${`^${escapeName(name)}:`} /etc/group; then set -- -g ${name}; fi`
      : raw(':');
  const parent =
    home === undefined || !given.create_home
      ? raw(':')
      : sh`mkdir -p ${home.replace(/\/[^/]*\/?$/, '') || '/'}`;
  return joinScripts([raw('set --'), own, parent, sh`useradd ${options} "$@" ${name}${ageing(given)}`]);
}

/** useradd takes no such options. */
function ageing(given: UserParams): Script {
  const {
    password_expire_max: longest,
    password_expire_min: shortest,
    password_expire_warn: warning,
  } = given;
  const words = Object.entries({ '-M': longest, '-m': shortest, '-W': warning }).flatMap(([option, days]) =>
    days === undefined ? [] : [option, String(days)],
  );
  return words.length === 0 ? raw('') : sh` && chage ${words} ${given.name}`;
}

function addBusybox(
  { name, uid, group, comment, home, shell, system, create_home: make }: UserParams,
  groups: readonly string[],
): Script {
  const options = [
    '-D',
    ...(uid === undefined ? [] : ['-u', String(uid)]),
    ...(group === undefined ? [] : ['-G', group]),
    ...(comment === undefined ? [] : ['-g', comment]),
    ...(home === undefined ? [] : ['-h', home]),
    ...(shell === undefined ? [] : ['-s', shell]),
    ...(system ? ['-S'] : []),
    ...(make ? [] : ['-H']),
  ];
  return joinScripts(
    [sh`adduser ${options} ${name}`, ...groups.map((each) => sh`addgroup ${name} ${each}`)],
    ' && ',
  );
}

/** Brings a user that exists to what it shall be. */
export function changeScript(
  state: UserState,
  given: UserParams,
  differences: readonly Difference[],
): Script {
  const { name } = given;
  const steps: Script[] = [];
  if (state.tools !== 'shadow') steps.push(...changeGroups(name, differences));
  const options =
    state.tools === 'shadow' ? differences.flatMap((difference) => optionsFor(difference, given)) : [];
  if (options.length > 0) steps.push(sh`usermod ${options} ${name}`);
  const folder = differences.find(({ what }) => what === 'home folder');
  if (folder) steps.push(makeHome(given, folder.shall));
  const ages = differences.flatMap(({ what, shall }) => [AGES[what] ?? [], AGES[what] ? [shall] : []].flat());
  if (ages.length > 0) steps.push(sh`chage ${ages} ${name}`);
  return joinScripts(steps, ' && ');
}

/** For `chage`. */
const AGES: Readonly<Partial<Record<Difference['what'], string>>> = {
  longest: '-M',
  shortest: '-m',
  warning: '-W',
};

function optionsFor({ what, shall }: Difference, given: UserParams): readonly string[] {
  switch (what) {
    case 'uid':
      return ['-u', shall, ...(given.non_unique ? ['-o'] : [])];
    case 'group':
      return ['-g', shall];
    case 'groups':
      return ['-G', shall];
    case 'comment':
      return ['-c', shall];
    case 'home':
      return ['-d', shall, ...(given.move_home ? ['-m'] : [])];
    case 'shell':
      return ['-s', shall];
    case 'expiry':
      return ['-e', shall === 'never' ? '' : shall];
    case 'home folder':
    case 'longest':
    case 'shortest':
    case 'warning':
      return [];
  }
}

function changeGroups(name: string, differences: readonly Difference[]): readonly Script[] {
  const groups = differences.find(({ what }) => what === 'groups');
  const is = groups?.is.split(',').filter(Boolean) ?? [];
  const shall = groups?.shall.split(',').filter(Boolean) ?? [];
  return [
    ...shall.filter((group) => !is.includes(group)).map((group) => sh`addgroup ${name} ${group}`),
    ...is.filter((group) => !shall.includes(group)).map((group) => sh`delgroup ${name} ${group}`),
  ];
}

/** As useradd does: with what /etc/skel holds, and closed to others where the system says so. */
function makeHome({ name, skeleton = '/etc/skel', umask = '022' }: UserParams, home: string): Script {
  const mode = (0o777 & ~Number.parseInt(umask, 8)).toString(8);
  return sh`home=${home} skeleton=${skeleton}; mkdir -p "$home" && { [ ! -d "$skeleton" ] || cp -R "$skeleton"/. "$home"; } && chown -R ${name}: "$home" && chmod ${mode} "$home"`;
}

export function removeScript({ name, remove, force }: UserParams, full: boolean): Script {
  const options = [...(remove ? ['-r'] : []), ...(force ? ['-f'] : [])];
  // 12: the home folder or mail box was not there to be removed, which is as asked.
  if (full) return sh`userdel ${options} ${name} || [ $? = 12 ]`;
  return sh`deluser ${[...(remove ? ['--remove-home'] : []), name]}`;
}

function escapeName(name: string): string {
  return name.replaceAll(/[.$]/g, String.raw`\$&`);
}
