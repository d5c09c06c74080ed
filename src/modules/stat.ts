import { z } from 'zod';
import { ask, defineModule } from '../model/module.ts';
import { flag, path } from '../model/schema.ts';
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

/** `stat`: what is at a path. */
export const stat = defineModule<Params, FileState>({
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
    stat: '`exists`; and where it does: `path`, `isreg`, `isdir`, `islnk`, `mode`, `uid`, `gid`, `pw_name`, `gr_name`, `size`, `mtime`, `inode`, `dev`, `nlink`, `checksum` (SHA-256), `lnk_target`, and permissions such as `rusr`, `xoth`',
  },
  probe: ({ path, follow, get_checksum: checksum }) =>
    ask(fileStateScript({ path, follow, content: checksum ? 'checksum' : 'none' }), parseFileState),
  plan: () => [],
  result: (state) => ({ stat: statOf(state) }),
});

function statOf(state: FileState): ValueMap {
  const { type, real, mode, uid, gid, owner, group, size, mtime, inode, device, links, link, content } =
    state;
  if (type === 'absent') return { exists: false };
  return {
    exists: true,
    path: real,
    ...{ isreg: type === 'file', isdir: type === 'directory', islnk: type === 'link' },
    ...{ mode, uid, gid, pw_name: owner, gr_name: group, size, mtime },
    ...(inode === undefined ? {} : { inode, dev: device ?? 0, nlink: links ?? 0 }),
    ...permissionsOf(mode),
    ...(link === undefined ? {} : { lnk_target: link }),
    ...(content.kind === 'checksum' && content.sha256 !== '' ? { checksum: content.sha256 } : {}),
  };
}
