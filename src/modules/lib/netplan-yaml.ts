import { Secret } from '../../model/secret.ts';
import { isList, isMap, type Value, type ValueMap } from '../../model/value.ts';

/** Text of a netplan file, and the secrets that stand in it. */
export interface NetplanText {
  readonly text: string;
  readonly secrets: readonly Secret[];
}

/** Writes a map as people write netplan files: block style, quotes only where they are needed. */
export function netplanYaml(config: ValueMap): NetplanText {
  const secrets: Secret[] = [];
  return {
    text: mapLines(config, secrets)
      .map((line) => `${line}\n`)
      .join(''),
    secrets,
  };
}

function mapLines(map: ValueMap, secrets: Secret[]): readonly string[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const name = `${textOf(key)}:`;
    if (isList(value) && value.length > 0)
      return [name, ...value.flatMap((item) => itemLines(item, secrets)).map(indent)];
    if (isMap(value) && Object.keys(value).length > 0) return [name, ...mapLines(value, secrets).map(indent)];
    return [`${name} ${scalarOf(value, secrets)}`];
  });
}

function itemLines(item: Value, secrets: Secret[]): readonly string[] {
  if (isList(item) && item.length > 0)
    return ['-', ...item.flatMap((inner) => itemLines(inner, secrets)).map(indent)];
  if (!isMap(item) || Object.keys(item).length === 0) return [`- ${scalarOf(item, secrets)}`];
  return mapLines(item, secrets).map((line, index) => (index === 0 ? `- ${line}` : indent(line)));
}

function scalarOf(value: Value, secrets: Secret[]): string {
  if (value instanceof Secret) {
    secrets.push(value);
    // Always quoted, so that nothing about it can be told from the quotes.
    return JSON.stringify(value.reveal());
  }
  if (typeof value === 'string') return textOf(value);
  if (isList(value)) return '[]';
  return isMap(value) ? '{}' : String(value);
}

/** netplan reads YAML 1.1, where `on`, `12:30:00`, `010` and, to some readers, `e0` are no texts: only what cannot be taken for else stays bare. */
function textOf(text: string): string {
  const isAddress = /^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(text);
  const isWord =
    /^[A-Za-z][\w./-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null|e-?[\d_]+)$/i.test(text);
  return isAddress || isWord ? text : JSON.stringify(text);
}

function indent(line: string): string {
  return `  ${line}`;
}
