import { z } from 'zod';
import { ask, defineModule, run, type Change, type Failure } from '../model/module.ts';
import { path } from '../model/schema.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import {
  certificateName,
  configuration,
  enter,
  keyType,
  makeKey,
  opensslTrouble,
  workshop,
  writeCrl,
} from './lib/openssl.ts';
import { pathWord } from './lib/path.ts';

const params = z.strictObject({
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
  key_type: keyType.default('ec').describe('Kind of the key when it is made; a key that exists is kept.'),
  state: z
    .enum(['present', 'absent'])
    .default('present')
    .describe('`absent` removes the folder with its key and every certificate in it.'),
});

type Params = z.output<typeof params>;

type State =
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'there';
      readonly isPrivate: boolean;
      readonly key: boolean;
      readonly certificate: boolean;
      readonly matches: boolean;
      readonly subject: string;
      readonly fresh: boolean;
      readonly crl: boolean;
    };

/** A certificate authority of one's own, as a VPN needs it. */
export const certificateAuthority = defineModule<Params, State>({
  name: 'certificate_authority',
  summary: 'Keeps a private certificate authority: a key, its certificate, and a list of what was revoked.',
  description: `Made by \`openssl\` on the host, in one folder (\`ca.key\`, \`ca.crt\`, \`crl.pem\`); the key never leaves it. The
certificate is renewed before it ends, by the clock of the host and with the same key, so that what was issued stays valid.
A key that exists is never replaced: where certificate and key do not fit together, the task fails.`,
  params,
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
  probe: (asked) => ask(look(asked), (output) => read(new Answers(output), asked)),
  plan: (state, asked) => {
    if (state.kind === 'failed') return state.failure;
    if (asked.state === 'absent') return state.kind === 'absent' ? [] : [removal(asked)];
    if (state.kind === 'absent') return [making(asked, 'make')];
    return unfit(state, asked) ?? repairs(state, asked);
  },
  result: (_, { path: folder }) => ({ certificate: `${folder}/ca.crt`, crl: `${folder}/crl.pem` }),
});

function look({ path: folder, renew_before: days }: Params) {
  return joinScripts([
    enter(folder),
    sh`seconds=${days * 86400}`,
    raw(`[ "$(ls -ld . | cut -c5-10)" != ------ ] || echo private=yes
[ ! -s ca.key ] || echo key=yes
[ ! -s crl.pem ] || echo crl=yes
[ -s ca.crt ] || exit 0
echo certificate=yes
printf 'subject=%s\\n' "$(openssl x509 -in ca.crt -noout -subject -nameopt RFC2253 | sed 's/^subject= *//')"
! openssl x509 -in ca.crt -noout -checkend "$seconds" >/dev/null || echo fresh=yes
public=$(openssl x509 -in ca.crt -noout -pubkey) && [ "$public" = "$(openssl pkey -in ca.key -pubout 2>/dev/null)" ] && echo matches=yes
:`),
  ]);
}

function read(answers: Answers, { path: folder }: Params): State {
  const failure = opensslTrouble(answers, folder);
  if (failure) return { kind: 'failed', failure };
  if (answers.has('absent')) return { kind: 'absent' };
  return {
    kind: 'there',
    isPrivate: answers.has('private'),
    key: answers.has('key'),
    certificate: answers.has('certificate'),
    matches: answers.has('matches'),
    subject: answers.get('subject'),
    fresh: answers.has('fresh'),
    crl: answers.has('crl'),
  };
}

type There = Extract<State, { kind: 'there' }>;

/** What would break every certificate that was issued. */
function unfit(state: There, { path: folder, common_name: name }: Params): Failure | undefined {
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

function repairs(state: There, asked: Params): readonly Change[] {
  const { path: folder } = asked;
  const lock: Change = {
    summary: `make ${folder} private`,
    actions: [run(sh`chmod 700 ${pathWord(folder)}`)],
  };
  const privacy = state.isPrivate ? [] : [lock];
  if (!state.certificate) return [...privacy, making(asked, 'make')];
  if (!state.fresh) return [...privacy, making(asked, 'renew')];
  if (state.crl) return privacy;
  const { common_name: name, days } = asked;
  const script = joinScripts([workshop(folder), configuration(name, []), writeCrl(days)]);
  return [...privacy, { summary: `write ${folder}/crl.pem`, actions: [run(script)] }];
}

/** A key that is there is taken, so this renews, too. */
function making({ path: folder, common_name: name, days, key_type: type }: Params, verb: string): Change {
  const extensions = [
    'basicConstraints = critical, CA:TRUE',
    'keyUsage = critical, keyCertSign, cRLSign',
    'subjectKeyIdentifier = hash',
  ];
  const script = joinScripts([
    sh`(umask 077; mkdir -p ${pathWord(folder)}) && chmod 700 ${pathWord(folder)} || exit`,
    workshop(folder),
    configuration(name, extensions),
    raw('if [ ! -s ca.key ]; then'),
    makeKey(type, 'ca.key'),
    raw('mv "$temp/ca.key" ca.key || exit; fi'),
    sh`quietly openssl req -new -x509 -config "$temp/openssl.cnf" -key ca.key -sha256 -days ${days} -out "$temp/ca.crt"
mv -f "$temp/ca.crt" ca.crt || exit`,
    writeCrl(days),
  ]);
  return { summary: `${verb} the certificate authority ${name} in ${folder}`, actions: [run(script)] };
}

function removal({ path: folder }: Params): Change {
  return {
    summary: `remove the certificate authority in ${folder}`,
    actions: [run(sh`rm -rf ${pathWord(folder)}`)],
  };
}
