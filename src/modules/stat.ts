import { z } from 'zod';
import { ask, defineModule } from '../model/module.ts';
import { flag, path } from '../model/schema.ts';
import { joinScripts, raw } from '../model/script.ts';
import type { ValueMap } from '../model/value.ts';
import { permissionsOf } from './lib/permissions.ts';
import { type FileState, fileStateScript, parseFileState } from './lib/file-state.ts';

const params = z.strictObject({
  path: path.describe('What to look at.'),
  follow: flag.default(false).describe('Where it is a link: its target is meant.'),
  checksum_algorithm: z.literal('sha256').default('sha256').describe('Only this one.'),
  get_checksum: flag.default(true).describe('Reads the whole file for its SHA-256.'),
});

type Params = z.output<typeof params>;

interface State extends FileState {
  /** Letters of `test` that hold: its kind, `p`, `S`, `c` or `b`, and what this user may do with it, `r`, `w` and `x`. */
  readonly letters: string;
  /** Where a link leads to in the end. */
  readonly source: string;
}

/** `stat`: what is at a path. */
export const stat = defineModule<Params, State>({
  name: 'stat',
  summary: 'Looks at a file without changing anything',
  params,
  aliases: {
    dest: 'path',
    name: 'path',
    checksum: 'checksum_algorithm',
    checksum_algo: 'checksum_algorithm',
  },
  unsupported: {
    get_attributes: 'run `lsattr` with `command`',
    attr: 'run `lsattr` with `command`',
    attributes: 'run `lsattr` with `command`',
    get_mime: 'run `file -b --mime` with `command`',
    mime: 'run `file -b --mime` with `command`',
    mime_type: 'run `file -b --mime` with `command`',
    'mime-type': 'run `file -b --mime` with `command`',
  },
  examples: [
    {
      title: 'Is it there?',
      yaml: `stat:
  path: /etc/hosts
register: hosts_file`,
    },
  ],
  returns: {
    stat: '`exists`; and where it does: `path`, `isreg`, `isdir`, `islnk`, `isfifo`, `issock`, `ischr`, `isblk`, `readable`, `writeable` and `executable` for the user of the task, `mode`, `uid`, `gid`, `pw_name`, `gr_name`, `size`, `mtime`, `inode`, `dev`, `nlink`, `checksum` (SHA-256), `lnk_target`, `lnk_source` (where it leads to in the end), and permissions such as `rusr`, `xoth`',
  },
  probe: ({ path, follow, get_checksum: checksum }) => {
    const look = fileStateScript({ path, follow, content: checksum ? 'checksum' : 'none' });
    return ask(joinScripts([look, raw(LETTERS)]), (answer) => {
      const end = answer.bytes.lastIndexOf(0) + 1;
      const [letters = '', source = ''] = Buffer.from(answer.bytes.subarray(end))
        .toString()
        .split(/\/([^]*)/);
      return { ...parseFileState({ ...answer, bytes: answer.bytes.subarray(0, end) }), letters, source };
    });
  },
  plan: () => [],
  result: (state) => ({ stat: statOf(state) }),
});

/** Behind `look`, which leaves what it found in `p` and `type`. Only what is neither file nor folder is of another kind. */
const LETTERS = `[ $type != other ] || for t in p S c b; do [ ! -$t "$p" ] || printf $t; done
[ $type = absent ] || for t in r w x; do [ ! -$t "$p" ] || printf $t; done
[ $type != link ] || { source=$(readlink -f "$p"; echo x); printf /%s "\${source%?x}"; }`;

function statOf(state: State): ValueMap {
  const may = (letter: string): boolean => state.letters.includes(letter);

  const { type, real, mode, uid, gid, owner, group, size, mtime, inode, device, links, link, content } =
    state;
  if (type === 'absent') return { exists: false };
  return {
    exists: true,
    path: real,
    ...{ isreg: type === 'file', isdir: type === 'directory', islnk: type === 'link' },
    ...{ isfifo: may('p'), issock: may('S'), ischr: may('c'), isblk: may('b') },
    ...{ readable: may('r'), writeable: may('w'), executable: may('x') },
    ...{ mode, uid, gid, pw_name: owner, gr_name: group, size, mtime },
    ...(inode === undefined ? {} : { inode, dev: device ?? 0, nlink: links ?? 0 }),
    ...permissionsOf(mode),
    ...(link === undefined ? {} : { lnk_target: link }),
    ...(state.source === '' ? {} : { lnk_source: state.source }),
    ...(content.kind === 'checksum' && content.sha256 !== '' ? { checksum: content.sha256 } : {}),
  };
}
