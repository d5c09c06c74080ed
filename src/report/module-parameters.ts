import { z } from 'zod';
import type { InputKind, Module } from '../model/module.ts';

/** One row of a module's table of parameters. */
export interface Parameter {
  /** `dest`, or `chains[].table` inside a list of maps. */
  readonly name: string;
  /** In words, or the choices: `text`, `list of texts`, `present` or `absent`. */
  readonly type: string;
  readonly required: boolean;
  /** As it would be written in YAML. */
  readonly default?: string;
  /** With the other words for it, as Ansible has them. */
  readonly description: string;
}

/** Reads the parameters out of the schema that also checks them, so that the docs cannot lie. */
export function parametersOf(module: Module): readonly Parameter[] {
  const schema = z.toJSONSchema(module.params, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema: { _zod: inner }, jsonSchema }) {
      // Zod leaves out the default of what it transforms, as that is no input; in our schemas it always could be one.
      if (inner.def.type === 'default') jsonSchema.default = inner.def.defaultValue;
    },
  });
  return propertiesOf(schema, '').map((parameter) => {
    const input = module.inputs?.[parameter.name];
    const described = { ...parameter, description: withAliases(parameter, module) };
    return input === undefined ? described : { ...described, type: INPUTS[input] };
  });
}

function withAliases({ name, description }: Parameter, module: Module): string {
  const words = Object.entries(module.aliases ?? {}).flatMap(([alias, of]) =>
    of === name ? [`\`${alias}\``] : [],
  );
  return words.length === 0 ? description : `${description} Also: ${words.join(', ')}.`.trimStart();
}

type Schema = Readonly<Record<string, unknown>>;

const INPUTS: Readonly<Record<InputKind, string>> = {
  file: 'file or folder on the controller',
  template: 'template on the controller',
  script: 'script on the controller, with arguments',
  expression: 'expression or list of expressions',
};

const WORDS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['text', 'texts'],
  number: ['number', 'numbers'],
  integer: ['whole number', 'whole numbers'],
  boolean: ['true/false', 'true/false'],
  array: ['list', 'lists'],
  object: ['map', 'maps'],
  null: ['nothing', 'nothing'],
};

function propertiesOf(schema: Schema, prefix: string): readonly Parameter[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(asSchema(schema['properties'])).flatMap(([key, value]) => {
    const property = asSchema(value);
    const name = prefix + key;
    const given = property['default'];
    const parameter: Parameter = {
      name,
      type: typeOf(property, 0),
      required: required.includes(key) && given === undefined,
      description: typeof property['description'] === 'string' ? property['description'] : '',
      ...(given === undefined ? {} : { default: typeof given === 'string' ? given : JSON.stringify(given) }),
    };
    return [parameter, ...insideOf(property, name)];
  });
}

/** The keys of a map, or of the maps in a list. */
function insideOf(property: Schema, name: string): readonly Parameter[] {
  if (property['properties'] !== undefined) return propertiesOf(property, `${name}.`);
  if (property['items'] !== undefined) return insideOf(asSchema(property['items']), `${name}[]`);
  return alternativesOf(property).flatMap((alternative) => insideOf(alternative, name));
}

function typeOf(schema: Schema, number: 0 | 1): string {
  if (Array.isArray(schema['enum'])) return choices(schema['enum']);
  if (schema['const'] !== undefined) return choices([schema['const']]);
  // Text takes an unquoted number too; that is a courtesy, and no second type to learn.
  if (schema['source'] === 'text') return word('string', number);
  const hint = asSchema(schema['jsonSchema'])['type'];
  if (Array.isArray(hint) && hint.includes('array')) return 'text or list of texts';
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0)
    return [...new Set(alternatives.map((alternative) => typeOf(alternative, number)))].join(' or ');
  const type = schema['type'] ?? hint;
  if (Array.isArray(type)) return type.map((one) => word(String(one), number)).join(' or ');
  if (type === 'array') return `${word('array', number)} of ${typeOf(asSchema(schema['items']), 1)}`;
  if (type === 'object' && schema['additionalProperties'] !== undefined && schema['properties'] === undefined)
    return `${word('object', number)} of ${typeOf(asSchema(schema['additionalProperties']), 1)}`;
  return typeof type === 'string' ? word(type, number) : number === 0 ? 'any value' : 'any values';
}

function alternativesOf(schema: Schema): readonly Schema[] {
  const alternatives = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
  return Array.isArray(alternatives) ? alternatives.map(asSchema) : [];
}

function choices(values: readonly unknown[]): string {
  const words = values.map((value) => `\`${String(value)}\``);
  const last = words.pop() ?? '';
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
}

function word(type: string, number: 0 | 1): string {
  return WORDS[type]?.[number] ?? type;
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? (value as Schema) : {};
}
