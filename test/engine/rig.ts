import { z } from 'zod';
import { fileSaver, memoryJournal, runPlaybook, type Journal } from '../../src/engine/index.ts';
import type { HostRecap, RunEvent, TaskFinished } from '../../src/model/event.ts';
import type { Host } from '../../src/model/inventory.ts';
import {
  ask,
  defineModule,
  known,
  run,
  type Failure,
  type Module,
  type Plan,
} from '../../src/model/module.ts';
import type { Play, Prepared, Runtime, Task, TaskResult, WorkItem } from '../../src/model/playbook.ts';
import { Redactor } from '../../src/model/secret.ts';
import { sh, type Script } from '../../src/model/script.ts';
import type { ValueMap } from '../../src/model/value.ts';
import { createLocalTransport } from '../../src/transport/local.ts';
import type { Request, Transport } from '../../src/transport/transport.ts';

/** Writes a text into a file: a module as small as a real one can be. */
export const write = defineModule<{ path: string; text: string }, string | undefined>({
  name: 'write',
  summary: 'Writes a text into a file.',
  params: z.object({ path: z.string(), text: z.string() }),
  examples: [],
  probe: ({ path }) =>
    ask(sh`cat < ${path} 2>/dev/null`, (answer) => (answer.code === 0 ? answer.stdout : undefined)),
  plan: (state, { path, text }) =>
    state === text
      ? []
      : [
          {
            summary: `write ${path}`,
            ...(state === undefined ? {} : { before: state }),
            after: text,
            actions: [run(sh`printf %s ${text} > ${path}`)],
          },
        ],
});

/** Runs scripts as a change, always; `rc` and `stdout` are registered. */
export const scripts = defineModule<{ scripts: Script[]; okCodes?: 'any'; timeout?: number }, undefined>({
  name: 'scripts',
  summary: 'Runs scripts.',
  params: z.any(),
  examples: [],
  probe: () => known(undefined),
  plan: (_, params) => [
    {
      summary: 'run',
      actions: params.scripts.map((script) =>
        run(script, {
          ...(params.okCodes === undefined ? {} : { okCodes: params.okCodes }),
          ...(params.timeout === undefined ? {} : { timeout: params.timeout }),
        }),
      ),
    },
  ],
  result: (_state, _params, outputs) => {
    const last = outputs.at(-1);
    return last ? { rc: last.code, stdout: last.stdout } : {};
  },
});

export const refuse = defineModule<{ why: string }, undefined>({
  name: 'refuse',
  summary: 'Fails.',
  params: z.any(),
  examples: [],
  probe: () => known(undefined),
  plan: (_, { why }): Plan => ({ failed: why }),
});

/** Reads a file, and never changes it: its probe is a script of the test's. */
export const look = defineModule<{ script: Script }, string>({
  name: 'look',
  summary: 'Looks.',
  params: z.any(),
  examples: [],
  probe: ({ script }) => ask(script, (answer) => answer.stdout),
  plan: () => [],
  result: (state) => ({ seen: state }),
});

export interface TaskOptions {
  readonly name?: string;
  readonly register?: string;
  readonly topics?: readonly string[];
  readonly notify?: readonly string[];
  readonly ignoreErrors?: boolean;
  readonly noLog?: boolean;
  readonly runOnce?: boolean;
  readonly retry?: WorkItem['retry'];
  readonly timeout?: number;
  readonly throttle?: number;
  readonly diff?: boolean;
  /** Turns of the loop that its `when` leaves out. */
  readonly leaveOut?: readonly number[];
  readonly secrets?: WorkItem['secrets'];
  readonly user?: string;
  /** Decides from what is known; gives what it waits for where that is not there yet. */
  readonly when?: (runtime: Runtime) => true | Exclude<Prepared, { kind: 'work' }>;
  readonly conclude?: (result: TaskResult) => { changed: boolean; failed: boolean } | Failure;
}

let serial = 0;

export function task<P, S>(module: Module<P, S>, params: P | readonly P[], options: TaskOptions = {}): Task {
  const name = options.name ?? `task ${++serial}`;
  const all: readonly P[] = Array.isArray(params) ? params : [params as P];
  const item = (one: P, index: number): WorkItem => ({
    module,
    params: one,
    inputs: {},
    environment: {},
    notify: options.notify ?? [],
    ignoreErrors: options.ignoreErrors ?? false,
    ...(Array.isArray(params) ? { label: `item ${index}`, item: index } : {}),
    ...(options.leaveOut?.includes(index) ? { skipped: 'left out' } : {}),
    ...(options.secrets ? { secrets: options.secrets } : {}),
    ...(options.retry ? { retry: options.retry } : {}),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    ...(options.throttle === undefined ? {} : { throttle: options.throttle }),
    ...(options.diff === undefined ? {} : { diff: options.diff }),
    ...(options.user === undefined ? {} : { become: { user: options.user, method: 'sudo' as const } }),
    conclude: options.conclude ?? (({ changed, failed }) => ({ changed, failed })),
  });
  return {
    id: name,
    name,
    module: module.name,
    where: 'test.yaml:1',
    topics: options.topics ?? [name],
    noLog: options.noLog ?? false,
    ...(options.runOnce ? { runOnce: true } : {}),
    ...(options.register === undefined ? {} : { register: options.register }),
    prepare: (_host, runtime) => {
      const decision = options.when?.(runtime) ?? true;
      return decision === true
        ? { kind: 'work', items: all.map(item), looped: Array.isArray(params) }
        : decision;
    },
  };
}

/** A task that is not work: a `meta`, an include. */
export function other(name: string, prepared: Prepared): Task {
  return {
    ...task(refuse, { why: 'it is no work' }, { name }),
    module: prepared.kind,
    prepare: () => prepared,
  };
}

/** Waits for a value of an earlier task, and does the task where `test` holds for it. */
export function after(
  name: string,
  test: (value: ValueMap) => boolean = () => true,
): Exclude<TaskOptions['when'], undefined> {
  return (runtime) => {
    const value = runtime.get(name);
    if (value === undefined || value.kind === 'pending') return { kind: 'waiting', for: name };
    if (value.kind === 'unknown') return { kind: 'unknown', until: value.until };
    if (value.kind === 'hosts') throw new Error(`${name} is not one value`);
    return test(value.value as ValueMap) ? true : { kind: 'skipped', reason: 'when was false' };
  };
}

export function host(name: string): Host {
  return {
    name,
    groups: [],
    connection: { transport: 'local', address: name },
    interfaces: [],
    variables: {},
  };
}

export interface Ran {
  readonly events: readonly RunEvent[];
  readonly recap: readonly HostRecap[];
  readonly finished: readonly TaskFinished[];
  /** `name: outcome` of each task, in order. */
  readonly outcomes: readonly string[];
  /** Requests of each exchange. */
  readonly batches: readonly (readonly Request[])[];
}

/** Runs tasks on this machine's real `sh`. */
export async function runTasks(
  tasks: readonly Task[],
  options: Partial<Play> & {
    check?: boolean;
    journal?: Journal;
    signal?: AbortSignal;
    connect?: (host: Host) => Transport;
    plays?: readonly Play[];
  } = {},
): Promise<Ran> {
  const events: RunEvent[] = [];
  const batches: (readonly Request[])[] = [];
  const play: Play = {
    id: 'test.yaml/play',
    name: 'play',
    where: 'test.yaml:1',
    hosts: [host('here')],
    tasks,
    handlers: [],
    strategy: 'free',
    ...options,
  };
  const recap = await runPlaybook({
    playbook: { path: 'test.yaml', plays: options.plays ?? [play] },
    connect: options.connect ?? ((member) => counted(createLocalTransport({ name: member.name }), batches)),
    facts: ask(sh`echo yes`, (answer) => ({ answer: answer.stdout.trim() })),
    journal: options.journal ?? memoryJournal(),
    redactor: new Redactor(),
    saver: fileSaver(),
    emit: (event) => events.push(event),
    clock: () => performance.now(),
    time: 'now',
    forks: 50,
    check: options.check ?? false,
    diff: false,
    verbose: true,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const finished = events.filter((event) => event.kind === 'task-finished');
  return {
    events,
    recap,
    finished,
    batches,
    outcomes: finished.map((event) => `${event.task.name}: ${event.outcome}`),
  };
}

function counted(transport: Transport, batches: (readonly Request[])[]): Transport {
  return {
    async session(become) {
      const session = await transport.session(become);
      return {
        run(requests, options) {
          batches.push(requests);
          return session.run(requests, options);
        },
        get exchanges() {
          return session.exchanges;
        },
      };
    },
    close: () => transport.close(),
  };
}
