import { z } from 'zod';
import { ask, defineModule } from '../model/module.ts';
import { commaList, flag, path, text, textList } from '../model/schema.ts';
import { attributeParams } from './lib/attributes.ts';
import { type UnarchiveState, planUnarchive, probeUnarchive, readUnarchive } from './lib/unarchive-plan.ts';

const params = z
  .strictObject({
    src: text.describe('An archive of the controller; with `remote_src`, one that is on the host.'),
    dest: path.describe('The folder to unpack it into. It must be there.'),
    remote_src: flag.default(false).describe('`src` lies on the host.'),
    creates: path
      .optional()
      .describe('Where this exists, nothing is done; where it does not, the archive is unpacked.'),
    include: commaList.default([]).describe('Only these entries; patterns in a zip.'),
    exclude: commaList.default([]).describe('Not these entries; patterns.'),
    extra_opts: textList
      .default([])
      .describe('More options for tar, such as `--strip-components=1`, or for unzip.'),
    keep_newer: flag.default(false).describe('Leaves files alone that are newer than those in the archive.'),
    list_files: flag.default(false).describe('Gives the names of the entries as `files`.'),
    ...attributeParams,
  })
  .superRefine(({ src, remote_src: remote, include, exclude }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (/^(?:https?|ftp):\/\//.test(src))
      complain('get it with `get_url` first, then use `remote_src: true`');
    else if (remote && !/^[/~]/.test(src)) complain('with `remote_src`, `src` is an absolute path');
    if (include.length > 0 && exclude.length > 0) complain('give either `include` or `exclude`');
  });

type Params = z.output<typeof params>;

/** `unarchive`: what is in a tar or a zip. */
export const unarchive = defineModule<Params, UnarchiveState>({
  name: 'unarchive',
  summary: 'Unpacks an archive: tar, with gzip, bzip2, xz or zstd, or zip',
  description: `What is there already is compared with the archive (\`tar --diff\`; of a zip, sizes and checksums), and only where
something differs it is unpacked again. Files that the archive does not know are left alone.

The host needs tar or unzip, and the program that the archive was packed with. An archive of the controller travels on
every run, because it is compared; with \`creates\` only where it is needed. Over 8 MiB \`creates\` or \`remote_src\` is a must.`,
  params,
  inputs: { src: 'file' },
  inputsUnless: 'remote_src',
  unsupported: {
    copy: 'write `remote_src: true` instead of `copy: false`',
    io_buffer_size: 'leave it out',
    validate_certs: 'get the archive with `get_url`, and unpack it with `remote_src: true`',
  },
  examples: [
    {
      title: 'A release that `get_url` has fetched, without its outermost folder',
      yaml: `unarchive:
  remote_src: true
  src: /opt/tool-1.2.tar.gz
  dest: /opt/tool
  extra_opts: [--strip-components=1]
  owner: root
  group: root`,
      needs: 'network',
    },
    {
      title: 'An archive of the controller',
      yaml: 'unarchive:\n  src: blog.tar\n  dest: /srv\n  mode: u=rwX,go=rX\n',
      needs: 'root',
    },
    {
      title: 'Only once',
      yaml: 'unarchive:\n  src: large.zip\n  dest: /srv\n  creates: /srv/index.html\n',
      needs: 'root',
    },
  ],
  returns: {
    dest: 'the folder, resolved',
    src: 'the archive',
    files: 'with `list_files`: the names of the entries',
  },
  probe: (asked, inputs) => ask(probeUnarchive(asked, inputs), (answer) => readUnarchive(answer, asked)),
  plan: planUnarchive,
  result: (state, asked) => ({
    dest: state.dest.real,
    src: asked.src,
    ...(asked.list_files ? { files: state.files } : {}),
  }),
});
