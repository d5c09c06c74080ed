import { randomBytes } from 'node:crypto';
import { converse, explainStart, type Launch } from './become.ts';
import { Batch } from './batch.ts';
import { describeEnd, type Channel, type ChannelEnd, type OpenChannel } from './channel.ts';
import { encodeBatch, encodePreamble, FrameReader, type Frame } from './framing.ts';
import type { Reply, Request } from './transport.ts';

/** Seconds that a shell may take to start: a `sudo` whose host cannot resolve its own name waits ten. */
const START_LIMIT = 60;

/** Bytes that a script may print on one stream: the longest text that JavaScript takes has twice as many. */
const MOST_OUTPUT = 256 * 2 ** 20;

/** Ends a process on the host with all that it started; resolves when they are gone. */
export type EndProcesses = (pid: number) => Promise<void>;

type Stop = 'timeout' | 'overflow' | 'aborted';

/** Starts a shell. Where no password is needed, its set-up travels with the first batch. */
export async function startShell(
  launch: Launch,
  open: OpenChannel,
  endProcesses: EndProcesses,
): Promise<Shell> {
  const shell = new Shell(launch, endProcesses);
  const listener = {
    stdout: (chunk: Buffer) => shell.hear('stdout', chunk),
    stderr: (chunk: Buffer) => shell.hear('stderr', chunk),
    end: (end: ChannelEnd) => shell.onEnd(end),
  };
  shell.attach(
    launch.dialogue
      ? await converse(launch, launch.dialogue, open, listener, START_LIMIT)
      : await open(launch.command, listener),
  );
  return shell;
}

/** One running `sh`. It dies for good with its channel. */
export class Shell {
  readonly #launch: Launch;
  readonly #endProcesses: EndProcesses;
  readonly #nonce = randomBytes(16).toString('hex');
  readonly #readers = { stdout: new FrameReader(this.#nonce), stderr: new FrameReader(this.#nonce) };
  #channel: Channel | undefined;
  #end: ChannelEnd | undefined;
  #sequence = 0;
  #pid: number | undefined;
  /** What was said until the shell was there, by which a failed start is explained; nologin says it on stdout. */
  #said = '';
  #batch: Batch | undefined;
  #startTimer: NodeJS.Timeout | undefined;
  #onHello: (() => void) | undefined;
  /** Its script is being ended: what it still says, even that it is done, counts no more. */
  #isAbandoned = false;

  constructor(launch: Launch, endProcesses: EndProcesses) {
    this.#launch = launch;
    this.#endProcesses = endProcesses;
  }

  attach(channel: Channel): void {
    this.#channel = channel;
  }

  get alive(): boolean {
    return this.#end === undefined;
  }

  /** One write, one reply for each request. Not to be called again before it has settled. */
  async run(requests: readonly Request[], signal?: AbortSignal): Promise<readonly Reply[]> {
    const isFirst = this.#sequence === 0;
    const text = encodeBatch(requests, this.#nonce, this.#sequence);
    const { host } = this.#launch;
    const batch = new Batch(requests, this.#sequence, (seconds) =>
      this.#stop('timeout', `the script ran longer than ${seconds} s on ${host} and was ended`),
    );
    const onAbort = (): void => this.#stop('aborted', `interrupted while a script ran on ${host}`);
    this.#sequence += requests.length;
    this.#batch = batch;
    signal?.addEventListener('abort', onAbort, { once: true });
    if (this.#end) this.onEnd(this.#end);
    else this.#channel?.write(isFirst ? encodePreamble(this.#nonce) + text : text);
    if (this.#pid !== undefined) batch.start();
    else this.#startTimer = setTimeout(() => this.#failStart('silent'), START_LIMIT * 1000);
    try {
      return await batch.replies;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      clearTimeout(this.#startTimer);
      this.#batch = undefined;
    }
  }

  close(): void {
    this.#end ??= {};
    this.#batch?.fail('aborted', `the connection to ${this.#launch.host} was closed while a script ran`);
    this.#channel?.close();
  }

  hear(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    if (this.#said.length < 10_000 && this.#pid === undefined) this.#said += chunk.toString();
    if (this.#isAbandoned && this.#pid !== undefined) return;
    const reader = this.#readers[stream];
    for (const frame of reader.push(chunk)) {
      if (frame.label === 'hello') this.#greet(stream, frame);
      else if (!this.#isAbandoned) this.#batch?.take(stream, frame);
    }
    if (reader.size > MOST_OUTPUT)
      this.#stop('overflow', `the script printed more than 256 MB on ${this.#launch.host} and was ended`);
  }

  onEnd(end: ChannelEnd): void {
    this.#end = end;
    this.#onHello?.();
    if (this.#isAbandoned) return;
    const { host } = this.#launch;
    if (end.lost !== undefined)
      this.#batch?.fail('lost', `connection to ${host} lost while a script ran: ${end.lost}`);
    else if (this.#pid === undefined) this.#failStart(end);
    else
      this.#batch?.fail(
        'shell-ended',
        `the shell of ${this.#launch.whose} ended before the script did (${describeEnd(end)})`,
      );
  }

  #greet(stream: 'stdout' | 'stderr', frame: Frame): void {
    if (stream === 'stderr') return;
    this.#pid = Number(frame.value);
    clearTimeout(this.#startTimer);
    this.#onHello?.();
    if (!this.#isAbandoned) this.#batch?.start();
  }

  #failStart(end: ChannelEnd | 'silent'): void {
    this.#batch?.reject(explainStart(this.#launch, this.#said, end));
    this.close();
  }

  #stop(kind: Stop, message: string): void {
    const batch = this.#batch;
    this.#abandon(kind, message).catch((error: unknown) => batch?.reject(error));
  }

  /** Ends what runs on the host before it says so: the next run must not meet the rest of this one. */
  async #abandon(kind: Stop, message: string): Promise<void> {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    const batch = this.#batch;
    batch?.stop();
    await this.#hello();
    let remark = '';
    try {
      if (this.#pid !== undefined && this.alive) await this.#endProcesses(this.#pid);
    } catch (error) {
      remark = `; it may still run there: ${error instanceof Error ? error.message : String(error)}`;
    }
    const known = remark === '' ? message : message.replace(' and was ended', ' and was given up');
    batch?.fail(kind, known + remark);
    this.close();
  }

  /** A shell that has not said its process number yet may already hold the scripts: wait for it. */
  async #hello(): Promise<void> {
    if (this.#pid !== undefined || this.#end) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 5000);
      this.#onHello = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
