import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import type { Input, Inputs, LoadedFile, Module } from '../../src/model/module.ts';
import { readDestination } from '../../src/language/destination.ts';
import { isList, isMap } from '../../src/model/value.ts';
import { splitWords } from '../../src/model/words.ts';
import { modules } from '../../src/modules/index.ts';

/** A task of one module, read from YAML, with what the language would prepare for it. */
export interface ParsedTask {
  readonly module: Module;
  readonly params: unknown;
  /** Read anew each time: what a task fetches is there afterwards. */
  readonly inputs: () => Inputs;
}

/** Reads a task as the language does, as far as an example needs it: templates are not rendered. */
export function parseTask(yaml: string, folder = ''): ParsedTask {
  const parsed: unknown = parse(yaml);
  const task: unknown = isList(parsed) && parsed.length === 1 ? parsed[0] : parsed;
  if (!isMap(task)) throw new Error('an example is one task');
  const module = modules.find((candidate) => candidate.name in task);
  if (!module) throw new Error(`no module in ${Object.keys(task).join(', ')}`);
  const value = task[module.name];
  const free = typeof value === 'string' && module.freeForm !== undefined;
  const args = isMap(task['args']) ? task['args'] : {};
  const params = free
    ? { ...args, [module.freeForm ?? '']: value }
    : isMap(value)
      ? { ...value, ...args }
      : {};
  return { module, params, inputs: () => loadInputs(module, params, folder) };
}

/** The fixtures beside this file stand for those of a playbook. */
function loadInputs(module: Module, params: Readonly<Record<string, unknown>>, beside: string): Inputs {
  const inputs: Record<string, Input> = {};
  if (module.inputsUnless !== undefined && params[module.inputsUnless] === true) return inputs;
  for (const [name, kind] of Object.entries(module.inputs ?? {})) {
    const value = params[name];
    if (value === undefined) continue;
    if (kind === 'expression') {
      const texts = Array.isArray(value) ? value : [value];
      inputs[name] = { kind: 'values', values: texts.map((text) => ({ text: String(text), value: true })) };
    } else {
      const folder = join(import.meta.dirname, kind === 'template' ? 'templates' : 'files');
      const text = typeof value === 'string' ? value : '';
      const source = kind === 'script' ? (splitWords(text)?.[0] ?? '') : text;
      inputs[name] = loadFiles(join(folder, source), source);
    }
  }
  const parsed = module.destination && module.params.safeParse(params);
  const destination = parsed?.success ? module.destination?.(parsed.data, 'here') : undefined;
  return destination ? { ...inputs, destination: readDestination(destination, beside) } : inputs;
}

/** What has no fixture is a file with one line. */
function loadFiles(path: string, source: string): Input {
  if (!existsSync(path)) {
    const file = { path: basename(path), bytes: Buffer.from('An example.\n'), mode: '0644' };
    return { kind: 'files', source, isFolder: false, files: [file] };
  }
  if (!lstatSync(path).isDirectory()) {
    return { kind: 'files', source, isFolder: false, files: [loadFile(path, basename(path))] };
  }
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => lstatSync(join(path, name)).isFile());
  return {
    kind: 'files',
    source,
    isFolder: true,
    files: files.map((name) => loadFile(join(path, name), name)),
  };
}

function loadFile(path: string, name: string): LoadedFile {
  const mode = (lstatSync(path).mode & 0o7777).toString(8).padStart(4, '0');
  return { path: name, bytes: readFileSync(path), mode };
}
