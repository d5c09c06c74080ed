import { z } from 'zod';
import type { Failure } from '../../model/module.ts';
import { secretText } from '../../model/schema.ts';
import { joinScripts, raw, type Script, sh } from '../../model/script.ts';
import { Secret } from '../../model/secret.ts';
import type { Answers } from './answers.ts';
import { pathWord } from './path.ts';
import { rootPath } from './sections.ts';

/** A name that stands in certificates and names their files: nothing in it means anything to openssl or a shell. */
export const certificateName = z
  .string()
  .regex(/^[A-Za-z0-9][\w .-]{0,62}$/, 'letters, digits, blanks, `.`, `_` and `-`, 63 of them at most');

/** `ec`: on the curve P-256, small and quick on a Pi. `rsa`: 3072 bits. */
export const keyType = z.enum(['ec', 'rsa']);

export type KeyType = z.output<typeof keyType>;

/** Goes into a folder of certificates, or ends the probe with the reason why it cannot. */
export function enter(folder: string): Script {
  return joinScripts([
    rootPath,
    raw('command -v openssl >/dev/null 2>&1 || { echo missing=yes; exit 0; }'),
    sh`folder=${pathWord(folder)}`,
    raw(`[ -d "$folder" ] || { echo absent=yes; exit 0; }
{ [ -r "$folder" ] && [ -x "$folder" ]; } || { echo denied=yes; exit 0; }
cd "$folder" || exit`),
  ]);
}

/** What stands in the way of any look at certificates. */
export function opensslTrouble(answers: Answers, folder: string): Failure | undefined {
  if (answers.has('missing'))
    return {
      failed: 'openssl is not installed on this host',
      hint: 'install the package openssl first (module apt)',
    };
  return answers.has('denied')
    ? { failed: `${folder} may not be read`, hint: 'it needs root: say `become: true`' }
    : undefined;
}

/**
 * Begins an action in the folder: nothing it makes is readable for others, and what it leaves unfinished lies in a
 * folder of its own that goes away.
 */
export function workshop(folder: string): Script {
  return joinScripts([
    rootPath,
    sh`folder=${pathWord(folder)}`,
    raw(`umask 077
fail() { printf '%s\\n' "$1" >&2; exit 1; }
quietly() { said=$("$@" 2>&1 </dev/null) || { printf '%s\\n' "$said" >&2; exit 1; }; }
cd "$folder" || exit
temp=$(mktemp -d "$PWD/.homerun.XXXXXX") && trap 'rm -rf "$temp"' EXIT || exit`),
  ]);
}

/** A passphrase as openssl takes it. An empty one is none: templates have no way to leave a parameter out. */
export const passphraseText = secretText
  .refine((given) => /^(?:.{4,})?$/.test(revealed(given)), 'a passphrase is one line of 4 letters or more')
  .transform((given) => (revealed(given) === '' ? undefined : given))
  .optional();

/** Through the environment of openssl: what stands in arguments is there for every user of the host to see. */
export function exported(
  variable: 'PASSPHRASE' | 'CA_PASSPHRASE',
  passphrase: z.output<typeof passphraseText>,
): Script {
  // openssl would wait for somebody to type where the variable is missing.
  return sh`${raw(variable)}=${passphrase ?? ''}; export ${raw(variable)}`;
}

/** Writes a new private key to a file of the workshop, encrypted where \`$PASSPHRASE\` is set. */
export function makeKey(type: KeyType, file: string): Script {
  const options =
    type === 'ec'
      ? ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
      : ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072'];
  return sh`set -- ${options}
[ -z "\${PASSPHRASE:-}" ] || set -- "$@" -aes-256-cbc -pass env:PASSPHRASE
quietly openssl genpkey "$@" -out "$temp"/${file}`;
}

/** A configuration of openssl that owes nothing to the one of the system. */
export function configuration(name: string, extensions: readonly string[]): Script {
  const lines = [
    '[req]',
    'distinguished_name = name',
    'x509_extensions = extensions',
    'string_mask = utf8only',
    'prompt = no',
    '[name]',
    `CN = ${name}`,
    '[extensions]',
    ...extensions,
    '[ca]',
    'default_ca = own',
    '[own]',
    'database = index.txt',
    'crlnumber = crlnumber',
    'default_md = sha256',
    'certificate = ca.crt',
    'private_key = ca.key',
    'unique_subject = no',
  ];
  return sh`printf '%s\\n' ${lines} >"$temp/openssl.cnf" || exit`;
}

/** Writes the list of revoked certificates anew, by `$CA_PASSPHRASE` where the authority's key is encrypted; it is valid as long as the authority may be. */
export function writeCrl(days: number): Script {
  return sh`[ -e index.txt ] || : >index.txt
[ -e crlnumber ] || echo 1000 >crlnumber
quietly openssl ca -config "$temp/openssl.cnf" -passin env:CA_PASSPHRASE -gencrl -crldays ${days} -out "$temp/crl.pem"
mv -f "$temp/crl.pem" crl.pem || exit`;
}

function revealed(text: string | Secret): string {
  return text instanceof Secret ? text.reveal() : text;
}
