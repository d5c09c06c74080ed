import type { ZodType } from 'zod';
import type { Script } from './script.ts';
import type { Secret } from './secret.ts';
import type { Value, ValueMap } from './value.ts';

/**
 * A task module: a pure description of how to look at a host, and of what to do about what was seen.
 * Neither `probe` nor `plan` does I/O, reads a clock or draws a random number, so that check mode, diff,
 * `changed` and idempotence follow from the shape alone.
 */
export interface Module<Params = unknown, State = unknown> {
  readonly name: string;
  /** One sentence, without the module's name. */
  readonly summary: string;
  /** More for the docs page, in Markdown. */
  readonly description?: string;
  readonly params: ZodType<Params>;
  /** Other words for its parameters, as Ansible has them: alias → parameter. `probe` and `plan` see the parameter. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Parameters of Ansible's that are left out on purpose, and what to write instead; their aliases too. */
  readonly unsupported?: Readonly<Record<string, string>>;
  /** Parameters that the language prepares before `probe` sees them; they arrive in `Inputs`. */
  readonly inputs?: Readonly<Record<string, InputKind>>;
  /** Parameter whose `true` says that the inputs lie on the host and are not to be loaded: `remote_src`. */
  readonly inputsUnless?: string;
  /** Where on the controller it writes, for modules that do; what is there by now arrives in the input `destination`. */
  destination?(params: Params, host: string): Destination;
  /** For `command: ls -l`: the parameter that a bare text value stands for. */
  readonly freeForm?: string;
  readonly examples: readonly Example[];
  /** What `register` gets besides `changed`, `failed`, `rc`, `stdout`…: name and one line each, for the docs. */
  readonly returns?: Readonly<Record<string, string>>;
  /** Read-only shell text and how to read its answer, or a state that needs no host. */
  probe(params: Params, inputs: Inputs): Probe<State>;
  /** An empty list means "as asked". */
  plan(state: State, params: Params, inputs: Inputs): Plan;
  /** Values for `register`. `outputs` has one entry for each action that ran, in order; empty in check mode. */
  result?(state: State, params: Params, outputs: readonly Output[], inputs: Inputs): ValueMap;
  /** Values that become variables of the host, as `set_fact` does. */
  facts?(params: Params): ValueMap;
}

/**
 * - `file`: a path on the controller (searched beside the playbook, in `files/`, beside the task file);
 *   read as bytes; a folder gives all its files.
 * - `template`: the same, searched in `templates/`; rendered as a template to text.
 * - `script`: a command line whose first word is such a path.
 * - `expression`: one expression or a list of them, evaluated to values.
 */
export type InputKind = 'file' | 'template' | 'script' | 'expression';

export type Inputs = Readonly<Record<string, Input>>;

export type Input =
  | {
      readonly kind: 'files';
      readonly source: string;
      readonly isFolder: boolean;
      readonly files: readonly LoadedFile[];
      /** Folders inside of a folder, relative to it, parents first. */
      readonly folders?: readonly string[];
    }
  | { readonly kind: 'values'; readonly values: readonly { readonly text: string; readonly value: Value }[] }
  | {
      readonly kind: 'destination';
      /** Absolute. */
      readonly folder: string;
      /** The folder as its author would type it. */
      readonly shown: string;
      readonly files: readonly StoredFile[];
    };

/** A place on the controller. */
export interface Destination {
  /** Relative to the folder of the playbook, absolute, or in the home folder (`~/…`). */
  readonly folder: string;
  /** Inside of the folder. One that begins with `~` stands for every path that ends as it does: the host knows which. */
  readonly path: string;
}

/** What stands on the controller already. */
export interface StoredFile {
  /** Relative to the destination's folder. */
  readonly path: string;
  readonly type: 'file' | 'folder' | 'other';
  /** Of a file. */
  readonly sha256: string;
  /** What is in it, where that is text that can be shown. */
  readonly text?: string;
}

export interface LoadedFile {
  /** Relative to the folder named; the file's own name where a file was named. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The text of `bytes`, where a secret stands in it: it is neither shown nor left for others to read. */
  readonly secret?: Secret;
  /** Mode of the file on the controller, four octal digits. */
  readonly mode: string;
}

/** A task as it would be written, run as a test on a real `sh` in an empty folder, and printed in the docs. */
export interface Example {
  readonly title: string;
  /** The YAML of one task. */
  readonly yaml: string;
  /** Why it cannot run in an unprivileged folder; it is then proven in the rehearsal instead. */
  readonly needs?: 'root' | 'systemd' | 'network';
}

export type Probe<State> =
  | { readonly kind: 'ask'; readonly script: Script; readonly parse: (answer: Output) => State }
  | { readonly kind: 'known'; readonly state: State };

/** What a script gave back. */
export interface Output {
  readonly code: number;
  /** Decoded as UTF-8, nothing trimmed. */
  readonly stdout: string;
  readonly stderr: string;
  /** The bytes of stdout, for what is not text. */
  readonly bytes: Uint8Array;
  /** When it came, in milliseconds since 1970 by the clock of the controller; every transport says it. */
  readonly at?: number;
}

export type Plan = readonly Change[] | Failure;

/** One thing that differs from what was asked, and how to put it right. */
export interface Change {
  /** A short line in the imperative: `create /etc/motd`, `install cron`. */
  readonly summary: string;
  /** What is and what will be; both texts of several lines are shown as a unified diff. */
  readonly before?: string;
  readonly after?: string;
  /** What `before` and `after` are, e.g. a path, for the diff's head. */
  readonly subject?: string;
  readonly actions: readonly Action[];
  /** The host goes away and comes back behind the actions: nothing else is asked before that. */
  readonly awaits?: Return;
  /** Its answer is all that it is for: in check mode the result is unknown. */
  readonly asks?: boolean;
  /** It does work that changes nothing that was asked for, such as waiting: not counted as changed, not run in check mode. */
  readonly harmless?: boolean;
}

/** How to tell that a host is back. Each time it is asked over a new connection. */
export interface Return {
  readonly script: Script;
  readonly isBack: (answer: Output) => boolean;
  /** Seconds before the first time, between two, and in all. */
  readonly delay: number;
  readonly pause: number;
  readonly timeout: number;
}

export type Action =
  | {
      readonly kind: 'run';
      readonly script: Script;
      /** Exit codes that are no failure; default only 0. `any`: the module judges in `plan`'s successor or the author in `failed_when`. */
      readonly okCodes?: readonly number[] | 'any';
      /** Seconds; default is the task's. */
      readonly timeout?: number;
    }
  | { readonly kind: 'upload'; readonly bytes: Uint8Array; readonly path: string; readonly mode?: string }
  | Save;

/** Brings a file of the host to the controller, where it replaces what is there whole or not at all. */
export interface Save {
  readonly kind: 'save';
  /** Absolute path on the host. */
  readonly from: string;
  /** Bytes of it. */
  readonly size: number;
  /** What must have arrived; absent: whatever arrives is taken. */
  readonly sha256?: string;
  /** Absolute path on the controller. Folders that it needs are made. */
  readonly to: string;
  /** Nobody but the user of the controller may read it. */
  readonly isPrivate: boolean;
}

/** Why a task could not be done; said to the operator. */
export interface Failure {
  readonly failed: string;
  /** The next step to take. */
  readonly hint?: string;
}

/** Declares a module; exists for its types alone. */
export function defineModule<Params, State>(module: Module<Params, State>): Module<Params, State> {
  return module;
}

/** A probe that asks the host. */
export function ask<State>(script: Script, parse: (answer: Output) => State): Probe<State> {
  return { kind: 'ask', script, parse };
}

/** A probe that needs no host. */
export function known<State>(state: State): Probe<State> {
  return { kind: 'known', state };
}

export function isFailure(plan: Plan): plan is Failure {
  return !Array.isArray(plan);
}

export function run(
  script: Script,
  options: { okCodes?: readonly number[] | 'any'; timeout?: number } = {},
): Action {
  return { kind: 'run', script, ...options };
}
