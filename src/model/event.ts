import type { Failure } from './module.ts';

/** Everything that happens in a run, in order; what a reporter is fed. Texts are already free of secrets. */
export type RunEvent =
  | {
      readonly kind: 'run-started';
      readonly playbook: string;
      readonly hosts: readonly string[];
      readonly check: boolean;
      readonly diff: boolean;
      readonly time: string;
    }
  | {
      readonly kind: 'play-started';
      readonly play: string;
      readonly where: string;
      readonly hosts: readonly string[];
    }
  | { readonly kind: 'host-connecting'; readonly host: string }
  | { readonly kind: 'host-connected'; readonly host: string }
  | {
      readonly kind: 'task-started';
      readonly host: string;
      readonly task: TaskReference;
      readonly item?: string;
    }
  | TaskFinished
  | {
      readonly kind: 'handler-notified';
      readonly host: string;
      readonly handler: string;
      readonly by: string;
    }
  /** An earlier run broke off before it ran this handler; it is run now. */
  | { readonly kind: 'handler-recovered'; readonly host: string; readonly handler: string }
  | {
      readonly kind: 'host-unreachable';
      readonly host: string;
      readonly failure: Failure;
      readonly task?: TaskReference;
      /** The host is well: somebody stopped the run. */
      readonly interrupted?: true;
    }
  | {
      readonly kind: 'play-finished';
      readonly play: string;
      /** Why nothing of the run comes after it: too many hosts have failed. */
      readonly stopped?: string;
    }
  | {
      readonly kind: 'run-finished';
      readonly recap: readonly HostRecap[];
      readonly seconds: number;
      /** Somebody stopped the run before its end. */
      readonly interrupted: boolean;
    };

export interface TaskReference {
  readonly name: string;
  readonly module: string;
  /** `playbooks/router.yaml:12`. */
  readonly where: string;
  readonly handler?: boolean;
}

export interface TaskFinished {
  readonly kind: 'task-finished';
  readonly host: string;
  readonly task: TaskReference;
  readonly item?: string;
  readonly outcome: Outcome;
  readonly changes: readonly ShownChange[];
  /** The task's own `diff: true`: what differs is shown, whether or not `--diff` was given. */
  readonly diff?: true;
  /** For `failed` and `ignored`. */
  readonly failure?: Failure;
  /** For `skipped`: why; for `unknown`: until when; for `debug`: its message. */
  readonly message?: string;
  /** Seconds of wall time that this task took on this host; probes that travelled together are not counted. */
  readonly seconds: number;
  /** What was sent and what came back, for `-v`. Empty with `no_log`. */
  readonly scripts: readonly ShownScript[];
}

/** `unknown`: check mode cannot know it before an earlier task has run. `ignored`: failed, and `ignore_errors` is set. */
export type Outcome = 'ok' | 'changed' | 'failed' | 'ignored' | 'skipped' | 'unknown';

export interface ShownChange {
  readonly summary: string;
  readonly before?: string;
  readonly after?: string;
  readonly subject?: string;
}

export interface ShownScript {
  readonly purpose: 'probe' | 'action';
  readonly text: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HostRecap {
  readonly host: string;
  readonly ok: number;
  readonly changed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly ignored: number;
  /** Tasks of which check mode could not tell. */
  readonly unknown: number;
  readonly unreachable: boolean;
  readonly seconds: number;
  /** Round trips after the shell was up. */
  readonly exchanges: number;
}
