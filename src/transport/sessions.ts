import type { Become } from '../model/playbook.ts';
import { launchShell, type Launch } from './become.ts';
import type { OpenChannel } from './channel.ts';
import { killTree } from './kill-tree.ts';
import { startShell, type Shell } from './shell.ts';
import { TransportError, type Reply, type Request, type Session } from './transport.ts';

/** sshd allows ten sessions on a connection; closed ones linger, and ending a script takes one more. */
const MOST_SHELLS = 3;

/** Seconds that the ending of a script may take before it is left to itself. */
const KILL_LIMIT = 10;

/** The shells of one host, one for each user that was asked for. */
export class Sessions {
  readonly #host: string;
  readonly #open: OpenChannel;
  readonly #shell: string | undefined;
  readonly #sessions = new Map<string, ShellSession>();

  /** `shell` is the command of the shell, `sh` by default. */
  constructor(host: string, open: OpenChannel, shell?: string) {
    this.#host = host;
    this.#open = open;
    this.#shell = shell;
  }

  /** The same session for equal arguments. `loginUser` needs no `sudo` to become itself. */
  get(become: Become | undefined, loginUser: string): Session {
    const needed = become?.user === loginUser ? undefined : become;
    const key = needed ? [needed.method, needed.user, needed.password?.reveal() ?? ''].join('\0') : '';
    const known = this.#sessions.get(key);
    if (known) return known;
    const launch = launchShell(this.#host, needed, this.#shell);
    const session = new ShellSession(launch, this.#open, () => this.#makeRoom());
    this.#sessions.set(key, session);
    return session;
  }

  close(): void {
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  #makeRoom(): void {
    const open = [...this.#sessions.values()].filter((session) => session.isOpen);
    const idle = open.filter((session) => session.isIdle);
    for (const session of idle.slice(0, Math.max(0, open.length - MOST_SHELLS + 1))) session.park();
  }
}

class ShellSession implements Session {
  exchanges = 0;
  readonly #launch: Launch;
  readonly #open: OpenChannel;
  readonly #makeRoom: () => void;
  #shell: Shell | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isClosed = false;

  constructor(launch: Launch, open: OpenChannel, makeRoom: () => void) {
    this.#launch = launch;
    this.#open = open;
    this.#makeRoom = makeRoom;
  }

  get isOpen(): boolean {
    return this.#shell?.alive === true;
  }

  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  async run(
    requests: readonly Request[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Reply[]> {
    if (requests.length === 0) return [];
    this.#waiting += 1;
    const result = this.#turn.then(() => this.#runNow(requests, options.signal));
    this.#turn = result.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await result;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Ends the shell; the next run opens another. */
  park(): void {
    this.#shell?.close();
    this.#shell = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.park();
  }

  async #runNow(requests: readonly Request[], signal: AbortSignal | undefined): Promise<readonly Reply[]> {
    const { host } = this.#launch;
    if (this.#isClosed) throw new TransportError('setup', `the connection to ${host} has been closed`);
    if (signal?.aborted) throw interrupted(host);
    const shell = this.isOpen && this.#shell ? this.#shell : await this.#start(signal);
    this.exchanges += 1;
    return await shell.run(requests, signal);
  }

  async #start(signal: AbortSignal | undefined): Promise<Shell> {
    this.#makeRoom();
    const shell = await unlessAborted(
      startShell(this.#launch, this.#open, (pid) => this.#endProcesses(pid)),
      this.#launch.host,
      signal,
    );
    if (this.#isClosed) shell.close();
    this.#shell = shell;
    return shell;
  }

  /** The shell is busy with what has to end, so this takes a second one, of the same user. */
  async #endProcesses(pid: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      const error = new Error(`${this.#launch.host} did not answer within ${KILL_LIMIT} s`);
      timer = setTimeout(() => reject(error), KILL_LIMIT * 1000);
    });
    try {
      await Promise.race([this.#kill(pid), limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #kill(pid: number): Promise<void> {
    const helper = await startShell(this.#launch, this.#open, () => Promise.resolve());
    try {
      await helper.run([{ script: killTree(pid) }]);
    } finally {
      helper.close();
    }
  }
}

/** Gives a shell up when the signal comes first; it is closed when it arrives after all. */
async function unlessAborted(
  starting: Promise<Shell>,
  host: string,
  signal: AbortSignal | undefined,
): Promise<Shell> {
  if (!signal) return await starting;
  return await new Promise((resolve, reject) => {
    const onAbort = (): void => {
      starting.then(
        (shell) => shell.close(),
        () => undefined,
      );
      reject(interrupted(host));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    starting.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function interrupted(host: string): TransportError {
  return new TransportError('aborted', `interrupted before a script was sent to ${host}`);
}
