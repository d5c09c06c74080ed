import { posix } from 'node:path';
import { z } from 'zod';
import { type Plan, ask, defineModule } from '../model/module.ts';
import { flag, path, text } from '../model/schema.ts';
import { attributeChanges, attributeParams } from './lib/attributes.ts';
import { planAbsent, planFolder, planHardLink, planLink, planTouch } from './lib/file-kinds.ts';
import { type FileState, fileStatesScript, parseFileStates } from './lib/file-state.ts';
import { NO_TREE, type Tree, splitTree, withTree } from './lib/tree.ts';

const when = z.enum(['now', 'preserve'], {
  error: '`now` or `preserve`; for another time run `touch -d` with `command`',
});

const params = z
  .strictObject({
    path: path.describe('What it is about.'),
    state: z
      .enum(['file', 'directory', 'touch', 'absent', 'link', 'hard'])
      .optional()
      .describe(
        '`file`: must exist, only its attributes are set. `directory`, `touch`: made where missing. `link`: symbolic link to `src`; `hard`: hard link. `absent`: removed, folders with all they hold. Default: what is there.',
      ),
    src: text.optional().describe('What a link leads to; may be relative to the folder of `path`.'),
    recurse: flag.default(false).describe('Sets owner, group and mode of everything in the folder, too.'),
    follow: flag.default(true).describe('Where `path` is a link: its target is meant.'),
    force: flag.default(false).describe('A link may lead nowhere, and may replace a file.'),
    modification_time: when
      .default('now')
      .describe(
        'For `touch`: `preserve` leaves the time of what exists. With both times preserved, nothing changes.',
      ),
    access_time: when
      .optional()
      .describe('The same for the time of the last look. Default: as `modification_time`.'),
    ...attributeParams,
  })
  .superRefine(({ state, src, recurse, mode }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if ((state === 'link' || state === 'hard') && src === undefined) complain('a link needs `src`');
    if (state !== 'link' && state !== 'hard' && src !== undefined)
      complain('`src` is for links only: add `state: link`');
    if (state === 'link' && mode !== undefined)
      complain('a link has no `mode`: set that of what it leads to in a task of its own');
    if (recurse && state !== 'directory') complain('`recurse` needs `state: directory`');
  });

type Params = z.output<typeof params>;

interface State {
  readonly at: FileState;
  /** What `src` leads to. */
  readonly target: FileState | undefined;
  readonly tree: Tree;
}

/** `file`: files, folders and links, and their attributes. */
export const file = defineModule<Params, State>({
  name: 'file',
  summary: 'Creates and removes folders and links, and sets the owner and mode of what exists',
  description:
    'Letters in `mode` mean what they mean to `chmod`: unlike with Ansible, `g=rx` leaves the setgid bit of a folder as it is; digits set it or take it away. Owner and group of a link are its own, and `recurse` leaves what links lead to alone.',
  params,
  aliases: { dest: 'path', name: 'path' },
  unsupported: {
    access_time_format: 'leave it out: for a time that is not now run `touch -d` with `command`',
    modification_time_format: 'leave it out: for a time that is not now run `touch -d` with `command`',
  },
  examples: [
    {
      title: 'A folder, with the parents that are missing',
      yaml: `file:
  path: /srv/www/blog
  state: directory
  mode: '0755'`,
    },
    {
      title: 'A link',
      yaml: `file:
  path: /srv/photos
  src: /mnt/photos
  state: link
  force: true # the disk may not be there yet`,
    },
    { title: 'Gone, whatever it was', yaml: 'file: { path: /etc/hosts, state: absent }' },
    {
      title: 'Nobody else may read it',
      yaml: `file:
  path: /etc/ssh/sshd_config
  mode: u=rw,go=`,
    },
    {
      title: 'Everything in a folder',
      yaml: `file:
  path: /etc/ssh
  state: directory
  recurse: true
  mode: u=rwX,go=rX`,
    },
    {
      title: 'An empty file, if it is missing',
      yaml: `file:
  path: /var/marker
  state: touch
  modification_time: preserve`,
    },
  ],
  returns: { path: 'the path, resolved', state: 'what it is now, or shall be' },

  probe(asked) {
    const { state, src } = asked;
    const links = state === 'link' || state === 'hard' || state === 'absent';
    const questions = [{ path: asked.path, follow: asked.follow && !links }];
    if (src !== undefined) questions.push({ path: targetOf(asked.path, src), follow: true });
    const script = fileStatesScript(questions);
    return ask(asked.recurse ? withTree(script, asked.path) : script, (whole) => {
      const { answer, tree } = asked.recurse ? splitTree(whole) : { answer: whole, tree: NO_TREE };
      const [at, target] = parseFileStates(answer);
      if (at === undefined) throw new Error('no answer about the path');
      return { at, target, tree };
    });
  },

  plan({ at, target, tree }, asked) {
    const { src = '' } = asked;
    if (tree.unlisted !== undefined)
      return { failed: `not everything in ${at.real} can be listed: ${tree.unlisted}` };
    switch (asked.state) {
      case 'absent':
        return planAbsent(at);
      case 'directory':
        return planFolder(at, tree.entries, asked);
      case 'touch':
        return planTouch(at, asked);
      case 'link':
        return target ? planLink(at, target, { ...asked, src }) : { failed: 'a link needs `src`' };
      case 'hard':
        return target ? planHardLink(at, target, { ...asked, src }) : { failed: 'a link needs `src`' };
      case 'file':
      case undefined:
        return planExisting(at, asked);
      default:
        return asked.state satisfies never;
    }
  },

  result: ({ at }, { state }) => {
    const touched = at.type === 'absent' ? 'file' : at.type;
    return { path: at.real, state: state === 'touch' ? touched : (state ?? at.type) };
  },
});

function planExisting(at: FileState, asked: Params): Plan {
  if (at.type === 'absent') {
    return {
      failed: `${asked.path} does not exist`,
      hint: 'use `state: touch` or `state: directory` to make it',
    };
  }
  if (asked.state === 'file' && at.type === 'directory') return { failed: `${asked.path} is a folder` };
  return attributeChanges(at, asked);
}

/** The target of a symbolic link is looked for from the link's folder. */
function targetOf(link: string, src: string): string {
  return /^[/~]/.test(src) ? src : posix.join(posix.dirname(link), src);
}
