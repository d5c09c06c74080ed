import { z } from 'zod';
import { ask, defineModule } from '../model/module.ts';
import { flag, path, text } from '../model/schema.ts';
import { type GitState, planGit, readGit } from './lib/git-plan.ts';
import { gitProbe } from './lib/git-script.ts';

const word = text.refine((value) => /^[^-\s][^\s]*$/.test(value), 'one word that does not begin with `-`');

const params = z
  .strictObject({
    repo: word.describe(
      'Where it comes from: `https://…`, `user@host:path`, `file://…` or a path of the host.',
    ),
    dest: path.describe('Where it goes; made where it is missing.'),
    version: word.default('HEAD').describe('Branch, tag or full commit. `HEAD`: the main branch of `repo`.'),
    update: flag.default(true).describe('`false`: what is there is left as it is.'),
    clone: flag.default(true).describe('`false`: nothing is done where it is not there yet.'),
    force: flag.default(false).describe('Throws away what was changed in `dest`, commits too.'),
    depth: z.number().int().min(1).optional().describe('Gets only so many commits.'),
    remote: word.default('origin').describe('What `repo` is called in `dest`.'),
    bare: flag.default(false).describe('A repository without files, with all branches and tags of `repo`.'),
    single_branch: flag.default(false).describe('Gets only the branch of `version`.'),
    recursive: flag.default(true).describe('Submodules, too.'),
    accept_hostkey: flag.default(false).describe('The same as `accept_newhostkey`.'),
    accept_newhostkey: flag
      .default(false)
      .describe('Takes the key of a server that is not known yet; a changed one is always refused.'),
    key_file: path
      .refine((file) => !file.includes("'"), 'the name of a key has no quotes')
      .optional()
      .describe('Private key for ssh, on the host.'),
    umask: text
      .refine((mask) => /^0?[0-7]{3}$/.test(mask), 'three octal digits, such as 022')
      .optional()
      .describe('Permissions that new files do not get, such as `022`.'),
    ssh_opts: text.optional().describe('More options for ssh, such as `-p 2222`.'),
  })
  .superRefine(({ bare, version, depth }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (bare && version !== 'HEAD') complain('a bare repository has no `version`');
    if (bare && depth !== undefined) complain('a bare repository has no `depth`');
  });

type Params = z.output<typeof params>;

/** `git`: a working copy, or a bare copy. */
export const git = defineModule<Params, GitState>({
  name: 'git',
  summary: 'Keeps a copy of a git repository on the host',
  description: `The host asks \`repo\` which commit \`version\` stands for, and gets it only where \`dest\` has another. It never asks for a
password: keys and credentials must be there. Local changes are a failure where they are in the way, unless \`force\` is set;
own commits on top of the branch are kept. Run it as the user that owns \`dest\`, for git refuses others.`,
  params,
  aliases: { name: 'repo' },
  unsupported: {
    archive: 'run `git archive` with `command`, and `creates:`',
    archive_prefix: 'run `git archive` with `command`, and `creates:`',
    separate_git_dir: 'leave it out, or clone with `command` and `creates:`',
    verify_commit: 'run `git verify-commit HEAD` with `command` behind it',
    executable: 'leave it out: `git` is found in PATH, which `environment:` can change',
    gpg_whitelist: 'run `git verify-commit HEAD` with `command` behind it',
    gpg_allowlist: 'run `git verify-commit HEAD` with `command` behind it',
    reference: 'leave it out: clone from the other copy, and set `remote` afterwards',
    refspec: 'name the branch or tag in `version`',
    track_submodules: 'leave it out: submodules are at the commits that `version` names',
  },
  examples: [
    {
      title: 'The newest of a branch',
      yaml: 'git:\n  repo: https://example.com/blog.git\n  dest: /srv/blog\n  version: main\n  depth: 1\n',
      needs: 'network',
    },
    {
      title: 'A release, with a key of its own',
      yaml: 'git:\n  repo: git@example.com:home/tools.git\n  dest: /opt/tools\n  version: v1.2\n  key_file: /root/.ssh/deploy\n  accept_newhostkey: true\n',
      needs: 'network',
    },
  ],
  returns: {
    before: 'the commit that was there; null where there was none',
    after: 'the commit that is there now',
    remote_url_changed: 'whether the copy came from somewhere else',
  },
  probe: (asked) => ask(gitProbe(asked), (answer) => readGit(answer)),
  plan: planGit,
  result: (state, asked) => ({
    before: state.head === '' ? null : state.head,
    after: !asked.update && state.head !== '' ? state.head : state.wanted === '' ? null : state.wanted,
    remote_url_changed: state.kind === 'repository' && state.url !== asked.repo,
  }),
});
