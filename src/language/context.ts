import type { Host, Inventory } from '../model/inventory.ts';
import type { Module } from '../model/module.ts';
import type { Become, Runtime } from '../model/playbook.ts';
import type { Secret } from '../model/secret.ts';
import type { SecretSource } from '../model/secret-source.ts';
import type { ValueMap } from '../model/value.ts';
import type { Arrivals } from './arrivals.ts';
import type { Folders, TemplateFiles } from './files.ts';
import type { Condition } from './keywords.ts';
import type { Answers } from './prompts.ts';
import { magicOf } from './magic.ts';
import { Scope, type Layer } from './scope.ts';
import type { TaskSource } from './task-source.ts';

export interface BecomeOptions {
  readonly enabled?: boolean;
  readonly user?: string;
  readonly method?: Become['method'];
  readonly password?: Secret;
}

/** What all plays of one load share. */
export interface Loading {
  readonly inventory: Inventory;
  readonly modules: ReadonlyMap<string, Module>;
  readonly extra: ValueMap;
  readonly answers: Answers;
  readonly become: BecomeOptions;
  readonly check: boolean;
  /** What opens `!env`, `!secret` and their kin. */
  readonly secrets: SecretSource | undefined;
  readonly templates: TemplateFiles;
  readonly arrivals: Arrivals;
  readonly selects: (tags: readonly string[]) => boolean;
  /** A task's name with its templates rendered, where that gives the same for all hosts of the play. */
  readonly renderName: (name: string, raw: ValueMap, context: Context) => string | undefined;
  /** Reads a file of tasks, each once. Throws a `TextMistake` where it is missing. */
  readonly taskFile: (name: string, beside: string, folders: Folders) => TaskFile;
}

export interface TaskFile {
  readonly path: string;
  readonly tasks: readonly TaskSource[];
}

/** A condition, and the map it was written in. */
export interface WrittenCondition {
  readonly condition: Condition;
  readonly container: ValueMap;
  readonly key: string;
}

/** What a task has around it: play, blocks and includes, the innermost stronger. */
export interface Context {
  readonly loading: Loading;
  readonly folders: Folders;
  /** Hosts of the play. */
  readonly hosts: readonly Host[];
  /** Variables of the play for one host; the weakest first. */
  readonly playLayers: (host: Host) => readonly Layer[];
  /** Variables of blocks, tasks and static imports, the outermost first. */
  readonly layers: readonly Layer[];
  /** Variables of `include_tasks` and of the turns of its loop, the outermost first: stronger than `set_fact`. */
  readonly arguments: readonly Layer[];
  readonly conditions: readonly WrittenCondition[];
  readonly become: {
    readonly enabled?: boolean | string;
    readonly user?: string;
    readonly method?: Become['method'];
  };
  readonly environment: readonly ValueMap[];
  readonly tags: readonly string[];
  readonly notify: readonly { readonly raw: ValueMap }[];
  readonly settings: Settings;
  /** Goes before a task's place in its identity, so that two inclusions of one file differ. */
  readonly idPrefix: string;
  /** Files of tasks that are being included, the outermost first. */
  readonly includes: readonly string[];
  /** Says more of a name that is not defined: that a later task registers it. */
  readonly explain: (name: string) => string | undefined;
  /** Told of every task that sets a variable, those too that the tags leave out. */
  readonly noteRegister: (name: string, where: string, selected: boolean) => void;
}

interface Settings {
  readonly ignoreErrors?: boolean | string;
  readonly noLog?: boolean;
  readonly checkMode?: boolean;
  readonly diff?: boolean;
  readonly timeout?: number | string;
  readonly throttle?: number;
  readonly runOnce?: boolean;
}

interface Inheritable {
  readonly vars?: ValueMap | undefined;
  readonly when?: Condition | undefined;
  readonly become?: boolean | string | undefined;
  readonly become_user?: string | undefined;
  readonly become_method?: Become['method'] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly environment?: ValueMap | undefined;
  readonly ignore_errors?: boolean | string | undefined;
  readonly no_log?: boolean | undefined;
  readonly check_mode?: boolean | undefined;
  readonly diff?: boolean | undefined;
  readonly timeout?: number | string | undefined;
  readonly throttle?: number | undefined;
  readonly run_once?: boolean | undefined;
  readonly notify?: readonly string[] | undefined;
}

/** The context inside of something: a task itself, a block, an include. `passes`: its variables are arguments. */
export function inside(outer: Context, raw: ValueMap, keywords: Inheritable, passes = false): Context {
  const { when, vars, environment, become_user: user, become_method: method } = keywords;
  const own = vars ? [{ values: vars }] : [];
  return {
    ...outer,
    layers: passes ? outer.layers : [...outer.layers, ...own],
    arguments: passes ? [...outer.arguments, ...own] : outer.arguments,
    conditions:
      when === undefined
        ? outer.conditions
        : [...outer.conditions, { condition: when, container: raw, key: 'when' }],
    become: {
      ...outer.become,
      ...(keywords.become !== undefined && { enabled: keywords.become }),
      ...(user !== undefined && { user }),
      ...(method !== undefined && { method }),
    },
    environment: environment ? [...outer.environment, environment] : outer.environment,
    tags: keywords.tags ? [...new Set([...outer.tags, ...keywords.tags])] : outer.tags,
    notify: keywords.notify ? [...outer.notify, { raw }] : outer.notify,
    settings: { ...outer.settings, ...settingsOf(keywords) },
  };
}

function settingsOf(keywords: Inheritable): Settings {
  return {
    ...(keywords.ignore_errors !== undefined && { ignoreErrors: keywords.ignore_errors }),
    ...(keywords.no_log !== undefined && { noLog: keywords.no_log }),
    ...(keywords.check_mode !== undefined && { checkMode: keywords.check_mode }),
    ...(keywords.diff !== undefined && { diff: keywords.diff }),
    ...(keywords.timeout !== undefined && { timeout: keywords.timeout }),
    ...(keywords.throttle !== undefined && { throttle: keywords.throttle }),
    ...(keywords.run_once !== undefined && { runOnce: keywords.run_once }),
  };
}

/** All variables that a task sees; `own` is stronger than everything, such as the item of its loop. */
export function scopeOf(
  context: Pick<Context, 'loading' | 'folders' | 'playLayers' | 'layers' | 'arguments' | 'explain'>,
  host: Host,
  runtime: Runtime,
  own: readonly ValueMap[] = [],
): Scope {
  const { loading, folders, playLayers, layers, explain } = context;
  const turn = own.map((values) => ({ values, data: true }));
  return new Scope({
    layers: [
      { values: magicOf(loading.inventory, host), data: true },
      { values: { playbook_dir: folders.playbook, check_mode: loading.check }, data: true },
      { values: host.variables },
      ...playLayers(host),
      ...layers,
    ],
    runtime,
    overriding: [...context.arguments, { values: loading.extra }, ...turn],
    explain,
  });
}
