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
