/** What a command may know of the world outside: given by `cli.ts`, which alone touches `process`. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  /** Absolute path of the running program, to start it again in another network namespace. */
  readonly program: readonly string[];
  readonly isTerminal: boolean;
  readonly color: boolean;
  readonly columns: () => number;
  readonly rows: () => number;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Whether somebody is there to answer a question. */
  readonly canAsk: boolean;
  /** Asks a person. Rejects with a UsageError where nobody is there to answer. */
  readonly ask: (question: string, options?: { readonly hidden?: boolean }) => Promise<string>;
  /** All of standard input, for what is not typed. */
  readonly input: () => Promise<string>;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly interrupted: AbortSignal;
}

export const exitCode = {
  fine: 0,
  taskFailed: 1,
  badInput: 2,
  unreachable: 3,
  differences: 4,
  ourBug: 70,
  interrupted: 130,
} as const;

/** A wrong call of a command; printed without a stack, exit code 2. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}
