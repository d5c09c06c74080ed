import { DiagnosticError, type Diagnostic } from '../model/diagnostic.ts';
import type { SecretSource } from '../model/secret-source.ts';
import { isMap, typeName, type ValueMap } from '../model/value.ts';
import { parseText, readDocument } from './document.ts';
import { mergeMaps } from './merge.ts';
import { Mistakes } from './mistakes.ts';
import { checkNames } from './names.ts';

/** The values of `-e`: `key=value`, a map in YAML or JSON, or `@file`. Throws a DiagnosticError with every mistake. */
export function loadExtraVariables(texts: readonly string[], secrets?: SecretSource): ValueMap {
  const mistakes = new Mistakes();
  const maps = texts.map((text) => readOne(text, mistakes, secrets));
  mistakes.throwIfAny();
  return mergeMaps(maps);
}

/** Ansible takes `a=1 b=2` for two variables; whoever means that would never learn why the second is not there. */
function severalInOne(name: string): Diagnostic {
  return {
    code: 'invalid-parameter',
    message: `\`-e\` takes one variable at a time; the text of \`${name}\` seems to hold another one`,
    hint: `write -e for each; where it belongs to the text: -e '{"${name}": "…"}'`,
  };
}

function readOne(text: string, mistakes: Mistakes, secrets: SecretSource | undefined): ValueMap {
  const pair = /^([^\s={}[\]"':@]+)=([\s\S]*)$/.exec(text);
  if (pair) {
    const values = { [pair[1] ?? '']: pair[2] ?? '' };
    checkNames(values, mistakes);
    if (/\s[A-Za-z_]\w*=/.test(pair[2] ?? '')) mistakes.add(severalInOne(pair[1] ?? ''));
    return values;
  }
  const source = text.startsWith('@')
    ? readDocument(text.slice(1), mistakes, { secrets })
    : parseText({ path: '-e', text }, mistakes, { secrets });
  const value = source?.value ?? {};
  if (source && !isMap(value))
    throw new DiagnosticError([
      {
        code: 'wrong-type',
        message: `\`-e\` takes key=value, a map, or @file; got ${typeName(value)}`,
        span: { file: source.file, start: 0, end: source.file.text.length },
      },
    ]);
  if (!isMap(value)) return {};
  checkNames(value, mistakes);
  return value;
}
