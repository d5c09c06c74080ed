import { posix } from 'node:path';
import { type Change, type Plan, run } from '../../model/module.ts';
import { type Script, sh } from '../../model/script.ts';
import { type WantedAttributes, attributeChanges, octalMode } from './attributes.ts';
import type { FileState } from './file-state.ts';
import { createFolder } from './folders.ts';
import { pathWord } from './path.ts';
import { type TreeEntry, treeChanges } from './tree.ts';
import { writeFile } from './write-file.ts';

/** A folder, and with `recurse` all that is in it. */
export function planFolder(
  at: FileState,
  inside: readonly TreeEntry[],
  asked: WantedAttributes & { readonly recurse: boolean },
): Plan {
  if (at.type === 'absent') return [createFolder(at.real, asked)];
  if (at.type !== 'directory') return { failed: `${at.real} is ${kindOf(at)}, not a folder` };
  return [...attributeChanges(at, asked), ...(asked.recurse ? treeChanges(at.real, inside, asked) : [])];
}

interface Times {
  readonly modification_time: 'now' | 'preserve';
  readonly access_time?: 'now' | 'preserve' | undefined;
}

/** An empty file where nothing is; the times of what is there, unless they are to be preserved. */
export function planTouch(at: FileState, asked: WantedAttributes & Times): Plan {
  if (at.type === 'absent') {
    const mode = asked.mode === undefined ? undefined : octalMode(asked.mode, '0644', false);
    const actions = writeFile({ path: at.real, bytes: '', owner: asked.owner, group: asked.group, mode });
    return [{ summary: `create ${at.real}`, before: 'absent', after: 'file', subject: at.real, actions }];
  }
  const attributes = attributeChanges(at, asked);
  const { modification_time: modified, access_time: accessed = modified } = asked;
  const times = [...(accessed === 'now' ? ['-a'] : []), ...(modified === 'now' ? ['-m'] : [])];
  if (times.length === 0) return attributes;
  // Both together need no flag, which not every busybox has.
  const actions = [run(sh`touch ${times.length === 1 ? times : []} -- ${at.real}`)];
  return [...attributes, { summary: `set the times of ${at.real} to now`, subject: at.real, actions }];
}

/** A symbolic link with exactly this text; its target must exist unless forced. */
export function planLink(
  at: FileState,
  target: FileState,
  asked: WantedAttributes & { readonly src: string; readonly force: boolean },
): Plan {
  if (at.link === asked.src) return attributeChanges(at, { owner: asked.owner, group: asked.group });
  if (target.type === 'absent' && !asked.force) {
    return { failed: `${asked.src} does not exist`, hint: 'create it first, or use `force: true`' };
  }
  return replaceByLink(at, sh`ln -s -- ${asked.src}`, `link to ${asked.src}`, asked);
}

/** A second name of the same file. */
export function planHardLink(
  at: FileState,
  target: FileState,
  asked: WantedAttributes & { readonly src: string; readonly force: boolean },
): Plan {
  if (target.type !== 'file') return { failed: `${asked.src} is ${kindOf(target)}, not a file` };
  const same = at.type === 'file' && at.inode === target.inode && at.device === target.device;
  if (same && at.inode !== undefined) return attributeChanges(at, asked);
  return replaceByLink(at, sh`ln -- ${target.real}`, `hard link to ${asked.src}`, asked);
}

/** Whatever it is; of a link, only the link. */
export function planAbsent(at: FileState): Plan {
  if (at.type === 'absent') return [];
  if (posix.normalize(at.real) === '/') return { failed: 'will not remove /' };
  const actions = [run(sh`rm -rf -- ${at.real}`)];
  return [{ summary: `remove ${at.real}`, before: kindOf(at), after: 'absent', subject: at.real, actions }];
}

/** Made under another name and renamed, so that there is no moment without it. */
function replaceByLink(
  at: FileState,
  link: Script,
  after: string,
  { force, ...asked }: WantedAttributes & { readonly force: boolean },
): Plan {
  const path = at.real;
  const inTheWay = at.type === 'file' || at.type === 'directory' || at.type === 'other';
  if (inTheWay && !force)
    return { failed: `${path} is ${kindOf(at)}`, hint: 'use `force: true` to replace it' };
  const temporary = posix.join(posix.dirname(path), `.${posix.basename(path)}.homerun`);
  const owner = `${asked.owner ?? ''}${asked.group === undefined ? '' : `:${asked.group}`}`;
  const chown = owner === '' ? sh`:` : sh`chown -h -- ${owner} "$temporary"`;
  // `mv` onto a link to a folder, or onto a folder, would move into it.
  const clear = at.type === 'directory' ? sh`rmdir -- ${path}` : sh`rm -f -- ${path}`;
  const needed = at.type !== 'absent' && (at.type === 'directory' || at.link !== undefined);
  const script = sh`temporary=${pathWord(temporary)}; trap 'rm -f -- "$temporary"' EXIT
rm -f -- "$temporary" && ${link} "$temporary" && ${chown} && ${needed ? clear : sh`:`} && mv -f -- "$temporary" ${path}`;
  const change: Change = {
    summary: `${at.type === 'absent' ? 'create' : 'replace'} ${path} (${after})`,
    before: kindOf(at),
    after,
    subject: path,
    actions: [run(script)],
  };
  return [change];
}

function kindOf(at: FileState): string {
  if (at.type === 'link') return `link to ${at.link ?? ''}`;
  return { absent: 'absent', file: 'a file', directory: 'a folder', other: 'a device, socket or pipe' }[
    at.type
  ];
}
