import { z } from 'zod';
import type { Failure, Output } from '../../model/module.ts';
import { path } from '../../model/schema.ts';
import { joinScripts, raw, sh, type Script } from '../../model/script.ts';
import { Answers } from './answers.ts';
import { certificateName, enter, exported, keyType, opensslTrouble, passphraseText } from './openssl.ts';

/** Parameters of `certificate_authority`. */
export const authorityParams = z.strictObject({
  path: path.describe('Folder of its key and of all that it issues; nobody but its owner may look into it.'),
  common_name: certificateName
    .default('homerun CA')
    .describe('Its name, which certificates carry as issuer.'),
  days: z.int().min(2).max(36500).default(3650).describe('How long its certificate is valid.'),
  renew_before: z
    .int()
    .min(1)
    .default(365)
    .describe('Days before the end at which its certificate is made anew, with the same key.'),
  passphrase: passphraseText.describe(
    'Encrypts its key, also one that is there already; an empty one is none. Whoever issues needs it, too.',
  ),
  key_type: keyType.default('ec').describe('Kind of the key when it is made; a key that exists is kept.'),
  state: z
    .enum(['present', 'absent'])
    .default('present')
    .describe('`absent` removes the folder with its key and every certificate in it.'),
});

export type AuthorityParams = z.output<typeof authorityParams>;

export type AuthorityState =
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'there';
      readonly isPrivate: boolean;
      readonly key: boolean;
      readonly encrypted: boolean;
      /** Nothing keeps the key closed, or the passphrase opens it. */
      readonly opens: boolean;
      readonly certificate: boolean;
      readonly matches: boolean;
      readonly subject: string;
      readonly fresh: boolean;
      readonly crl: boolean;
    };

/** All that there is to know of an authority, in one script that only reads. */
export function lookAtAuthority({ path: folder, renew_before: days, passphrase }: AuthorityParams): Script {
  return joinScripts([
    enter(folder),
    sh`seconds=${days * 86400}`,
    exported('CA_PASSPHRASE', passphrase),
    raw(`[ "$(ls -ld . | cut -c5-10)" != ------ ] || echo private=yes
public=
if [ -s ca.key ]; then
  echo key=yes
  ! grep -q ENCRYPTED ca.key || echo encrypted=yes
  public=$(openssl pkey -in ca.key -passin env:CA_PASSPHRASE -pubout 2>/dev/null </dev/null) && echo opens=yes
fi
[ ! -s crl.pem ] || echo crl=yes
[ -s ca.crt ] || exit 0
echo certificate=yes
printf 'subject=%s\\n' "$(openssl x509 -in ca.crt -noout -subject -nameopt RFC2253 | sed 's/^subject= *//')"
! openssl x509 -in ca.crt -noout -checkend "$seconds" >/dev/null || echo fresh=yes
[ -z "$public" ] || [ "$public" != "$(openssl x509 -in ca.crt -noout -pubkey)" ] || echo matches=yes`),
  ]);
}

export function readAuthority(output: Output, { path: folder }: AuthorityParams): AuthorityState {
  const answers = new Answers(output);
  const failure = opensslTrouble(answers, folder);
  if (failure) return { kind: 'failed', failure };
  if (answers.has('absent')) return { kind: 'absent' };
  return {
    kind: 'there',
    isPrivate: answers.has('private'),
    key: answers.has('key'),
    encrypted: answers.has('encrypted'),
    opens: answers.has('opens'),
    certificate: answers.has('certificate'),
    matches: answers.has('matches'),
    subject: answers.get('subject'),
    fresh: answers.has('fresh'),
    crl: answers.has('crl'),
  };
}
