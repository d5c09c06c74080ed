import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { BaseAgent, ParsedKey, PublicKeyEntry } from 'ssh2';
import { askOnce } from './ask.ts';

/** A key file, read. `text`: why it cannot be used, for the user. */
export type KeyFile =
  | { readonly kind: 'key'; readonly key: ParsedKey }
  | { readonly kind: 'missing' }
  | { readonly kind: 'encrypted'; readonly bytes: Buffer }
  | { readonly kind: 'bad'; readonly text: string };

const PASSPHRASE_TRIES = 3;

/** Reads a private key, without asking for anything. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const earlier = decrypted.get(path);
  if (earlier) return { kind: 'key', key: earlier };
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' };
    return { kind: 'bad', text: error instanceof Error ? error.message : String(error) };
  }
  const key = await parse(bytes);
  if (!(key instanceof Error)) {
    return key.isPrivateKey() ? { kind: 'key', key } : { kind: 'bad', text: 'it is a public key' };
  }
  return /encrypted/i.test(key.message) ? { kind: 'encrypted', bytes } : { kind: 'bad', text: key.message };
}

/** Opens an encrypted key with a passphrase that the user is asked for once, however many hosts want the key. */
export async function decryptKey(
  path: string,
  bytes: Buffer,
  ask: (path: string) => Promise<string | undefined>,
): Promise<ParsedKey | undefined> {
  return await askOnce(`passphrase ${path}`, async () => {
    for (let attempt = 0; attempt < PASSPHRASE_TRIES; attempt++) {
      const passphrase = await ask(path);
      if (passphrase === undefined) return undefined;
      const key = await parse(bytes, passphrase);
      if (key instanceof Error) continue;
      decrypted.set(path, key);
      return key;
    }
    return undefined;
  });
}

/** The public key that lies beside a private one, where it does. */
export async function readPublicKey(path: string): Promise<Buffer | undefined> {
  try {
    const [, base64 = ''] = (await readFile(`${path}.pub`, 'latin1')).split(' ');
    return Buffer.from(base64, 'base64');
  } catch {
    // Not every key has one; it only helps to choose.
    return undefined;
  }
}

/** What an agent holds. Rejects where it does not answer. */
export async function readAgent(socket: string): Promise<Agent> {
  const { default: ssh2 } = await import('ssh2');
  const agent = ssh2.createAgent(socket);
  const identities = await new Promise<readonly Identity[]>((resolve, reject) => {
    agent.getIdentities((error, keys) => (error ? reject(error) : resolve(keys ?? [])));
  });
  const blobs = identities.map(blobOf);
  return {
    blobs,
    only(wanted) {
      const some = identities.filter((_, index) => wanted.some((blob) => blobs[index]?.equals(blob)));
      const offered = Object.create(agent) as BaseAgent;
      offered.getIdentities = (callback) => callback(undefined, [...some] as ParsedKey[]);
      return offered;
    },
  };
}

export interface Agent {
  readonly blobs: readonly Buffer[];
  /** The same agent with some of its keys. */
  only(wanted: readonly Buffer[]): BaseAgent;
}

/** A path as the user would write it. */
export function showPath(path: string): string {
  const home = `${homedir()}/`;
  return path.startsWith(home) ? `~/${path.slice(home.length)}` : path;
}

type Identity = ParsedKey | Buffer | string | PublicKeyEntry;

const decrypted = new Map<string, ParsedKey>();

async function parse(bytes: Buffer, passphrase?: string): Promise<ParsedKey | Error> {
  const { default: ssh2 } = await import('ssh2');
  return ssh2.utils.parseKey(bytes, passphrase);
}

function blobOf(identity: Identity): Buffer {
  if (Buffer.isBuffer(identity)) return identity;
  if (typeof identity === 'string') return Buffer.from(identity);
  if ('getPublicSSH' in identity) return identity.getPublicSSH();
  return blobOf(identity.pubKey as Identity);
}
