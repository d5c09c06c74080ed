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
  /** Frames whose other half has not come yet; what is answered is let go. */
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
    const place = this.#answered.length + this.#frames[stream].length;
    const expected = String(this.#firstSequence + place);
    if (frame.label !== expected)
      return this.reject(new Error(`marker ${frame.label} came on ${stream} in the place of ${expected}`));
    this.#frames[stream].push(frame);
    const [stdout] = this.#frames.stdout;
    const [stderr] = this.#frames.stderr;
    if (!stdout || !stderr) return;
    this.#frames.stdout.shift();
    this.#frames.stderr.shift();
    this.stop();
    this.#answered.push(replyOf(stdout, stderr, this.#requests[this.#answered.length]));
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

function replyOf(stdout: Frame, stderr: Frame, request: Request | undefined): Reply {
  if (stdout.value === 'skipped') return undefined;
  const code = Number(stdout.value);
  const [stderrText, at] = [stderr.body.toString(), Date.now()];
  if (request?.receive) {
    if (code === 0) request.receive(stdout.body);
    return { code, stdout: '', stderr: stderrText, bytes: Buffer.alloc(0), at };
  }
  return { code, stdout: stdout.body.toString(), stderr: stderrText, bytes: stdout.body, at };
}
