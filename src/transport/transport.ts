import type { Output } from '../model/module.ts';
import type { Become } from '../model/playbook.ts';
import type { Script } from '../model/script.ts';
import type { Secret } from '../model/secret.ts';

/** A way to one host. All I/O on hosts goes through here. Opens lazily: the first session connects. */
export interface Transport {
  /** The long-lived shell of one user; absent: the user of the connection. The same one for equal arguments. */
  session(become?: Become): Promise<Session>;
  /** Ends all sessions and the connection. Never rejects. */
  close(): Promise<void>;
}

/** One long-lived `sh`. Reopens by itself after a time-out or after a script that killed it. */
export interface Session {
  /**
   * Sends all requests in one write and resolves with the replies in their order.
   * Rejects with a `TransportError` where the connection or the shell was lost; `replies` of it tells what had been answered.
   */
  run(requests: readonly Request[], options?: { readonly signal?: AbortSignal }): Promise<readonly Reply[]>;
  /** How many writes-and-waits `run` has made: round trips, exactly. */
  readonly exchanges: number;
}

export interface Request {
  readonly script: Script;
  /** Environment of this script alone, exported before it. */
  readonly environment?: Readonly<Record<string, string | Secret>>;
  /**
   * Part of the batch's chain: it is skipped where an earlier chained request ended with a code that is not in
   * that request's `okCodes` (default 0 alone). Requests outside the chain always run.
   */
  readonly chained?: { readonly okCodes?: readonly number[] | 'any' };
  /** Takes what it prints, once it has ended well; its reply then holds nothing of that. Must not throw. */
  readonly receive?: (bytes: Uint8Array) => void;
  /** Seconds that it may take, counted from when its turn comes; none by default. */
  readonly timeout?: number;
}

/** `undefined`: skipped, because the chain had broken. */
export type Reply = Output | undefined;

export type TransportErrorKind =
  | 'unreachable'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'authentication'
  | 'become'
  | 'lost'
  | 'shell-ended'
  | 'timeout'
  | 'overflow'
  | 'aborted'
  | 'setup';

/** Anything between us and a script's exit code. The message is one short line; the hint is the next step. */
export class TransportError extends Error {
  readonly kind: TransportErrorKind;
  readonly hint: string | undefined;
  /** What had been answered of the batch before it broke. */
  readonly replies: readonly Reply[];

  constructor(
    kind: TransportErrorKind,
    message: string,
    options: { hint?: string; replies?: readonly Reply[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'TransportError';
    this.kind = kind;
    this.hint = options.hint;
    this.replies = options.replies ?? [];
  }
}
