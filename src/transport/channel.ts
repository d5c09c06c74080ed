/** A program that runs on a host, with its three streams. */
export interface Channel {
  /** Queues bytes for its stdin; everything of one call leaves in one piece. */
  write(text: string): void;
  /** Closes it; what still runs there is not ended by that. */
  close(): void;
}

/** What a channel tells. Nothing comes after `end`. */
export interface ChannelListener {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  end(end: ChannelEnd): void;
}

/** How a program ended; `lost` where the way to it broke instead, with the reason. */
export interface ChannelEnd {
  readonly code?: number;
  /** `SIGKILL`. */
  readonly signal?: string;
  readonly lost?: string;
}

/** Starts a program: `command` is for the login shell of the connection's user, whichever that is. */
export type OpenChannel = (command: string, listener: ChannelListener) => Promise<Channel>;

/** `exit code 3`, `SIGKILL`. */
export function describeEnd(end: ChannelEnd): string {
  if (end.lost !== undefined) return end.lost;
  if (end.signal !== undefined) return end.signal;
  return end.code === undefined ? 'no exit code' : `exit code ${end.code}`;
}

/** Milliseconds for the last output of a dead shell: a background job that holds its streams must not hold us. */
const DRAIN = 200;

/** Tells the end of a channel once: when all its streams are closed, or soon after its program has exited. */
export class EndTeller {
  readonly #tell: (end: ChannelEnd) => void;
  #exit: ChannelEnd | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(tell: (end: ChannelEnd) => void) {
    this.#tell = tell;
  }

  exited(end: ChannelEnd): void {
    if (this.#isOver) return;
    this.#exit = end;
    this.#timer = setTimeout(() => this.closed({}), DRAIN);
  }

  closed(end: ChannelEnd): void {
    if (this.#isOver) return;
    this.silence();
    this.#tell(this.#exit ?? end);
  }

  /** Nobody wants to know any more. */
  silence(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
