import { defineModule, ask, run, type Failure, type Plan } from '../model/module.ts';
import { certificateParams, type CertificateParams } from './lib/certificate-params.ts';
import {
  issue,
  lookAtCertificate,
  readCertificate,
  revoke,
  type CertificateState,
} from './lib/certificate-host.ts';

/** A certificate of one's own authority, with its key. */
export const certificate = defineModule<CertificateParams, CertificateState>({
  name: 'certificate',
  summary: 'Keeps a key and a certificate that a `certificate_authority` on the same host has issued.',
  description: `\`NAME.key\` and \`NAME.crt\` lie in the folder of the authority, which is private. The certificate is made anew, with
the same key, where it does not fit the key, the authority, the name or the usage asked, and before it ends by the clock of the
host. Notify whoever uses it.

A passphrase encrypts the key. With \`generate_passphrase\` the host makes one and keeps it in \`NAME.pass\` beside the key: for a
client whose key travels, where no other place keeps a passphrase. Either way it reaches openssl through its environment, never through its arguments. A key that the
passphrase does not open is replaced, and so is its certificate.

\`absent\` revokes the certificate in \`crl.pem\` and removes the three files.`,
  params: certificateParams,
  examples: [
    {
      title: 'A server',
      yaml: `certificate:
  ca: /etc/openvpn/ca
  name: vpn
  usage: server
  subject_alt_names: [DNS:vpn.example.org]
`,
      needs: 'root',
    },
    {
      title: 'A client whose key is encrypted',
      yaml: `certificate:
  ca: /etc/openvpn/ca
  name: pi
  usage: client
  generate_passphrase: true
`,
      needs: 'root',
    },
    {
      title: 'A phone that was lost',
      yaml: `certificate:
  ca: /etc/openvpn/ca
  name: phone
  usage: client
  state: absent
`,
      needs: 'root',
    },
  ],
  returns: { certificate: 'path of the certificate', key: 'path of the key' },
  probe: (asked) => ask(lookAtCertificate(asked), (output) => readCertificate(output, asked)),
  plan: (state, asked): Plan => {
    if (state.kind === 'failed') return state.failure;
    if (asked.state === 'absent') return removal(state, asked);
    if (state.kind === 'no-authority')
      return {
        failed: `there is no certificate authority in ${asked.ca}`,
        hint: 'make it first (module certificate_authority)',
      };
    const reason = wrong(state, asked);
    if (reason === undefined) return [];
    if (!state.signs) return closed(asked);
    const verb = state.certificate ? 'renew' : 'make';
    return [
      {
        summary: `${verb} the certificate of ${asked.name}: ${reason.text}`,
        actions: [run(issue(asked, reason.newKey))],
      },
    ];
  },
  result: (_, { ca, name }) => ({ certificate: `${ca}/${name}.crt`, key: `${ca}/${name}.key` }),
});

type There = Extract<CertificateState, { kind: 'there' }>;

/** The first thing that is not as asked. */
function wrong(state: There, asked: CertificateParams): { text: string; newKey: boolean } | undefined {
  const { name, usage, renew_before: days } = asked;
  const encrypted = asked.generate_passphrase || asked.passphrase !== undefined;
  if (!state.key) return { text: 'it has no key yet', newKey: true };
  if (encrypted !== state.encrypted)
    return { text: `its key ${encrypted ? 'is not encrypted' : 'is encrypted'}`, newKey: true };
  if (!state.opens) return { text: 'the passphrase does not open its key', newKey: true };
  const because = (text: string) => ({ text, newKey: false });
  if (!state.certificate) return because('it is not there yet');
  if (!state.matches) return because('it does not fit its key');
  if (!state.issued) return because(`this authority has not issued it for a ${usage}`);
  if (state.subject !== `CN=${name}`) return because(`it is called ${state.subject}`);
  if (state.names.join() !== [...asked.subject_alt_names].sort().join())
    return because('it has other alternative names');
  return state.fresh ? undefined : because(`it ends within ${days} days`);
}

function removal(state: CertificateState, asked: CertificateParams): Plan {
  if (state.kind !== 'there' || !(state.key || state.certificate)) return [];
  if (!state.signs) return closed(asked);
  return [{ summary: `revoke and remove the certificate of ${asked.name}`, actions: [run(revoke(asked))] }];
}

function closed({ ca, ca_passphrase: opener }: CertificateParams): Failure {
  return {
    failed: `the key of the authority in ${ca} is encrypted, and ${opener === undefined ? 'no `ca_passphrase` is given' : 'this `ca_passphrase` does not open it'}`,
    hint: 'give the passphrase that the authority was made with; the bundled house keeps it in secrets.yaml',
  };
}
