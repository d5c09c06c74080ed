import { ask, defineModule, run, type Change, type Failure } from '../model/module.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import {
  authorityParams,
  lookAtAuthority,
  readAuthority,
  type AuthorityParams,
  type AuthorityState,
} from './lib/authority-host.ts';
import { configuration, exported, makeKey, workshop, writeCrl } from './lib/openssl.ts';
import { pathWord } from './lib/path.ts';

/** A certificate authority of one's own, as a VPN needs it. */
export const certificateAuthority = defineModule<AuthorityParams, AuthorityState>({
  name: 'certificate_authority',
  summary: 'Keeps a private certificate authority: a key, its certificate, and a list of what was revoked.',
  description: `Made by \`openssl\` on the host, in one folder (\`ca.key\`, \`ca.crt\`, \`crl.pem\`); the key never leaves it. The
certificate is renewed before it ends, by the clock of the host and with the same key, so that what was issued stays valid.
A passphrase encrypts the key, and reaches openssl through its environment, never through its arguments.
A key that exists is never replaced: where certificate and key do not fit together, the task fails.`,
  params: authorityParams,
  examples: [
    {
      title: 'The authority of a VPN',
      yaml: `certificate_authority:
  path: /etc/openvpn/ca
  common_name: House VPN
`,
      needs: 'root',
    },
  ],
  returns: { certificate: 'path of its certificate', crl: 'path of the list of revoked certificates' },
  probe: (asked) => ask(lookAtAuthority(asked), (output) => readAuthority(output, asked)),
  plan: (state, asked) => {
    if (state.kind === 'failed') return state.failure;
    if (asked.state === 'absent') return state.kind === 'absent' ? [] : [removal(asked)];
    if (state.kind === 'absent') return [making(asked, 'make')];
    return unfit(state, asked) ?? repairs(state, asked);
  },
  result: (_, { path: folder }) => ({ certificate: `${folder}/ca.crt`, crl: `${folder}/crl.pem` }),
});

type There = Extract<AuthorityState, { kind: 'there' }>;

/** What would break every certificate that was issued. */
function unfit(
  state: There,
  { path: folder, common_name: name, passphrase }: AuthorityParams,
): Failure | undefined {
  if (state.encrypted && !state.opens)
    return {
      failed: `${folder}/ca.key is encrypted, and ${passphrase === undefined ? 'no `passphrase` is given' : 'this `passphrase` does not open it'}`,
      hint: 'give the one that it was made with; the bundled house keeps it in secrets.yaml',
    };
  const hint = `put the right files back, or move ${folder} away to begin anew; then every client needs a new profile`;
  if (state.certificate && !state.key)
    return { failed: `the key of the authority is gone: there is no ${folder}/ca.key`, hint };
  if (state.certificate && !state.matches)
    return { failed: `${folder}/ca.crt does not belong to ${folder}/ca.key`, hint };
  if (state.certificate && state.subject !== `CN=${name}`)
    return {
      failed: `the authority in ${folder} is called ${state.subject}, not CN=${name}`,
      hint: 'keep the name, or use another folder: certificates carry it as their issuer',
    };
  return undefined;
}

function repairs(state: There, asked: AuthorityParams): readonly Change[] {
  const { path: folder } = asked;
  const lock: Change = {
    summary: `make ${folder} private`,
    actions: [run(sh`chmod 700 ${pathWord(folder)}`)],
  };
  const before = [
    ...(state.isPrivate ? [] : [lock]),
    ...(state.key && !state.encrypted && asked.passphrase !== undefined ? [encryption(asked)] : []),
  ];
  if (!state.certificate) return [...before, making(asked, 'make')];
  if (!state.fresh) return [...before, making(asked, 'renew')];
  if (state.crl) return before;
  const { common_name: name, days, passphrase } = asked;
  const script = joinScripts([
    workshop(folder),
    exported('CA_PASSPHRASE', passphrase),
    configuration(name, []),
    writeCrl(days),
  ]);
  return [...before, { summary: `write ${folder}/crl.pem`, actions: [run(script)] }];
}

/** The key stays the same, and so does all that it has signed. */
function encryption({ path: folder, passphrase }: AuthorityParams): Change {
  const script = joinScripts([
    workshop(folder),
    exported('PASSPHRASE', passphrase),
    raw(`quietly openssl pkey -in ca.key -aes-256-cbc -passout env:PASSPHRASE -out "$temp/ca.key"
mv -f "$temp/ca.key" ca.key`),
  ]);
  return { summary: `encrypt ${folder}/ca.key`, actions: [run(script)] };
}

/** A key that is there is taken, so this renews, too. */
function making(asked: AuthorityParams, verb: string): Change {
  const { path: folder, common_name: name, days, key_type: type, passphrase } = asked;
  const extensions = [
    'basicConstraints = critical, CA:TRUE',
    'keyUsage = critical, keyCertSign, cRLSign',
    'subjectKeyIdentifier = hash',
  ];
  const script = joinScripts([
    sh`(umask 077; mkdir -p ${pathWord(folder)}) && chmod 700 ${pathWord(folder)} || exit`,
    workshop(folder),
    exported('PASSPHRASE', passphrase),
    exported('CA_PASSPHRASE', passphrase),
    configuration(name, extensions),
    raw('if [ ! -s ca.key ]; then'),
    makeKey(type, 'ca.key'),
    raw('mv "$temp/ca.key" ca.key || exit; fi'),
    sh`quietly openssl req -new -x509 -config "$temp/openssl.cnf" -key ca.key -passin env:CA_PASSPHRASE -sha256 -days ${days} -out "$temp/ca.crt"
mv -f "$temp/ca.crt" ca.crt || exit`,
    writeCrl(days),
  ]);
  return { summary: `${verb} the certificate authority ${name} in ${folder}`, actions: [run(script)] };
}

function removal({ path: folder }: AuthorityParams): Change {
  return {
    summary: `remove the certificate authority in ${folder}`,
    actions: [run(sh`rm -rf ${pathWord(folder)}`)],
  };
}
