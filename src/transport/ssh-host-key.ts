import { changeKnownHosts } from './known-hosts-file.ts';
import {
  appendKnownHosts,
  fingerprint,
  judgeHostKey,
  knownKeyTypes,
  type HostKey,
  type KnownHost,
  type Verdict,
} from './known-hosts.ts';
import type { Hop } from './ssh-hops.ts';
import { TransportError } from './transport.ts';

/** Every kind of host key we take, best first; RSA only with SHA-2. */
const ALGORITHMS = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
} as const;

export type HostKeyAlgorithm = (typeof ALGORITHMS)[keyof typeof ALGORITHMS][number];

/** The same, by kind of key: a host has one of each at most. */
export const HOST_KEY_FAMILIES: readonly (readonly HostKeyAlgorithm[])[] = [
  ALGORITHMS['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ALGORITHMS['ssh-rsa'],
];

/** With the key, for whoever may decide to trust it. */
export class UnknownHostKey extends TransportError {
  readonly key: HostKey;

  constructor(message: string, hint: string, key: HostKey) {
    super('host-key-unknown', message, { hint });
    this.key = key;
  }
}

/** The algorithms to offer, those of known keys first: else a host known by RSA would show another key. */
export function hostKeyAlgorithms(entries: readonly KnownHost[], knownAs: string): HostKeyAlgorithm[] {
  const known = new Set(knownKeyTypes(entries, knownAs));
  const types = Object.entries(ALGORITHMS);
  return [
    ...types.filter(([type]) => known.has(type)),
    ...types.filter(([type]) => !known.has(type)),
  ].flatMap(([, algorithms]) => [...algorithms]);
}

/** Undefined where the key is the known one; else why the host must not be logged in to. */
export function refuseHostKey(
  hop: Hop,
  entries: readonly KnownHost[],
  key: HostKey,
): TransportError | undefined {
  const verdict = judgeHostKey(entries, hop.knownAs, key);
  switch (verdict.kind) {
    case 'match':
      return undefined;
    case 'unknown':
      return unknownKey(hop, verdict, key);
    case 'changed':
      return new TransportError(
        'host-key-changed',
        `the host key of ${hop.name} has changed: known is ${showKnown(verdict)}, offered is ${showKey(key)}`,
        {
          hint: `if ${hop.name} was set up anew, trust its new key: ${hop.trust} --replace ${hop.name}\nif it was not, somebody else may be answering in its place`,
        },
      );
    case 'revoked':
      return new TransportError(
        'host-key-revoked',
        `the host key of ${hop.name} is revoked: ${showKey(key)} (${verdict.known[0]?.where ?? ''})`,
        { hint: 'it may be in foreign hands: give the host a new key' },
      );
    default:
      throw new Error(`unforeseen verdict ${String(verdict.kind satisfies never)}`);
  }
}

/** Writes the key of a host that had none. */
export async function rememberHostKey(hop: Hop, key: HostKey): Promise<void> {
  const [file] = hop.knownHosts;
  if (file === undefined)
    throw new TransportError('setup', `there is no known_hosts file to write the key of ${hop.name} to`);
  await changeKnownHosts(file, (text) => appendKnownHosts(text, hop.knownAs, [key]));
}

/** `ssh-ed25519 SHA256:…`. */
function showKey(key: HostKey): string {
  return `${key.type} ${fingerprint(key)}`;
}

function unknownKey(hop: Hop, verdict: Verdict, key: HostKey): TransportError {
  const message = verdict.isCertified
    ? `${hop.name} is known by a @cert-authority line only, which homerun cannot check; its key is ${showKey(key)}`
    : `the host key of ${hop.name} is not known: ${showKey(key)}`;
  return new UnknownHostKey(message, `compare it with the host's own, then: ${hop.trust} ${hop.name}`, key);
}

function showKnown(verdict: Verdict): string {
  return verdict.known.map((entry) => `${showKey(entry.key)} (${entry.where})`).join(' and ');
}
