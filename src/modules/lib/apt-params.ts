import { z } from 'zod';
import { flag, path, seconds, secretText, text, textList } from '../../model/schema.ts';
import { PACKAGE_SPEC } from './dpkg.ts';

const names = textList
  .transform((list) => list.flatMap((item) => item.split(',').map((name) => name.trim())))
  .superRefine((list, context) => {
    for (const name of list)
      if (!PACKAGE_SPEC.test(name))
        context.addIssue({
          code: 'custom',
          message: `\`${name}\` is no package: write \`name\` or \`name=version\``,
        });
  });

const answer = z.strictObject({
  name: text.describe('Package that asks.'),
  question: text.describe('Name of the question, e.g. `iptables-persistent/autosave_v4`.'),
  vtype: z
    .enum(['boolean', 'string', 'select', 'multiselect', 'note', 'password', 'text', 'error', 'title'])
    .describe('Type of the question.'),
  value: z.union([flag.transform(String), secretText]).describe('The answer.'),
});

/** The parameters of `apt`. */
export const aptParams = z.strictObject({
  name: names.default([]).describe('Packages: `name`, or `name=version` where the version may hold `*`.'),
  deb: path.optional().describe('A .deb file on the host to install.'),
  state: z
    .enum(['present', 'absent', 'latest'])
    .default('present')
    .describe('Installed in any version, not installed, or in the newest version that the lists know.'),
  update_cache: flag
    .default(false)
    .describe('Fetches the package lists first where they are older than `cache_valid_time`.'),
  cache_valid_time: seconds
    .optional()
    .describe('Seconds for which package lists count as fresh; implies `update_cache`. Default: 3600.'),
  upgrade: z
    .enum(['no', 'yes', 'safe', 'full', 'dist'])
    .default('no')
    .describe('Upgrades all packages: `safe` (or `yes`) removes none, `full` (or `dist`) may.'),
  purge: flag.default(false).describe('With `absent`: removes configuration files, too.'),
  autoremove: flag
    .default(false)
    .describe('Removes packages that only came as dependencies and are not needed now.'),
  autoclean: flag.default(false).describe('Deletes fetched package files that no list names any more.'),
  install_recommends: flag
    .optional()
    .describe('Whether recommended packages come along. Default: as the host says.'),
  default_release: text.optional().describe('Release to prefer, e.g. `bookworm-backports`.'),
  allow_downgrade: flag.default(false).describe('Allows an older version than the one installed.'),
  allow_change_held_packages: flag.default(false).describe('Allows changes of packages on hold.'),
  only_upgrade: flag.default(false).describe('Leaves packages alone that are not installed yet.'),
  debconf: z
    .array(answer)
    .default([])
    .describe('Answers to the questions of packages that are not installed yet, given before they ask.'),
  dpkg_options: text
    .default('force-confdef,force-confold')
    .describe('Options of dpkg, with commas. The default keeps configuration files that were edited.'),
  lock_timeout: seconds
    .default(300)
    .describe('Seconds to wait for another apt, such as unattended-upgrades after the first start.'),
  force_apt_get: flag.default(true).describe('Accepted for Ansible’s sake: apt-get is always used.'),
});

export type AptParams = z.infer<typeof aptParams>;
