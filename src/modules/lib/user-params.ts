import { z } from 'zod';
import { commaList, flag, path, secretText, text } from '../../model/schema.ts';
import { Secret } from '../../model/secret.ts';
import { accountName } from './account-name.ts';

/** A hash as crypt(3) makes it, or one of the words that let nobody in. */
const CRYPT_HASH = /^(?:!*(?:\$[a-z0-9]+\$[^\s:]+|[./A-Za-z0-9]{13})|[!*]+)$/;

const plainText = z.string().regex(/^[^:\n]*$/, 'without colon and newline');

/** The parameters of `user`. */
export const userParams = z
  .strictObject({
    name: accountName.describe('Name of the user.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the user shall exist.'),
    uid: z.int().min(0).optional().describe('Number of the user.'),
    non_unique: flag.default(false).describe('The number may belong to another user, too.'),
    group: text.optional().describe('Primary group, name or number. Default: one of the user’s own name.'),
    groups: commaList.optional().describe('Other groups. Without `append`, the only ones: `[]` means none.'),
    append: flag.default(false).describe('Leaves the user in groups that are not named.'),
    comment: plainText.optional().describe('Full name or remark.'),
    home: path.optional().describe('Home folder.'),
    create_home: flag.default(true).describe('Makes the home folder where it is missing.'),
    skeleton: path.optional().describe('What a new home folder begins with, instead of /etc/skel.'),
    umask: text
      .refine((mask) => /^0?[0-7]{3}$/.test(mask), 'three octal digits, such as 077')
      .optional()
      .describe('Permissions that a new home folder does not get, such as `077`.'),
    move_home: flag.default(false).describe('Moves the old home folder to a changed `home`.'),
    shell: plainText.optional().describe('Login shell.'),
    system: flag.default(false).describe('A new user gets a number of the range for services.'),
    password: secretText
      .superRefine((value, context) => {
        if (!CRYPT_HASH.test(value instanceof Secret ? value.reveal() : value))
          context.addIssue({
            code: 'custom',
            message:
              '`password` must be a hash, never the password itself: make one with `openssl passwd -6`',
          });
      })
      .optional()
      .describe('Hash of the password, as `openssl passwd -6` or `mkpasswd` makes it.'),
    password_lock: flag.optional().describe('Whether logging in with the password is refused.'),
    update_password: z
      .enum(['always', 'on_create'])
      .default('always')
      .describe('`on_create`: a password that the user has changed since stays.'),
    expires: z
      .union([
        z.number(),
        z.string().regex(/^\d{4}-\d\d-\d\d$/, 'a date such as 2030-01-31, seconds since 1970, or -1'),
      ])
      .optional()
      .describe('Day on which the account is closed: `2030-01-31`, or seconds since 1970; -1: never.'),
    password_expire_max: z.int().optional().describe('Days after which the password must be changed.'),
    password_expire_min: z.int().optional().describe('Days for which it must not be changed again.'),
    password_expire_warn: z.int().optional().describe('Days of warning before it must be changed.'),
    remove: flag.default(false).describe('With `absent`: removes the home folder, too.'),
    force: flag.default(false).describe('With `absent`: also while the user is logged in.'),
    generate_ssh_key: flag.default(false).describe('Makes a key pair where there is none.'),
    ssh_key_file: z.string().default('.ssh/id_ed25519').describe('Its path, relative to the home folder.'),
    ssh_key_comment: text.optional().describe('Its comment. Default: `USER@HOST`.'),
  })
  .superRefine(({ append, groups, move_home: move, home, non_unique: shared, uid }, context) => {
    if (shared && uid === undefined)
      context.addIssue({ code: 'custom', path: ['non_unique'], message: '`non_unique` needs `uid`' });
    if (append && groups === undefined)
      context.addIssue({ code: 'custom', path: ['append'], message: '`append` needs `groups`' });
    if (move && home === undefined)
      context.addIssue({ code: 'custom', path: ['move_home'], message: '`move_home` needs `home`' });
  });

export type UserParams = z.infer<typeof userParams>;
