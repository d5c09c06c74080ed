import { z } from 'zod';
import { ask, defineModule } from '../model/module.ts';
import { flag, mode, text, commaList } from '../model/schema.ts';
import { type Found, filesOf } from './lib/find-filter.ts';
import { findScript, readFound } from './lib/find-script.ts';
import { expression } from './lib/regexp.ts';

const AGE = /^-?\d+[smhdw]?$/i;
const SIZE = /^-?\d+[bkmgt]?$/i;

const params = z
  .strictObject({
    paths: commaList.describe('Folders to look into. Here and below, a text alone is split at its commas.'),
    patterns: commaList.default([]).describe('Names: like any of these, such as `*.log`. Default: all.'),
    excludes: commaList.default([]).describe('But like none of these.'),
    use_regex: flag
      .default(false)
      .describe('`patterns` and `excludes` are regular expressions that a name begins with.'),
    contains: text
      .refine(
        (pattern) => !/\(\?|\\n|\n/.test(pattern),
        '`contains` is an expression of `grep -E`: without `(?` and newline',
      )
      .optional()
      .describe('A line begins with this: an extended regular expression of `grep`.'),
    read_whole_file: flag.default(false).describe('`contains` may stand anywhere in a line.'),
    file_type: z.enum(['file', 'directory', 'link', 'any']).default('file').describe('What to list.'),
    age: text
      .refine((age) => AGE.test(age), '`age` is a number with s, m, h, d or w behind it, such as 2w or -1h')
      .optional()
      .describe('At least so old: `2w`; at most: `-1h`.'),
    age_stamp: z.enum(['atime', 'ctime', 'mtime']).default('mtime').describe('Which time `age` is about.'),
    size: text
      .refine(
        (size) => SIZE.test(size),
        '`size` is a number with b, k, m, g or t behind it, such as 10m or -1k',
      )
      .optional()
      .describe('At least so large: `10m`; at most: `-1k`.'),
    mode: mode.optional().describe('Permissions that it has.'),
    exact_mode: flag.default(true).describe('Exactly these; otherwise any of them.'),
    recurse: flag.default(false).describe('Also in the folders inside.'),
    depth: z.int().min(1).optional().describe('With `recurse`: only so far down; 1 is the folder itself.'),
    hidden: flag.default(false).describe('Names that begin with a dot, too.'),
    follow: flag.default(false).describe('Goes into folders that links lead to.'),
    get_checksum: flag.default(false).describe('Reads all files for their SHA-256.'),
    limit: z.int().min(1).optional().describe('Not more than so many.'),
  })
  .superRefine(({ use_regex: regular, patterns, excludes }, context) => {
    if (!regular) return;
    for (const pattern of [...patterns, ...excludes])
      try {
        expression(pattern);
      } catch {
        context.addIssue({ code: 'custom', message: `not a regular expression: ${pattern}` });
      }
  });

type Params = z.output<typeof params>;

/** `find`: files and folders with such names, ages and sizes. */
export const find = defineModule<Params, Found>({
  name: 'find',
  summary: 'Lists files by name, age, size or content',
  description:
    'Changes nothing. The list is in the order of paths. Use it in a loop, as in `loop: "{{old.files}}"` and `file: {path: "{{item.path}}", state: absent}`.',
  params,
  aliases: { path: 'paths', name: 'paths', pattern: 'patterns', exclude: 'excludes' },
  unsupported: {
    encoding: 'leave it out: bytes are compared as they are',
    checksum_algorithm: 'leave it out: `get_checksum` gives SHA-256',
  },
  examples: [
    {
      title: 'What can go',
      yaml: `find:
  paths: /var
  patterns: ['*.log', '*.gz']
  age: 4w
  recurse: true
register: old`,
    },
    {
      title: 'Who still says so?',
      yaml: `find:
  paths: /etc/ssh
  contains: PermitRootLogin yes
register: open`,
    },
  ],
  returns: {
    files:
      'a list of maps: `path`, `isreg`, `isdir`, `islnk`, `mode`, `uid`, `gid`, `pw_name`, `gr_name`, `size`, `atime`, `mtime`, `ctime`, `inode`, `dev`, `nlink`, permissions such as `rusr`, and with `get_checksum` also `checksum`',
    matched: 'how many these are',
    skipped_paths: 'folders that are none, or cannot be read, and why',
  },
  probe: (asked) => ask(findScript(asked), readFound),
  plan: () => [],
  result(found, asked) {
    const files = filesOf(found, asked);
    return { files, matched: files.length, skipped_paths: Object.fromEntries(found.skipped) };
  },
});
