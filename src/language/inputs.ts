import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import type { Host } from '../model/inventory.ts';
import type { Input, InputKind, Inputs, LoadedFile, Module } from '../model/module.ts';
import { Secret } from '../model/secret.ts';
import { splitWords } from '../model/words.ts';
import { isList, type Value, type ValueMap } from '../model/value.ts';
import type { Attempt } from './attempt.ts';
import type { Context } from './context.ts';
import { readDestination, unreadDestination } from './destination.ts';
import { compileExpression } from './expression.ts';
import { candidatesFor, findFile, inFile, loadFiles, modeOf } from './files.ts';
import { valueSpan } from './origin.ts';
import { unwrap } from './schema-walk.ts';
import { placed, type Scope } from './scope.ts';
import { shownPath } from './source-text.ts';
import { textOf } from './text-of.ts';
import { NotYet, TextMistake } from './text-mistake.ts';

export interface InputSource {
  readonly module: Module;
  readonly context: Context;
  /** The folder of the file that the task stands in. */
  readonly folder: string;
  readonly written: ValueMap;
  readonly rendered: ValueMap;
  /** As the module takes them; undefined where they have mistakes or are not known yet. */
  readonly params: unknown;
  readonly host: Host;
}

/** Files, templates and expressions that a task's parameters name. */
export function prepareInputs(source: InputSource, scope: Scope, attempt: Attempt): Inputs {
  const { module, rendered, written } = source;
  const inputs: Record<string, Input> = {};
  if (lieOnHost(module, rendered)) return inputs;
  for (const [name, kind] of Object.entries(module.inputs ?? {})) {
    const value = rendered[name];
    if (value === undefined || value === null) continue;
    const input = attempt(
      () => prepareOne(kind, name, value, source, scope, attempt),
      valueSpan(written, name),
    );
    if (input) inputs[name] = input;
  }
  const destination = module.destination && destinationOf(source, attempt);
  return destination ? { ...inputs, destination } : inputs;
}

function destinationOf(
  { module, params, host, context, written }: InputSource,
  attempt: Attempt,
): Input | undefined {
  if (params === undefined) return undefined;
  const destination = module.destination?.(params, host.name);
  if (!destination) return undefined;
  const beside = context.folders.playbook;
  // Before a run nobody asks what is there, and a sum of a large file takes its time.
  if (attempt.loading) return unreadDestination(destination, beside);
  return attempt(
    () => readable(destination.path, () => readDestination(destination, beside)),
    valueSpan(written, 'dest'),
  );
}

/** As it was written, or as the module has it by default. */
function lieOnHost({ inputsUnless: name, params }: Module, rendered: ValueMap): boolean {
  if (name === undefined) return false;
  const schema = unwrap(params);
  const usual = schema instanceof z.ZodObject ? schema.shape[name]?.safeParse(undefined).data : undefined;
  return (rendered[name] ?? usual) === true;
}

function prepareOne(
  kind: InputKind,
  name: string,
  value: Value,
  source: InputSource,
  scope: Scope,
  attempt: Attempt,
): Input | undefined {
  if (kind === 'expression') return evaluate(value, source.written, name, scope, attempt);
  // What is no text is reported by the schema.
  if (typeof value !== 'string') return undefined;
  const file = kind === 'script' ? (splitWords(value)?.[0] ?? '') : value;
  const path = pathOf(file, kind === 'template' ? 'templates' : 'files', source, attempt);
  if (kind !== 'template') return { kind: 'files', source: value, ...readable(value, () => loadFiles(path)) };
  if (statSync(path).isDirectory())
    throw new TextMistake('file-unreadable', `\`${value}\` is a folder, not a template`);
  return { kind: 'files', source: value, isFolder: false, files: [renderFile(path, source, scope, attempt)] };
}

/** A file that an earlier task brings here is not missing before a run, and unknown in check mode. */
function pathOf(
  name: string,
  kind: 'files' | 'templates',
  { context, folder }: InputSource,
  { loading: isLoading }: Attempt,
): string {
  const { folders, loading } = context;
  try {
    return findFile(name, kind, folder, folders);
  } catch (error) {
    if (isLoading || loading.check) {
      const task = loading.arrivals.taskFor(candidatesFor(name, kind, folder, folders));
      if (task !== undefined) throw new NotYet(name, task);
    }
    throw error;
  }
}

function readable<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TextMistake) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new TextMistake('file-unreadable', `cannot read \`${name}\`: ${reason}`);
  }
}

function renderFile(path: string, { context }: InputSource, scope: Scope, attempt: Attempt): LoadedFile {
  const { file, template } = readable(shownPath(path), () =>
    context.loading.templates.get(path, context.folders),
  );
  const value = inFile(file, () =>
    watched(
      () => template.render(scope, (secret) => scope.printed.add(secret)),
      () => attempt.unknown?.(template.uses, (mistake) => caught(() => inFile(file, () => raise(mistake)))),
    ),
  );
  const text = value instanceof Secret ? value.reveal() : textOf(value);
  const secret = value instanceof Secret ? { secret: value } : {};
  return { path: basename(path), bytes: Buffer.from(text), ...secret, mode: modeOf(path) };
}

/** Tells where a value is not known yet. */
function watched<T>(work: () => T, tell: () => void): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotYet) tell();
    throw error;
  }
}

function raise(mistake: TextMistake): never {
  throw mistake;
}

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

function evaluate(value: Value, container: ValueMap, name: string, scope: Scope, attempt: Attempt): Input {
  const list = isList(value) ? value : [value];
  const values = list.flatMap((item, index) => {
    const [holder, key] = isList(value) ? [value, index] : [container, name];
    const result = attempt(() => one(item, holder, key, scope, attempt), valueSpan(holder, key));
    return result === undefined ? [] : [{ text: textOf(item), value: result }];
  });
  return { kind: 'values', values };
}

function one(item: Value, holder: object, key: string | number, scope: Scope, attempt: Attempt): Value {
  if (typeof item !== 'string') return item;
  try {
    const expression = compileExpression(item);
    if (expression.mistake && expression.mistake.code !== 'undefined-variable') throw expression.mistake;
    return watched(
      () => expression.evaluate(scope),
      () => attempt.unknown?.(expression.uses, (mistake) => placed(mistake, item, holder, key)),
    );
  } catch (error) {
    throw placed(error, item, holder, key);
  }
}
