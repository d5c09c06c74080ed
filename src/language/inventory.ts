import { DiagnosticError, type Diagnostic } from '../model/diagnostic.ts';
import { z } from 'zod';
import type { Host, Inventory, Network } from '../model/inventory.ts';
import { text } from '../model/schema.ts';
import type { SecretSource } from '../model/secret-source.ts';
import type { Span } from '../model/source.ts';
import { isMap, typeName, type ValueMap } from '../model/value.ts';
import { CONNECTION_KEYS, readConnection } from './connection.ts';
import { readDocument, type Source } from './document.ts';
import { checkBundled, checkHouse, checkReached } from './house.ts';
import { resolveGroups, type Groups, type GroupSource } from './groups.ts';
import { magicOf } from './magic.ts';
import { mergeMaps, pick } from './merge.ts';
import { Mistakes } from './mistakes.ts';
import { checkNames } from './names.ts';
import { readInterfaces, readNetworks } from './networks.ts';
import { keySpan } from './origin.ts';
import { Scope } from './scope.ts';
import { readSecretsFile } from './secrets-file.ts';
import { toDiagnostic } from './diagnose.ts';
import { NotYet, TextMistake } from './text-mistake.ts';
import { validateKeywords } from './validate.ts';

export interface InventoryOptions {
  readonly extraVariables?: ValueMap;
  /** What opens `!env`, `!secret` and their kin. */
  readonly secrets?: SecretSource | undefined;
}

const map = z
  .custom<ValueMap>((value) => isMap(value) || value === null, { error: 'a map' })
  .transform((value) => value ?? {});
const anything = Object.fromEntries(CONNECTION_KEYS.map((key) => [key, z.unknown().optional()]));
const inventorySchema = z.strictObject({
  networks: map.optional(),
  vars: map.optional(),
  connection: map.optional(),
  groups: map.optional(),
  hosts: map,
});
const groupSchema = z.strictObject({
  hosts: z.array(text).optional(),
  children: z.array(text).optional(),
  vars: map.optional(),
  ...anything,
});
const hostSchema = z.strictObject({ interfaces: map.optional(), vars: map.optional(), ...anything });

/** Reads the house from a file. Throws a DiagnosticError with every mistake in it. */
export function loadInventory(path: string, options: InventoryOptions = {}): Inventory {
  const { inventory, mistakes } = readInventory(path, options);
  if (mistakes.length > 0) throw new DiagnosticError(mistakes);
  if (!inventory) throw new Error('an inventory without mistakes has a value');
  return inventory;
}

/** The same, with mistakes as values, and what could be read in spite of them. */
export function readInventory(
  path: string,
  options: InventoryOptions = {},
): { readonly inventory: Inventory | undefined; readonly mistakes: readonly Diagnostic[] } {
  const mistakes = new Mistakes();
  const { secrets, extraVariables = {} } = options;
  const source = readDocument(path, mistakes, { secrets });
  const top = source && readTop(source, mistakes);
  const besides = readSecretsFile(path, secrets, mistakes);
  const inventory =
    source &&
    top &&
    new Reader({ ...top, secrets: besides }, source.file.path, extraVariables, mistakes).read();
  return { inventory, mistakes: mistakes.list() };
}

function readTop({ value, file }: Source, mistakes: Mistakes): z.output<typeof inventorySchema> | undefined {
  const span = { file, start: 0, end: 1 };
  if (isMap(value ?? {}))
    return validateKeywords(
      inventorySchema,
      (value ?? {}) as ValueMap,
      mistakes,
      { owner: 'the inventory', span },
      { hosts: {} },
    );
  mistakes.add({
    code: 'wrong-type',
    message: `an inventory is a map with \`hosts:\`; this is ${typeName(value)}`,
    span,
  });
  return undefined;
}

type Top = z.output<typeof inventorySchema> & {
  /** Variables of all hosts, from the file of secrets. */
  readonly secrets: ValueMap;
};

class Reader {
  readonly #top: Top;
  readonly #path: string;
  readonly #extra: ValueMap;
  readonly #mistakes: Mistakes;
  readonly #taken = new Map<string, Span | undefined>();

  constructor(top: Top, path: string, extra: ValueMap, mistakes: Mistakes) {
    this.#top = top;
    this.#path = path;
    this.#extra = extra;
    this.#mistakes = mistakes;
  }

  read(): Inventory {
    const { hosts, groups = {}, vars = {}, connection = {}, networks = {} } = this.#top;
    checkNames(vars, this.#mistakes);
    validateKeywords(z.strictObject(anything), connection, this.#mistakes, { owner: '`connection`' });
    const read = readNetworks(networks, this.#mistakes);
    const resolved = resolveGroups(this.#groups(groups), Object.keys(hosts), this.#mistakes);
    const drafts = Object.entries(hosts).map(([name, written]) => this.#host(name, written, resolved, read));
    const bare: Inventory = {
      path: this.#path,
      hosts: drafts.map((draft) => draft.host),
      groups: resolved.members,
      networks: read,
    };
    checkHouse(bare, groups, this.#mistakes);
    const reached = drafts.map(({ host, settings }) => this.#connected(host, settings, bare));
    checkReached(reached, this.#mistakes);
    return checkBundled({ ...bare, hosts: reached }, { groups, hosts }, this.#mistakes);
  }

  #groups(source: ValueMap): readonly GroupSource[] {
    return Object.entries(source).flatMap(([name, written]) => {
      const span = keySpan(source, name);
      if (name === 'all' || name === 'ungrouped') {
        this.#mistakes.add({
          code: 'reserved-name',
          message: `the group \`${name}\` is there by itself`,
          ...(span && { span }),
          hint: 'variables for all hosts stand in `vars:` at the top of the inventory',
        });
        return [];
      }
      this.#checkName('group', name, span);
      if (Object.hasOwn(this.#top.hosts, name))
        this.#mistakes.add({
          code: 'reserved-name',
          message: `\`${name}\` is a host and cannot be a group too`,
          ...(span && { span }),
        });
      const read = validateKeywords(
        groupSchema,
        this.#mapOf(written, `group \`${name}\``, span),
        this.#mistakes,
        {
          owner: `group \`${name}\``,
          span,
        },
      );
      if (!read) return [];
      const raw = isMap(written) ? written : {};
      const vars = read.vars ?? {};
      checkNames(vars, this.#mistakes);
      return [
        {
          name,
          // As they were written: the lists that zod made do not know their places.
          hosts: read.hosts === undefined ? [] : (raw['hosts'] as readonly string[]),
          children: read.children === undefined ? [] : (raw['children'] as readonly string[]),
          vars,
          connection: pick(raw, CONNECTION_KEYS),
        },
      ];
    });
  }

  #host(
    name: string,
    written: unknown,
    groups: Groups,
    networks: readonly Network[],
  ): { host: Host; settings: ValueMap } {
    const { hosts, vars = {}, secrets, connection = {} } = this.#top;
    const span = keySpan(hosts, name);
    this.#checkName('host', name, span);
    const read =
      validateKeywords(hostSchema, this.#mapOf(written, `host \`${name}\``, span), this.#mistakes, {
        owner: `host \`${name}\``,
        span,
      }) ?? {};
    const own = read.vars ?? {};
    checkNames(own, this.#mistakes);
    const above = groups.of(name);
    const raw = isMap(written) ? written : {};
    const settings = mergeMaps([
      pick(connection, CONNECTION_KEYS),
      ...above.map((group) => group.connection),
      pick(raw, CONNECTION_KEYS),
    ]);
    const host: Host = {
      name,
      groups: above.map((group) => group.name),
      connection: { transport: 'ssh', address: name },
      interfaces: readInterfaces(read.interfaces ?? {}, networks, this.#taken, this.#mistakes),
      variables: mergeMaps([vars, secrets, ...above.map((group) => group.vars), own]),
      ...(span && { span }),
    };
    return { host, settings };
  }

  /** Connection settings may name variables, so they come when all variables are there. */
  #connected(host: Host, settings: ValueMap, inventory: Inventory): Host {
    const found = { host: host.name, among: inventory.hosts.length };
    const layers = [{ values: magicOf(inventory, host), data: true }, { values: host.variables }];
    const scope = new Scope({ layers, overriding: [{ values: this.#extra }] });
    try {
      const rendered = scope.render(settings, settings, '') as ValueMap;
      const connection = readConnection(host.name, rendered, settings, this.#mistakes);
      return connection ? { ...host, connection } : host;
    } catch (error) {
      if (!(error instanceof TextMistake) && !(error instanceof NotYet)) throw error;
      this.#mistakes.add(toDiagnostic(error, host.span), found);
      return host;
    }
  }

  #mapOf(written: unknown, owner: string, span: Span | undefined): ValueMap {
    if (isMap(written) || written === null) return written ?? {};
    this.#mistakes.add({
      code: 'wrong-type',
      message: `${owner} must be a map; got ${typeName(written)}`,
      ...(span && { span }),
    });
    return {};
  }

  #checkName(kind: string, name: string, span: Span | undefined): void {
    const isPattern = kind === 'host' && (name === 'all' || name === 'ungrouped');
    if (/^[A-Za-z0-9_][\w.-]*$/.test(name) && !isPattern) return;
    this.#mistakes.add({
      code: 'reserved-name',
      message: `a ${kind} cannot be called \`${name}\``,
      ...(span && { span }),
      hint: isPattern
        ? 'where plays name hosts, this is a group'
        : 'a name has letters, digits, `_`, `-` and `.`',
    });
  }
}
