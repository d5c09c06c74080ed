import type { Failure, Output } from '../../model/module.ts';
import { joinScripts, raw, type Script, sh } from '../../model/script.ts';
import { Answers } from './answers.ts';
import type { CertificateParams } from './certificate-params.ts';
import { configuration, enter, exported, makeKey, opensslTrouble, workshop, writeCrl } from './openssl.ts';

export type CertificateState =
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'no-authority' }
  | {
      readonly kind: 'there';
      /** What is issued can be signed: the authority's key is open, or opened by the passphrase given. */
      readonly signs: boolean;
      readonly key: boolean;
      readonly encrypted: boolean;
      /** The passphrase asked, or none, opens the key. */
      readonly opens: boolean;
      readonly certificate: boolean;
      readonly matches: boolean;
      /** By this authority, for this usage. */
      readonly issued: boolean;
      readonly subject: string;
      /** Sorted, as they are asked for: `DNS:…`, `IP:…`. */
      readonly names: readonly string[];
      readonly fresh: boolean;
    };

/** All that there is to know of a certificate, in one script that only reads. */
export function lookAtCertificate(asked: CertificateParams): Script {
  const { ca, name, usage, renew_before: days } = asked;
  return joinScripts([
    enter(ca),
    raw('{ [ -s ca.key ] && [ -s ca.crt ]; } || { echo absent=yes; exit 0; }'),
    sh`name=${name} seconds=${days * 86400} purpose=${usage === 'server' ? 'sslserver' : 'sslclient'}`,
    passphrase(asked),
    exported('CA_PASSPHRASE', asked.ca_passphrase),
    raw(`! grep -q ENCRYPTED ca.key || openssl pkey -in ca.key -passin env:CA_PASSPHRASE -noout >/dev/null 2>&1 </dev/null || echo closed=yes
public=
if [ -s "$name.key" ]; then
  echo key=yes
  ! grep -q ENCRYPTED "$name.key" || echo encrypted=yes
  public=$(openssl pkey -in "$name.key" -passin env:PASSPHRASE -pubout 2>/dev/null </dev/null) && echo opens=yes
fi
[ -s "$name.crt" ] || exit 0
echo certificate=yes
[ -z "$public" ] || [ "$public" != "$(openssl x509 -in "$name.crt" -noout -pubkey)" ] || echo matches=yes
! openssl verify -CAfile ca.crt -no_check_time -purpose "$purpose" "$name.crt" >/dev/null 2>&1 || echo issued=yes
printf 'subject=%s\\n' "$(openssl x509 -in "$name.crt" -noout -subject -nameopt RFC2253 | sed 's/^subject= *//')"
openssl x509 -in "$name.crt" -noout -ext subjectAltName 2>/dev/null | sed -n '2{s/IP Address:/IP:/g; s/[ ]//g; s/^/names=/p;}'
! openssl x509 -in "$name.crt" -noout -checkend "$seconds" >/dev/null || echo fresh=yes`),
  ]);
}

export function readCertificate(output: Output, { ca }: CertificateParams): CertificateState {
  const answers = new Answers(output);
  const failure = opensslTrouble(answers, ca);
  if (failure) return { kind: 'failed', failure };
  if (answers.has('absent')) return { kind: 'no-authority' };
  return {
    kind: 'there',
    signs: !answers.has('closed'),
    key: answers.has('key'),
    encrypted: answers.has('encrypted'),
    opens: answers.has('opens'),
    certificate: answers.has('certificate'),
    matches: answers.has('matches'),
    issued: answers.has('issued'),
    subject: answers.get('subject'),
    names: answers
      .get('names')
      .split(',')
      .filter((name) => name !== '')
      .sort(),
    fresh: answers.has('fresh'),
  };
}

/** Makes the certificate, and before it the key where there is no usable one. The old pair stands until the new one is whole. */
export function issue(asked: CertificateParams, newKey: boolean): Script {
  const { ca, name, usage, days, key_type: type, subject_alt_names: names } = asked;
  const extensions = [
    'basicConstraints = critical, CA:FALSE',
    `keyUsage = critical, digitalSignature${usage === 'server' && type === 'rsa' ? ', keyEncipherment' : ''}`,
    `extendedKeyUsage = ${usage}Auth`,
    'subjectKeyIdentifier = hash',
    'authorityKeyIdentifier = keyid',
    ...(names.length > 0 ? [`subjectAltName = ${names.join(', ')}`] : []),
  ];
  return joinScripts([
    workshop(ca),
    sh`name=${name}`,
    ...(isGenerated(asked) ? [MAKE_PASSPHRASE] : []),
    passphrase(asked),
    exported('CA_PASSPHRASE', asked.ca_passphrase),
    configuration(name, extensions),
    newKey ? makeKey(type, 'new.key') : raw('cp -p "$name.key" "$temp/new.key" || exit'),
    sh`quietly openssl req -new -config "$temp/openssl.cnf" -key "$temp/new.key" -passin env:PASSPHRASE -out "$temp/new.csr"
serial=0x1$(openssl rand -hex 15) || exit
quietly openssl x509 -req -in "$temp/new.csr" -CA ca.crt -CAkey ca.key -passin env:CA_PASSPHRASE -set_serial "$serial" -sha256 -days ${days} -extfile "$temp/openssl.cnf" -extensions extensions -out "$temp/new.crt"
mv -f "$temp/new.key" "$name.key" && mv -f "$temp/new.crt" "$name.crt" || exit`,
    // One that was made here before opens nothing any more.
    ...(isGenerated(asked) ? [] : [raw('rm -f "$name.pass"')]),
  ]);
}

/** Puts it on the list of those that are no longer welcome, and removes its files. */
export function revoke({ ca, name, ca_passphrase: opener }: CertificateParams): Script {
  return joinScripts([
    workshop(ca),
    exported('CA_PASSPHRASE', opener),
    sh`name=${name}`,
    configuration(name, []),
    raw(`if [ -s "$name.crt" ]; then
  [ -e index.txt ] || : >index.txt
  quietly openssl ca -config "$temp/openssl.cnf" -passin env:CA_PASSPHRASE -revoke "$name.crt"
fi`),
    writeCrl(3650),
    raw('rm -f "$name.crt" "$name.key" "$name.pass"'),
  ]);
}

function passphrase(asked: CertificateParams): Script {
  return isGenerated(asked)
    ? raw('PASSPHRASE=$(cat "$name.pass" 2>/dev/null); export PASSPHRASE')
    : exported('PASSPHRASE', asked.passphrase);
}

function isGenerated({ passphrase: given, generate_passphrase: wanted }: CertificateParams): boolean {
  return wanted && given === undefined;
}

const MAKE_PASSPHRASE = raw(`if [ ! -s "$name.pass" ]; then
  openssl rand -base64 24 >"$temp/new.pass" && mv "$temp/new.pass" "$name.pass" || exit
fi`);
