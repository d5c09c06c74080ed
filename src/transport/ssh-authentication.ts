import type { AnyAuthMethod, AuthHandlerMiddleware, NextAuthHandler, ParsedKey } from 'ssh2';
import { askOnce, forget } from './ask.ts';
import type { Hop } from './ssh-hops.ts';
import { decryptKey, readAgent, readKeyFile, readPublicKey, showPath, type Agent } from './ssh-keys.ts';
import type { SshOptions } from './ssh-options.ts';
import { TransportError } from './transport.ts';

type Methods = readonly string[] | null;
type Attempts = AsyncGenerator<AnyAuthMethod, void, Methods>;

/** How a login is tried, one way after the other, and what to say when none was good. */
export class Authenticator {
  readonly #hop: Hop;
  readonly #options: SshOptions;
  readonly #hold: <T>(ask: () => Promise<T>) => Promise<T>;
  readonly #tried: string[] = [];
  #accepted: Methods = null;
  #failure: unknown;

  /** `hold` stops the clock of the connection while the user is asked something. */
  constructor(hop: Hop, options: SshOptions, hold: <T>(ask: () => Promise<T>) => Promise<T>) {
    this.#hop = hop;
    this.#options = options;
    this.#hold = hold;
  }

  /** For ssh2, which calls it for the first way and after each refusal. */
  get handler(): AuthHandlerMiddleware {
    const attempts = this.#attempts();
    const answer = async (methods: Methods, next: NextAuthHandler): Promise<void> => {
      this.#accepted = methods ?? this.#accepted;
      try {
        const attempt = await attempts.next(methods);
        next(attempt.done === true ? GIVE_UP : attempt.value);
      } catch (error) {
        this.#failure = error;
        next(GIVE_UP);
      }
    };
    // Nothing is returned: ssh2 would take it for an attempt. The methods are null before the first refusal.
    return (methods, _partial, next) => void answer(methods, next);
  }

  explain(): TransportError {
    const { name, user } = this.#hop;
    forget(passwordKey(this.#hop));
    if (this.#failure instanceof TransportError) return this.#failure;
    const triedPassword = this.#tried.some((way) => way === 'password' || way === 'keyboard-interactive');
    const methods = this.#accepted === null ? '' : `; ${name} takes ${this.#accepted.join(', ')}`;
    return new TransportError(
      'authentication',
      `${name} refused the login of ${user}: tried ${this.#tried.join(', ') || 'nothing'}`,
      {
        hint: `check the user's name${triedPassword ? ', the password' : ''}, and that its authorized_keys has one of your keys${methods}`,
        cause: this.#failure,
      },
    );
  }

  async *#attempts(): Attempts {
    const files = await Promise.all(
      this.#hop.identityFiles.map(async (path) => ({ path, file: await readKeyFile(path) })),
    );
    let methods: Methods = null;
    const takes = (method: string): boolean => methods?.includes(method) !== false;
    for (const { path, file } of files) {
      if (file.kind === 'bad') this.#tried.push(`${showPath(path)} (unusable: ${file.text})`);
      if (file.kind === 'missing' && this.#hop.isIdentityNamed)
        this.#tried.push(`${showPath(path)} (missing)`);
      if (file.kind === 'key' && takes('publickey')) methods = yield this.#withKey(path, file.key);
    }
    const agent = takes('publickey') ? await this.#agent() : undefined;
    if (agent) methods = yield agent.method;
    for (const { path, file } of files) {
      if (file.kind !== 'encrypted' || !takes('publickey')) continue;
      if (await this.#isTried(path, agent?.blobs ?? [])) continue;
      const key = await this.#decrypt(path, file.bytes);
      if (key) methods = yield this.#withKey(path, key);
    }
    // Asked for nothing, a host says which ways it takes; some let in whoever the network vouches for.
    methods ??= yield { type: 'none', username: this.#hop.user };
    yield* this.#passwords(methods);
  }

  #withKey(path: string, key: ParsedKey): AnyAuthMethod {
    this.#tried.push(showPath(path));
    return { type: 'publickey', username: this.#hop.user, key };
  }

  async #agent(): Promise<{ method: AnyAuthMethod; blobs: readonly Buffer[] } | undefined> {
    const { agentSocket, identitiesOnly, identityFiles, user } = this.#hop;
    if (agentSocket === undefined) {
      this.#tried.push('no agent');
      return undefined;
    }
    let agent: Agent;
    try {
      agent = await readAgent(agentSocket);
    } catch {
      // A dead agent is one way less, and shown as such if no other works.
      this.#tried.push('agent (it does not answer)');
      return undefined;
    }
    const own = await Promise.all(identityFiles.map(readPublicKey));
    const isOwn = (blob: Buffer): boolean => own.some((other) => other?.equals(blob));
    // The user's choice first: a host hangs up after a few wrong keys.
    const blobs = [
      ...agent.blobs.filter(isOwn),
      ...(identitiesOnly ? [] : agent.blobs.filter((blob) => !isOwn(blob))),
    ];
    this.#tried.push(`agent (${blobs.length} ${blobs.length === 1 ? 'key' : 'keys'})`);
    if (blobs.length === 0) return undefined;
    return { method: { type: 'agent', username: user, agent: agent.only(blobs) }, blobs };
  }

  async #isTried(path: string, blobs: readonly Buffer[]): Promise<boolean> {
    const own = await readPublicKey(path);
    return own !== undefined && blobs.some((blob) => blob.equals(own));
  }

  async #decrypt(path: string, bytes: Buffer): Promise<ParsedKey | undefined> {
    const { askPassphrase } = this.#options;
    const key = askPassphrase && (await this.#hold(() => decryptKey(path, bytes, askPassphrase)));
    if (!key)
      this.#tried.push(
        `${showPath(path)} (encrypted, ${askPassphrase ? 'no right passphrase' : 'nobody to ask'})`,
      );
    return key;
  }

  async *#passwords(methods: Methods): Attempts {
    const ways = ['password', 'keyboard-interactive'].filter((way) => methods?.includes(way) !== false);
    if (ways.length === 0) return;
    const password = await this.#password();
    if (password === undefined) {
      this.#tried.push('no password');
      return;
    }
    for (const way of ways) {
      this.#tried.push(way);
      const username = this.#hop.user;
      if (way === 'password') yield { type: 'password', username, password };
      else
        yield {
          type: 'keyboard-interactive',
          username,
          prompt: (_name, instructions, _language, prompts, finish) => {
            const isExpired = EXPIRED.test([instructions, ...prompts.map((each) => each.prompt)].join('\n'));
            // The host would take our answers for the new password.
            if (isExpired) this.#failure = this.#expired();
            finish(prompts.map(({ echo }) => (isExpired || echo === true ? '' : password)));
          },
        };
    }
  }

  #expired(): TransportError {
    const { name, user } = this.#hop;
    return new TransportError('authentication', `the password of ${user} on ${name} has expired`, {
      hint: 'log in once by hand with `ssh` and set a new password',
    });
  }

  async #password(): Promise<string | undefined> {
    const { password, user, address } = this.#hop;
    if (password) return password.reveal();
    const { askPassword } = this.#options;
    if (!askPassword) return undefined;
    return await this.#hold(() => askOnce(passwordKey(this.#hop), () => askPassword(`${user}@${address}`)));
  }
}

/** What PAM says and asks where the password is right and must be changed. */
const EXPIRED = /new (?:unix )?password|retype|current (?:unix )?password|required to change|has expired/i;

// `false` ends the attempts; the types of ssh2 do not know it.
const GIVE_UP = false as unknown as AnyAuthMethod;

function passwordKey(hop: Hop): string {
  return `password ${hop.user}@${hop.address}:${hop.port}`;
}
