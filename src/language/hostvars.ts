import type { Runtime } from '../model/playbook.ts';
import { nearest } from '../model/suggest.ts';
import type { Value, ValueMap } from '../model/value.ts';
import { NotYet, notYet } from './text-mistake.ts';

const made = new WeakMap<ReadonlyMap<string, Runtime>, ValueMap>();

/** What earlier plays have given, as the variable `hostvars`. A value that is not known says so to who asks for it alone. */
export function hostvarsOf(hosts: ReadonlyMap<string, Runtime>): ValueMap {
  const known = made.get(hosts);
  if (known) return known;
  const result = Object.fromEntries([...hosts].map(([host, values]) => [host, valuesOf(host, values)]));
  made.set(hosts, result);
  return result;
}

function valuesOf(host: string, values: Runtime): ValueMap {
  const result: Record<string, Value> = {};
  for (const name of values.keys())
    Object.defineProperty(result, name, { enumerable: true, get: () => valueOf(host, name, values) });
  return result;
}

function valueOf(host: string, name: string, values: Runtime): Value {
  const value = values.get(name);
  if (value?.kind === 'known') return value.value;
  const path = `hostvars.${host}.${name}`;
  throw value?.kind === 'unknown' ? new NotYet(path, value.until) : notYet(path);
}

/** What is wrong with `hostvars.HOST.NAME`, as far as that can be told before a run. */
export function hostvarsMistake(
  [host, name]: readonly string[],
  earlier: ReadonlyMap<string, Runtime>,
  inventory: readonly string[],
): { message: string; hint: string } | undefined {
  if (host === undefined) return undefined;
  if (!inventory.includes(host)) {
    const near = nearest(host, inventory);
    const hint = near === undefined ? `there are ${inventory.join(', ')}` : `did you mean \`${near}\`?`;
    return { message: `there is no host \`${host}\``, hint };
  }
  const names = [...(earlier.get(host)?.keys() ?? [])];
  if (name === undefined || names.includes(name)) return undefined;
  const near = nearest(name, names);
  return {
    message: `no earlier play gives \`${name}\` on host \`${host}\``,
    hint:
      near === undefined
        ? `\`register\` it there in a play before this one; where --limit leaves \`${host}\` out, say \`needed_by\` in that play`
        : `did you mean \`${near}\`?`,
  };
}
