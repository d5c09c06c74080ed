import { mode as modeText, text } from '../../model/schema.ts';
import { type Change, run } from '../../model/module.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import type { FileState } from './file-state.ts';
import { pathWord } from './path.ts';

/** Parameters that every module about files shares: spread them into its `z.strictObject({…})`. */
export const attributeParams = {
  owner: text.optional().describe('User who shall own it: a name or a number. Default: as it is.'),
  group: text.optional().describe('Group that shall own it: a name or a number. Default: as it is.'),
  mode: modeText.optional().describe("Permissions, such as `'0644'` or `u=rw,g=r,o=`. Default: as they are."),
};

export interface WantedAttributes {
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  readonly mode?: string | undefined;
}

/** What differs, one line for each attribute; both empty where all is as asked. */
export interface AttributeDifference {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Octal mode to set; absent where it is right. */
  readonly mode?: string;
  /** `owner:group` for `chown`; absent where it is right. */
  readonly owner?: string;
}

/** As much of a file's state as the comparison needs. */
export type Owned = Pick<FileState, 'type' | 'mode' | 'owner' | 'group' | 'uid' | 'gid'>;

/** Compares what stands on the host with what is wanted. Names and numbers of owners both do. */
export function compareAttributes(state: Owned, wanted: WantedAttributes): AttributeDifference {
  const before: string[] = [];
  const after: string[] = [];
  const differs = (what: string, is: string, shall: string): void => {
    before.push(`${what}: ${is}`);
    after.push(`${what}: ${shall}`);
  };
  const { owner, group } = wanted;
  const otherOwner = owner !== undefined && owner !== state.owner && owner !== String(state.uid);
  const otherGroup = group !== undefined && group !== state.group && group !== String(state.gid);
  if (otherOwner) differs('owner', state.owner, owner);
  if (otherGroup) differs('group', state.group, group);
  // A link has no mode of its own.
  const mode =
    wanted.mode === undefined || state.type === 'link'
      ? state.mode
      : octalMode(wanted.mode, state.mode, state.type === 'directory');
  if (mode !== state.mode) differs('mode', state.mode, mode);
  const chown = `${otherOwner ? owner : ''}${otherGroup ? `:${group}` : ''}`;
  return {
    before,
    after,
    ...(mode === state.mode ? {} : { mode }),
    ...(chown === '' ? {} : { owner: chown }),
  };
}

/** The change that puts owner, group and mode of something that exists right; none where they are. */
export function attributeChanges(state: FileState, wanted: WantedAttributes): readonly Change[] {
  const { before, after, mode, owner } = compareAttributes(state, wanted);
  if (before.length === 0) return [];
  const summary = `set ${after.join(', ')} of ${state.real}`;
  const actions = [run(setAttributes(state.real, { mode, owner }, state.type === 'link'))];
  return [{ summary, before: before.join('\n'), after: after.join('\n'), subject: state.real, actions }];
}

/** Owner first, because `chown` takes away the setuid bit. */
export function setAttributes(
  path: string,
  { mode, owner }: { mode?: string | undefined; owner?: string | undefined },
  isLink = false,
): Script {
  const steps: Script[] = [];
  if (owner !== undefined) steps.push(sh`chown ${raw(isLink ? '-h ' : '')}-- ${owner} ${pathWord(path)}`);
  // The fifth digit makes GNU's chmod take setuid and setgid away from a folder, too.
  if (mode !== undefined && !isLink) steps.push(sh`chmod ${`0${mode}`} ${pathWord(path)}`);
  return joinScripts(steps, ' && ');
}

/** Four octal digits for a mode that may be symbolic, which counts from `current` as `chmod` does with umask 0. */
export function octalMode(mode: string, current: string, isFolder: boolean): string {
  if (/^[0-7]+$/.test(mode)) return mode.padStart(4, '0');
  let bits = Number.parseInt(current, 8);
  for (const clause of mode.split(',')) bits = applyClause(bits, clause, isFolder);
  return bits.toString(8).padStart(4, '0');
}

const WHO: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };

function applyClause(bits: number, clause: string, isFolder: boolean): number {
  const who = /^[ugoa]*/.exec(clause)?.[0] ?? '';
  const mask = (who === '' ? 'a' : who).split('').reduce((sum, letter) => sum | (WHO[letter] ?? 0), 0);
  let result = bits;
  for (const [, operator, letters = ''] of clause.slice(who.length).matchAll(/([-+=])([ugo]|[rwxXst]*)/g)) {
    const wanted = permissionBits(letters, result, isFolder) & mask;
    // On a folder, `=` leaves setuid and setgid alone, as chmod does.
    const cleared = isFolder ? mask & ~0o6000 : mask;
    if (operator === '+') result |= wanted;
    else if (operator === '-') result &= ~wanted;
    else result = (result & ~cleared) | wanted;
  }
  return result;
}

const SHIFTS: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };

function permissionBits(letters: string, current: number, isFolder: boolean): number {
  // `g=u`: what another one may.
  const other = SHIFTS[letters];
  if (other !== undefined) return ((current >> other) & 7) * 0o111;
  let bits = 0;
  for (const letter of letters) {
    if (letter === 'r') bits |= 0o444;
    else if (letter === 'w') bits |= 0o222;
    else if (letter === 'x' || (letter === 'X' && (isFolder || (current & 0o111) !== 0))) bits |= 0o111;
    else if (letter === 's') bits |= 0o6000;
    else if (letter === 't') bits |= 0o1000;
  }
  return bits;
}
