import type { ValueMap } from '../../model/value.ts';

/** `rusr`, `wusr`, … `xoth`, as Ansible calls them. */
export function permissionsOf(mode: string): ValueMap {
  const bits = Number.parseInt(mode, 8);
  const names = ['usr', 'grp', 'oth'].flatMap((who) => ['r', 'w', 'x'].map((what) => `${what}${who}`));
  const special = { isuid: (bits & 0o4000) !== 0, isgid: (bits & 0o2000) !== 0 };
  return {
    ...Object.fromEntries(names.map((name, index) => [name, (bits & (0o400 >> index)) !== 0])),
    ...special,
  };
}
