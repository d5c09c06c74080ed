import { type Script, raw, sh } from '../../model/script.ts';

/**
 * A path as one word of `sh`. `~` and `~name` at its start are left to the host's shell, which alone knows the
 * home folders; a relative path gets `./` in front, so that no name is ever taken for an option.
 */
export function pathWord(path: string): Script {
  const home = /^~[A-Za-z0-9_.-]*(?=\/|$)/.exec(path)?.[0];
  if (home !== undefined) return home === path ? raw(home) : sh`${raw(home)}/${path.slice(home.length + 1)}`;
  return sh`${path.startsWith('/') ? path : `./${path}`}`;
}
