import { z } from 'zod';
import type { Connection } from '../model/inventory.ts';
import { secretText, text } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import type { ValueMap } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { validate } from './validate.ts';

const becomeSchema = z.strictObject({
  user: text.optional(),
  method: z.enum(['sudo', 'su', 'doas']).optional(),
  password: secretText.optional(),
});

const connectionSchema = z.strictObject({
  address: text.optional(),
  port: z.int().min(1).max(65535).optional(),
  user: text.optional(),
  private_key: text.optional(),
  password: secretText.optional(),
  jump: text.optional(),
  connect_timeout: z.number().min(1).optional(),
  transport: z.enum(['ssh', 'local']).optional(),
  become: z.union([z.boolean(), becomeSchema]).optional(),
});

/** Keys that say how to reach a host; they may stand at the top, in a group and in a host. */
export const CONNECTION_KEYS: readonly string[] = Object.keys(connectionSchema.shape);

/** The connection of one host, of its merged and rendered settings. Undefined where they hold a mistake. */
export function readConnection(
  name: string,
  settings: ValueMap,
  written: ValueMap,
  mistakes: Mistakes,
): Connection | undefined {
  const read = validate(connectionSchema, settings, mistakes, { owner: 'the connection', written });
  if (!read) return undefined;
  const {
    address,
    port,
    user,
    private_key: privateKey,
    password,
    jump,
    connect_timeout: connectTimeout,
  } = read;
  return {
    transport: read.transport ?? 'ssh',
    address: address ?? name,
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    ...(privateKey !== undefined && { privateKey }),
    ...(password !== undefined && { password: secret(password) }),
    ...(jump !== undefined && { jump }),
    ...(connectTimeout !== undefined && { connectTimeout }),
    ...(read.become && { become: becomeOf(read.become) }),
  };
}

function becomeOf(become: true | z.output<typeof becomeSchema>): NonNullable<Connection['become']> {
  if (become === true) return {};
  const { user, method, password } = become;
  return {
    ...(user !== undefined && { user }),
    ...(method !== undefined && { method }),
    ...(password !== undefined && { password: secret(password) }),
  };
}

/** A password in plain text is a secret all the same. */
function secret(value: string | Secret): Secret {
  return value instanceof Secret ? value : new Secret(value);
}
