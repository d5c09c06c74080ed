import type { Host } from './inventory.ts';
import type { Failure, Inputs, Module } from './module.ts';
import type { Secret } from './secret.ts';
import type { Value, ValueMap } from './value.ts';

/** A playbook, checked: every name resolved, nothing run yet. */
export interface Playbook {
  readonly path: string;
  readonly plays: readonly Play[];
  /** What its plays want to be asked before the run. */
  readonly prompts?: readonly Prompt[];
}

/** A variable that a person gives (`vars_prompt`). */
export interface Prompt {
  readonly name: string;
  readonly question: string;
  /** For no answer, or where nobody is there to give one. */
  readonly otherwise?: string;
  /** What is typed is not shown, then or later. */
  readonly isHidden: boolean;
  /** Typed twice, so that a slip is noticed. */
  readonly isRepeated: boolean;
}

export interface Play {
  /** Names it in the journal: the same wherever it is run from, and another one for every play of an inventory. */
  readonly id: string;
  readonly name: string;
  /** `playbooks/router.yaml:3`. */
  readonly where: string;
  /** Matched and limited, in the order of the inventory. */
  readonly hosts: readonly Host[];
  readonly tasks: readonly Task[];
  readonly handlers: readonly Task[];
  /** How many hosts are taken at a time, the last number repeated; absent: all of them. */
  readonly serial?: readonly number[];
  /** The play ends for everybody once more than this share of a batch's hosts has failed. */
  readonly maxFailPercentage?: number;
  /** `free`: each host at its own pace; `linear`: task by task in step. */
  readonly strategy: 'free' | 'linear';
}

/** A task before it meets a host. It knows its language; the engine only asks. */
export interface Task {
  /** The same in every run as long as the file does not change: for the journal. */
  readonly id: string;
  readonly name: string;
  readonly module: string;
  readonly where: string;
  readonly register?: string;
  /** One host does it for all of its batch. */
  readonly runOnce?: boolean;
  /** For handlers: the names that notify it, its own first. */
  readonly topics: readonly string[];
  /** For what the host answered: scripts, outputs and differences are not shown. */
  readonly noLog: boolean;
  /** Makes the task concrete for one host, as far as the values known by now allow. Never throws for an author's mistake. */
  prepare(host: Host, runtime: Runtime): Prepared;
}

/** What is known only at run time, by variable name: `facts`, registered results, what `set_fact` set. */
export type Runtime = ReadonlyMap<string, RuntimeValue>;

export type RuntimeValue =
  | { readonly kind: 'known'; readonly value: Value }
  /** An earlier task that is not done yet will give it. */
  | { readonly kind: 'pending' }
  /** Check mode did not run the task that would have given it; `until` names that task. */
  | { readonly kind: 'unknown'; readonly until: string }
  /** `hostvars`: what earlier plays have given, by host. */
  | { readonly kind: 'hosts'; readonly hosts: ReadonlyMap<string, Runtime> };

export type Prepared =
  | { readonly kind: 'waiting'; readonly for: string }
  | { readonly kind: 'unknown'; readonly until: string }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly ignoreErrors: boolean }
  | { readonly kind: 'meta'; readonly action: MetaAction }
  | { readonly kind: 'include'; readonly tasks: readonly Task[] }
  | { readonly kind: 'work'; readonly items: readonly WorkItem[]; readonly looped: boolean };

export type MetaAction =
  | 'flush_handlers'
  | 'end_host'
  | 'end_play'
  | 'noop'
  | 'reset_connection'
  | 'clear_facts';

/** One run of a module: the task itself, or one turn of its loop. */
export interface WorkItem {
  /** The loop's item, short, for the screen; absent without a loop. */
  readonly label?: string;
  /** The loop's item itself, for `results`. */
  readonly item?: Value;
  /** Set where this turn of the loop is left out by `when`. */
  readonly skipped?: string;
  readonly module: Module;
  readonly params: unknown;
  readonly inputs: Inputs;
  /** As whom; absent: the user of the connection. */
  readonly become?: Become;
  /** Environment of every script of this item. */
  readonly environment: Readonly<Record<string, string | Secret>>;
  /** Names of handlers or topics. */
  readonly notify: readonly string[];
  readonly ignoreErrors: boolean;
  /** Overrides the run's mode for this task (`check_mode:`). */
  readonly checkMode?: boolean;
  /** Whether what differs is shown, whatever the run shows (`diff:`). */
  readonly diff?: boolean;
  /** Hosts that may make its changes at the same time. */
  readonly throttle?: number;
  /** Seconds that one script of it may take. */
  readonly timeout?: number;
  /** Secrets that stand in its parameters, inputs or environment, for whoever shows them. */
  readonly secrets?: readonly Secret[];
  readonly retry?: {
    readonly times: number;
    readonly delay: number;
    until(result: ValueMap): boolean | Failure;
  };
  /** Applies `changed_when` and `failed_when` to what happened. */
  conclude(result: TaskResult): { readonly changed: boolean; readonly failed: boolean } | Failure;
}

/** What `register` holds. `changed`, `failed` and `skipped` are always there. */
export type TaskResult = ValueMap & {
  readonly changed: boolean;
  readonly failed: boolean;
  readonly skipped: boolean;
};

export interface Become {
  readonly user: string;
  readonly method: 'sudo' | 'su' | 'doas';
  readonly password?: Secret;
}
