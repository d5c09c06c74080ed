import type { HostRecap, RunEvent } from '../model/event.ts';
import type { Host } from '../model/inventory.ts';
import type { Probe } from '../model/module.ts';
import type { Runtime, RuntimeValue, Task } from '../model/playbook.ts';
import type { Redactor } from '../model/secret.ts';
import type { ValueMap } from '../model/value.ts';
import type { Transport } from '../transport/transport.ts';
import type { Journal } from './journal.ts';
import { Once } from './once.ts';
import type { Saver } from './save.ts';
import type { Throttled } from './throttle.ts';

/** What is the same for every host of a run. */
export interface Settings {
  /** Send no action; say what would be done. */
  readonly check: boolean;
  /** Attach scripts and outputs to every event, not only to failures. */
  readonly verbose: boolean;
  readonly facts: Probe<ValueMap>;
  readonly journal: Journal;
  readonly redactor: Redactor;
  readonly saver: Saver;
  /** Milliseconds; only for showing how long something took. */
  readonly clock: () => number;
  readonly signal: AbortSignal | undefined;
  /** Lets only so many hosts at a time make the changes of one task. */
  readonly throttled: Throttled;
  emit(event: RunEvent): void;
  /** Opens nothing yet: the first session connects. */
  connect(host: Host): Transport;
}

/** One host on its way through a run. */
export interface HostContext {
  readonly host: Host;
  readonly settings: Settings;
  transport: Transport;
  /** Facts, registered results and what `set_fact` set; kept from play to play. */
  readonly runtime: Map<string, RuntimeValue>;
  /** Handlers of the play at hand, and which of them were notified. */
  handlers: readonly Task[];
  readonly notified: Set<Task>;
  /** Handlers that are on their way: taken, and not done yet. */
  readonly flushing: Set<Task>;
  /** Flushes since a task notified a handler last. */
  rounds: number;
  /** True once the play has ended for everybody. */
  halted: () => boolean;
  /** Tasks of the batch at hand that one host does for all. */
  once: Once;
  /** Lists of tasks of this batch that are behind it. */
  stage: number;
  /** Names the play in the journal. */
  playId: string;
  status: 'fine' | 'failed' | 'unreachable' | 'host-ended' | 'play-ended';
  /** Check mode: actions were left out, so what depends on them cannot be known; says until when. */
  leftOut: string | undefined;
  connected: boolean;
  exchanges: number;
  milliseconds: number;
  readonly counts: Record<'ok' | 'changed' | 'failed' | 'skipped' | 'ignored' | 'unknown', number>;
}

export function createContext(host: Host, settings: Settings): HostContext {
  return {
    host,
    settings,
    transport: settings.connect(host),
    runtime: new Map<string, RuntimeValue>([['facts', { kind: 'pending' }]]),
    handlers: [],
    notified: new Set(),
    flushing: new Set(),
    rounds: 0,
    halted: () => false,
    once: new Once([]),
    stage: 0,
    playId: '',
    status: 'fine',
    leftOut: undefined,
    connected: false,
    exchanges: 0,
    milliseconds: 0,
    counts: { ok: 0, changed: 0, failed: 0, skipped: 0, ignored: 0, unknown: 0 },
  };
}

/** What tasks have registered and set so far: what other hosts may read of this one in later plays. */
export function givenBy({ runtime }: HostContext): Runtime {
  const own = [...runtime].filter(([name, { kind }]) => name !== 'facts' && kind !== 'pending');
  return new Map(own.filter(([, { kind }]) => kind !== 'hosts'));
}

export function recapOf(context: HostContext): HostRecap {
  return {
    host: context.host.name,
    ...context.counts,
    unreachable: context.status === 'unreachable',
    seconds: context.milliseconds / 1000,
    exchanges: context.exchanges,
  };
}
