import type { Frame } from './framing.ts';
import { TransportError, type Reply, type Request, type TransportErrorKind } from './transport.ts';

/** The requests of one write, and what has come back of them. */
export class Batch {
  /** Settles with the last reply. */
  readonly replies: Promise<readonly Reply[]>;
  readonly #requests: readonly Request[];
  readonly #firstSequence: number;
  readonly #onTimeout: (seconds: number) => void;
  readonly #answered: Reply[] = [];
  readonly #frames = { stdout: [] as Frame[], stderr: [] as Frame[] };
  #resolve: (replies: readonly Reply[]) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #timer: NodeJS.Timeout | undefined;

  constructor(requests: readonly Request[], firstSequence: number, onTimeout: (seconds: number) => void) {
    this.#requests = requests;
    this.#firstSequence = firstSequence;
    this.#onTimeout = onTimeout;
    this.replies = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** The turn of the first request has come: its time runs from now. */
  start(): void {
    const seconds = this.#requests[this.#answered.length]?.timeout;
    if (seconds !== undefined) this.#timer = setTimeout(() => this.#onTimeout(seconds), seconds * 1000);
  }

  /** No time runs any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  take(stream: 'stdout' | 'stderr', frame: Frame): void {
    const expected = String(this.#firstSequence + this.#frames[stream].length);
    if (frame.label !== expected)
      return this.reject(new Error(`marker ${frame.label} came on ${stream} in the place of ${expected}`));
    this.#frames[stream].push(frame);
    const stdout = this.#frames.stdout[this.#answered.length];
    const stderr = this.#frames.stderr[this.#answered.length];
    if (!stdout || !stderr) return;
    this.stop();
    this.#answered.push(replyOf(stdout, stderr));
    if (this.#answered.length === this.#requests.length) this.#resolve(this.#answered);
    else this.start();
  }

  fail(kind: TransportErrorKind, message: string): void {
    this.reject(new TransportError(kind, message, { replies: [...this.#answered] }));
  }

  reject(error: unknown): void {
    this.stop();
    this.#reject(error);
  }
}

function replyOf(stdout: Frame, stderr: Frame): Reply {
  if (stdout.value === 'skipped') return undefined;
  return {
    code: Number(stdout.value),
    stdout: stdout.body.toString(),
    stderr: stderr.body.toString(),
    bytes: stdout.body,
    at: Date.now(),
  };
}
