import { Deadline } from './deadline.ts';
import { changeKnownHosts, readKnownHosts } from './known-hosts-file.ts';
import {
  appendKnownHosts,
  fingerprint,
  judgeHostKey,
  replaceKnownHosts,
  type HostKey,
  type KnownHost,
} from './known-hosts.ts';
import { dial, type Way } from './ssh-dial.ts';
import { HOST_KEY_FAMILIES, refuseHostKey, type HostKeyAlgorithm } from './ssh-host-key.ts';
import type { Hop } from './ssh-hops.ts';
import type { SshOptions } from './ssh-options.ts';
import { approach } from './ssh-route.ts';
import { TransportError } from './transport.ts';

/** The keys that a host offers now, beside what is known of it. */
export interface HostKeys {
  readonly hop: Hop;
  readonly keys: readonly OfferedKey[];
  /** Lines of `known_hosts` that disagree with an offered key. */
  readonly known: readonly ShownKey[];
}

export interface OfferedKey extends ShownKey {
  readonly key: HostKey;
  readonly state: 'match' | 'unknown' | 'changed' | 'revoked';
}

export interface ShownKey {
  /** `ssh-ed25519`. */
  readonly type: string;
  /** `SHA256:…`. */
  readonly fingerprint: string;
  /** `FILE:LINE`, for a key that is known. */
  readonly where?: string;
}

/** Asks a host for its keys, one of each kind, through its jump hosts and without logging in. */
export async function fetchHostKeys(options: SshOptions): Promise<HostKeys> {
  const { target, way, close } = await approach(options);
  try {
    const entries = await readKnownHosts(target.knownHosts);
    const keys: OfferedKey[] = [];
    const disagreeing = new Map<string, KnownHost>();
    for (const algorithms of HOST_KEY_FAMILIES) {
      const key = await fetchKey(target, way, algorithms);
      if (!key) continue;
      const verdict = judgeHostKey(entries, target.knownAs, key);
      keys.push({ ...show(key), key, state: verdict.kind });
      if (verdict.kind === 'changed') for (const entry of verdict.known) disagreeing.set(entry.where, entry);
    }
    const known = [...disagreeing.values()].map((entry) => ({ ...show(entry.key), where: entry.where }));
    return { hop: target, keys, known };
  } finally {
    await close();
  }
}

/**
 * Writes the offered keys to `known_hosts`. Keys that disagree with known ones are refused, unless `replace` takes
 * the known ones out. Revoked keys are always refused. Gives the file that was written.
 */
export async function trustHost(offered: HostKeys, options: { readonly replace: boolean }): Promise<string> {
  const { hop, keys } = offered;
  const [file] = hop.knownHosts;
  if (file === undefined)
    throw new TransportError('setup', `there is no known_hosts file to write the keys of ${hop.name} to`);
  if (keys.length === 0)
    throw new TransportError('unreachable', `${hop.name} offers no host key that homerun understands`);
  const bad = keys.find(({ state }) => state === 'revoked') ?? keys.find(({ state }) => state === 'changed');
  if (bad && (bad.state === 'revoked' || !options.replace)) {
    const refusal = refuseHostKey(hop, await readKnownHosts(hop.knownHosts), bad.key);
    if (refusal) throw refusal;
  }
  const all = keys.map(({ key }) => key);
  const added = keys.filter(({ state }) => state !== 'match').map(({ key }) => key);
  await changeKnownHosts(file, (text) =>
    options.replace ? replaceKnownHosts(text, hop.knownAs, all) : appendKnownHosts(text, hop.knownAs, added),
  );
  return file;
}

/** Undefined where the host has no key of that kind. */
async function fetchKey(
  hop: Hop,
  way: Way,
  algorithms: readonly HostKeyAlgorithm[],
): Promise<HostKey | undefined> {
  let found: HostKey | undefined;
  const stop = new TransportError('setup', 'the key has been seen');
  try {
    const client = await dial(hop, way, {
      algorithms,
      judge: (key) => {
        found = key;
        return Promise.resolve(stop);
      },
      login: (_methods, _partial, next) => next('none'),
      explainLogin: () => stop,
      deadline: new Deadline(hop.connectTimeout),
      keepAlive: { seconds: 0, count: 0 },
    });
    client.destroy();
  } catch (error) {
    const isOtherKind = error instanceof TransportError && /no matching host key/.test(error.message);
    if (error !== stop && !isOtherKind) throw error;
  }
  return found;
}

function show(key: HostKey): ShownKey {
  return { type: key.type, fingerprint: fingerprint(key) };
}
